import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ballast } from '../node/test/e2e/in-process.ts';
import { findTestFiles } from '../scripts/test-runner/discover.ts';
import { SIMULATION_COMMANDS } from '../simulations/cli/command-list.ts';
import { type Catalogue, isDevnet, isScript, type Reach, reachOf, triedKeys } from './documents/catalogue.ts';
import { commandWords, keyOf } from './documents/key.ts';
import { NOT_RUN } from './documents/not-run.ts';
import { beginningOf, outdatedLines, shownOutputs } from './documents/outputs.ts';
import { readPages, type ShownCommand, shownCommands } from './documents/pages.ts';
import { pastedBlocks } from './documents/pasted.ts';
import { writePrices } from './documents/prices.ts';
import { runShown } from './documents/run.ts';
import { entryOfScript } from './documents/scripts.ts';
import { ALONE } from './documents/trials/alone.ts';
import { OPERATORS } from './documents/trials/operators.ts';
import { SHORT_SCRIPTS } from './documents/trials/scripts.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** An option that nothing has: a script that refuses it, and nothing before it, has read the others. */
const UNKNOWN = '--no-such-option';

describe('commands in documents', function () {
  this.timeout(60_000);
  let commands: readonly ShownCommand[];
  let catalogue: Catalogue;
  let folder: string;

  before(() => {
    commands = readPages(ROOT)
      .flatMap(shownCommands)
      .filter(({ text }) => keyOf(text) !== undefined);
    const trials = [...ALONE, ...OPERATORS, ...SHORT_SCRIPTS];
    const suite = new Set(findTestFiles(ROOT));
    catalogue = { root: ROOT, trials, notRun: NOT_RUN, pasted: pastedBlocks(ROOT), suite };
    folder = mkdtempSync(join(tmpdir(), 'ballast-documents-'));
    writePrices(join(folder, 'data'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const reached = (wanted: Reach) => {
    const found = commands.filter((command) => reachOf(command, catalogue) === wanted);
    return [...new Map(found.map(({ text }) => [keyOf(text), text])).values()];
  };

  it('are all run, begun or listed with a reason', function () {
    const counts = new Map<Reach, number>();
    const lost: string[] = [];
    for (const command of commands) {
      const reach = reachOf(command, catalogue);
      if (reach === undefined)
        lost.push(`${command.at}: no table of test/documents runs or lists ${command.text}`);
      else counts.set(reach, (counts.get(reach) ?? 0) + 1);
    }
    expect(lost).to.deep.equal([]);
    const parts = [...counts].map(([reach, count]) => `${count} ${reach}`);
    if (this.test !== undefined) this.test.title += ` (${commands.length}: ${parts.join(', ')})`;
  });

  it('are in the lists as the pages have them, once', () => {
    const shown = new Set(commands.map(({ text }) => keyOf(text)));
    const listed = NOT_RUN.flatMap((list) => list.shown.map(keyOf));
    const keys = [...triedKeys(catalogue.trials), ...listed];
    expect(keys.filter((key) => !shown.has(key))).to.deep.equal([]);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).to.deep.equal([]);
    // What something runs needs no reason why it is not run.
    const without = { ...catalogue, notRun: [] };
    const idle = commands.filter(
      (command) =>
        reachOf(command, catalogue) === 'listed' &&
        ['run', 'pasted', 'suite'].includes(reachOf(command, without) ?? ''),
    );
    expect(idle.map(({ at, text }) => `${at}: ${text}`)).to.deep.equal([]);
  });

  for (const trial of ALONE) {
    it(trial.shown, async () => {
      await runShown(trial, { folder, standIns: new Map() });
    });
  }

  it('begin scripts with options that they know', async () => {
    const texts = reached('begun').filter(isScript);
    const begun = texts.map((text): [string, string[]] => {
      const { file, args } = entryOfScript(ROOT, text);
      return [file, [...args, UNKNOWN]];
    });
    const whole = SHORT_SCRIPTS.map(({ shown, more = [] }): [string, string[]] => {
      const { file, args } = entryOfScript(ROOT, shown);
      return [file, [...args, ...more]];
    });
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'test/documents/begin-scripts.ts'), JSON.stringify([...begun, ...whole])],
      { cwd: ROOT },
    );
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { said: string; printed: string });
    expect(texts).to.have.length.above(50);
    for (const [i, text] of texts.entries())
      expect(outcomes[i]?.said, text).to.include(`Unknown option '${UNKNOWN}'`);
    for (const [i, { shown, says }] of SHORT_SCRIPTS.entries())
      expect(outcomes[texts.length + i], shown)
        .to.have.property('printed')
        .that.matches(says);
  });

  it('begin devnets that can be', async () => {
    const texts = reached('begun').filter(isDevnet);
    expect(texts).to.have.length.above(8);
    for (const text of texts) {
      const args = (commandWords(text) ?? []).filter((word) => word !== '…').slice(1);
      const nowhere = ['--data', join(folder, 'nowhere')];
      const { code, err } = await ballast([...args, ...nowhere], {}, SIMULATION_COMMANDS);
      expect(code, text).to.equal(1);
      expect(err, text).to.match(/^ballast: .*nowhere\/.*: got nothing, expected a readable file/);
    }
  });

  it('are shown with lines that are held against what is printed', () => {
    const outputs = shownOutputs([
      { path: 'x.md', text: '```\nballast logs\n```\n```\nnode <b> was 3\n\nmore 4\n```\n```sh\nls\n```\n' },
    ]);
    expect([...outputs]).to.deep.equal([['ballast logs', ['node <b> was 3', '', 'more 4']]]);
    expect(
      outdatedLines(['round 3: done', '…', 'ok  disk  5 GiB'], 'round 12: begun\nwarning  disk\n'),
    ).to.deep.equal([]);
    expect(outdatedLines(['round 3: done', 'ended'], 'round 12: begun')).to.deep.equal(['ended']);
    expect(beginningOf('wrote /a/b.json: node 12D3KooWab…')).to.equal('wrote <file>:');
  });

  for (const [text, isMention, reach] of [
    ['ballast status --folder node-2', false, undefined],
    ['ballast verify', true, 'named'],
    ['ballast verify', false, undefined],
    ['npm test -- test/shown-commands.test.ts', false, 'suite'],
    ['npm test -- --grep krum', false, 'suite'],
    [`npm test -- --grep ${['no', 'such'].join('')}`, false, undefined],
    ['npm run bench:noise -- --draws 5', false, 'begun'],
    ['curl http://127.0.0.1:9470/none', false, undefined],
    ['npm start', false, 'begun'],
  ] as const) {
    it(`would ${reach === undefined ? 'miss' : `call ${reach}`} ${text}${isMention ? ' in a sentence' : ''}`, () => {
      expect(reachOf({ at: 'x.md:1', text, isMention }, catalogue)).to.equal(reach);
    });
  }
});
