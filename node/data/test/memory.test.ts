import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { expect } from 'chai';
import { dataFolder } from './support.ts';

const { path } = dataFolder();
const MIB = 2 ** 20;

/** 200,000 minutes, a kilobyte each. */
function* rows(): Generator<string> {
  yield 'open_time,open,high,low,close,volume,note\n';
  const padding = 'x'.repeat(950);
  for (let block = 0; block < 1000; block++) {
    let text = '';
    for (let i = 0; i < 200; i++) {
      text += `${1_640_995_200_000 + 60_000 * (200 * block + i)},100.5,101.25,99.75,100.125,12.5,${padding}\n`;
    }
    yield text;
  }
}

const SCRIPT = `
  import { loadMarket } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
  const { market } = await loadMarket({ kind: 'csv', format: 'candles-1m', file: process.argv[1] });
  console.log(JSON.stringify({ hours: market.close.length, peak: process.resourceUsage().maxRSS * 1024 }));
`;

describe('memory while reading', () => {
  it('stays small for a file of 200 MB', async function () {
    this.timeout(60_000);
    const file = path('large.csv.gz');
    await pipeline(Readable.from(rows()), createGzip({ level: 1 }), createWriteStream(file));
    const child = await promisify(execFile)(process.execPath, [
      '--max-old-space-size=40',
      '--input-type=module',
      '--eval',
      SCRIPT,
      file,
    ]);
    const { hours, peak } = JSON.parse(child.stdout) as { hours: number; peak: number };
    expect(hours).to.equal(Math.floor(200_000 / 60));
    expect(peak).to.be.lessThan(180 * MIB);
  });
});
