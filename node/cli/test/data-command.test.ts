import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const MAIN = fileURLToPath(new URL('../../../bin/main.ts', import.meta.url));

describe('ballast data check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cli-data-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'data', 'check', ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const rows = (...hours: number[]) =>
    `ts_utc,open,high,low,close,volume_base\n${hours.map((h) => `${3600 * h},1,1,1,1,5`).join('\n')}\n`;

  it('prints a report for each file, in words or as JSON, and fails when one is refused', () => {
    writeFileSync(join(folder, 'good.csv'), rows(1, 2, 5));
    const good = run(folder);
    expect(good).to.include({ status: 0, stderr: '' });
    expect(good.stdout).to.equal(
      'good.csv: candles-1h, pegged, 3 rows, 1970-01-01T02:00 to 1970-01-01T06:00\n' +
        '  gap: 1 (2 rows missing), line 4\n',
    );
    writeFileSync(join(folder, 'wrong.csv'), rows(2, 1));
    const both = run(folder, '--json');
    expect(both.status).to.equal(1);
    const reports = both.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(reports.map(({ kind, file }) => [kind, file])).to.deep.equal([
      ['read', 'good.csv'],
      ['refused', 'wrong.csv'],
    ]);
    expect(reports[1].message).to.match(/wrong\.csv:3: column ts_utc: got "3600", expected a time in order/);
  }).timeout(60_000);

  it('says in one line what is wrong with a folder that is none', () => {
    const { status, stdout, stderr } = run(join(folder, 'absent'));
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr.trim().split('\n')).to.have.length(1);
    expect(stderr).to.contain('expected a folder of market files');
  }).timeout(60_000);
});
