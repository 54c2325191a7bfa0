import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { explainError } from '../errors.ts';
import { addEvaluateCommand } from '../evaluate-command.ts';

describe('ballast evaluate', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'ballast-cli-evaluate-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The command in this process: what it prints, and the lines that the command line would end with. */
  async function run(
    ...args: string[]
  ): Promise<{ readonly printed: string; readonly lines: readonly string[] }> {
    const program = new Command('ballast').exitOverride();
    const complaints: string[] = [];
    program.configureOutput({ outputError: (text) => complaints.push(text.trim()) });
    addEvaluateCommand(program, '');
    for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
    const { write } = process.stdout;
    let printed = '';
    process.stdout.write = ((text: string) => {
      printed += text;
      return true;
    }) as typeof write;
    try {
      await program.parseAsync(['evaluate', ...args], { from: 'user' });
      return { printed, lines: [] };
    } catch (error) {
      return { printed, lines: [...complaints, ...explainError(error).lines] };
    } finally {
      process.stdout.write = write;
    }
  }

  const small = ['--generator', '2', '--days', '150', '--horizons', '24', '--resamples', '50'];

  it('writes a report on the generated market and says what is in it', async () => {
    const out = join(folder, 'report.html');
    const { printed, lines } = await run(...small, '--out', out);
    expect(lines).to.deep.equal([]);
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
      const { printed, lines } = await run(...args);
      expect(printed).to.equal('');
      expect(lines, args.join(' ')).to.have.length(1);
      expect(lines[0]).to.match(message);
    }
  });
});
