import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readBars } from '../../data/readers/bars.ts';
import { calmCandles, candleAnswer } from '../../data/sources/test/candle-server.ts';
import { startHttpVenue } from '../../data/sources/test/world.ts';

const MAIN = fileURLToPath(new URL('../../../bin/main.ts', import.meta.url));

describe('ballast data fetch', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-fetch-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('goes on after a kill, and says what it fetched', async () => {
    const start = Date.parse('2023-01-01') / 1000;
    const candles = calmCandles(start, 60 * 24);
    let asked = 0;
    let child: ReturnType<typeof spawn> | undefined;
    const venue = await startHttpVenue((url) => {
      asked++;
      // The first page is on disk once the second one is asked for.
      if (asked === 2) {
        child?.kill('SIGKILL');
        return 'hang-up';
      }
      return candleAnswer('binance', url, candles);
    });
    const run = () => {
      const period = ['--from', '2023-01-01', '--to', '2023-03-02'];
      const args = [
        MAIN,
        'data',
        'fetch',
        'binance:BTCUSDT:1h',
        '--out',
        folder,
        '--origin',
        venue.origin,
        ...period,
      ];
      child = spawn(process.execPath, [...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout?.on('data', (text) => {
        stdout += String(text);
      });
      child.stderr?.on('data', (text) => {
        stderr += String(text);
      });
      return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
        child?.on('close', (code) => resolve({ code, stdout, stderr })),
      );
    };
    try {
      const file = join(folder, 'binance_BTCUSDT_1h.csv');
      expect((await run()).code).to.equal(null);
      expect(existsSync(file)).to.equal(false);
      const listed = readFileSync(join(folder, 'binance_BTCUSDT_1h.segments.jsonl.part'), 'utf8');
      expect(listed.split('\n')).to.have.length(2);
      const { code, stdout, stderr } = await run();
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).to.deep.equal({
        ...{ file, source: 'binance:BTCUSDT:1h', rows: 440, gaps: 0, refused: 0 },
        resumedAt: start + 1000 * 3600,
      });
      const seconds: number[] = [];
      for await (const { second } of readBars(file, 'candles-1h')) seconds.push(second);
      expect(seconds).to.deep.equal(candles.map(({ opened }) => opened + 3600));
    } finally {
      await venue.stop();
    }
  }).timeout(60_000);
});
