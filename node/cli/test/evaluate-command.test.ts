import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ballast } from '../../test/e2e/in-process.ts';

describe('ballast evaluate', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cli-evaluate-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => ballast(['evaluate', ...args]);

  const small = ['--generator', '2', '--days', '150', '--horizons', '24', '--resamples', '50'];

  it('writes a report on the generated market and says what is in it', async () => {
    const out = join(folder, 'report.html');
    const { code, out: printed, err } = await run(...small, '--out', out);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(printed).to.match(/skill against B2, 4 coins and horizons/);
    expect(printed.trim().split('\n').at(-1)).to.equal(`wrote ${out}`);
    expect(readFileSync(out, 'utf8')).to.include(
      'Evaluation of the default model on the generated market, seed 2',
    );
  });

  it('says in one line what is wrong', async () => {
    for (const [args, message] of [
      [[], /got neither of a folder and --generator, expected one/],
      [['x', '--generator', '1'], /got both of a folder and --generator/],
      [[join(folder, 'absent')], /expected a folder of market files/],
      [['--generator', '1', '--horizons', '24,4'], /got "24,4", expected up to 8 ascending/],
      [['--generator', '1', '--heads', '4,1'], /got "4,1", expected some of 1,4,24, ascending/],
      [['--generator', '1', '--cutoff', '2022-02-30'], /expected a date as 2022-05-01/],
      [['--generator', '1', '--days', '9'], /got 9, expected a whole number from 150 to 3000/],
      [['--generator', '1', '--model', join(folder, 'none')], /got nothing, expected a readable file/],
    ] as const) {
      const { code, out, err } = await run(...args);
      expect({ code, out }, args.join(' ')).to.deep.equal({ code: 1, out: '' });
      expect(err).to.match(/^ballast: [^\n]+\n$/);
      expect(err).to.match(message);
    }
  });
});
