import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { chainHead, createReader } from '../../contracts/client/index.ts';
import { keystoreName, readKeystoreText } from '../../node/keys/index.ts';
import type { NodeEvent } from '../../node/runtime/index.ts';
import { createSandbox, killAll, Run, type Sandbox } from '../../node/test/e2e/command.ts';
import { inProcess } from '../../node/test/e2e/in-process.ts';
import { parseNetworkDocument } from '../../protocol/network.ts';
import { blocksOf } from '../documents/pasted.ts';
import { runAll, runShown, wordsOf } from '../documents/run.ts';
import type { Trial } from '../documents/trial.ts';
import { AS_CONSUMER, BACKUP, RESTORE, STARTS, WHILE_RUNNING } from '../documents/trials/operators.ts';
import { type Installed, ROOT } from './installed.ts';
import { freeDecade, Shell } from './shell.ts';
import { askStopped, comeAndGo, drill, placeOf, tokenLines, writeModelFiles } from './shown-to-operators.ts';

const OPERATORS = [1, 2, 3, 4] as const;
/** The passphrase of the README. */
const { succeed, refuse } = inProcess('four words of nonsense');

/** What the README's "Run a real node" says, done by somebody who has the package and nothing else. */
export function strangersPath(installed: () => Installed): void {
  describe('a stranger with the README', function () {
    this.timeout(240_000);

    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    let place: Sandbox;
    let shell: Shell;
    let blocks: string[];
    let rpcUrl: string;
    let api: number;
    const path = (...parts: string[]) => join(place.root, 'an operator', ...parts);
    const ask = async (i: number, route: string) => fetch(`http://127.0.0.1:${api}${i}${route}`);
    const known = (i = 1) => ({ folder: path(), rpcUrl, apiUrl: `http://127.0.0.1:${api}${i}` });
    const start = (trial: Trial) =>
      new Run(
        [...wordsOf(trial, placeOf(known())).slice(1), '--json'],
        { ...place, cwd: path() },
        join(installed().package, 'bin/ballast.js'),
      );
    const eventsOf = (run: Run) => run.events as unknown as readonly NodeEvent[];
    const conditions = (run: Run) => eventsOf(run).filter((event) => event.event === 'condition');
    const decidedAfter = (run: Run, round: number) => () =>
      eventsOf(run).find(
        (event): event is Extract<NodeEvent, { event: 'decided' }> =>
          event.event === 'decided' && event.round > round,
      );
    const raised = (run: Run, code: string) => () =>
      conditions(run).find((event) => 'code' in event && event.code === code);

    before(async () => {
      place = await createSandbox();
      await mkdir(path());
      const peer = await freeDecade(1_100 + (process.pid % 500), 4);
      api = await freeDecade(peer + 600, 4);
      const chain = (await freeDecade(api + 600, 1)) * 10 + 1;
      rpcUrl = `http://127.0.0.1:${chain}`;
      const written = blocksOf(readme, 'real node');
      expect(written, 'blocks of the README').to.have.lengthOf(5);
      blocks = written.map((block) =>
        block
          .replace('anvil ', `anvil --port ${chain} `)
          .replaceAll('127.0.0.1:8545', `127.0.0.1:${chain}`)
          .replaceAll(/\b400(?=\$i|1\b)/g, String(peer))
          .replaceAll('947$i', `${api}$i`)
          // A checkout's default, which the page need not say.
          .replaceAll(/^( *ballast init --folder .*)$/gm, `$1 --rpc ${rpcUrl}`),
      );
      shell = new Shell(path(), {
        PATH: [
          join(installed().folder, 'node_modules/.bin'),
          dirname(process.execPath),
          process.env.PATH,
        ].join(':'),
        HOME: place.home,
        TMPDIR: place.tmp,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      });
    });

    /** In the folder that has the package, with the README's program. */
    async function askAsConsumer(): Promise<void> {
      const { folder } = installed();
      const [, code = ''] = /<!-- client -->\n```js\n(.*?)```/s.exec(readme) ?? [];
      await writeFile(join(folder, 'example.mjs'), code);
      const { contracts } = parseNetworkDocument(JSON.parse(await readFile(path('network.json'), 'utf8')));
      await runAll(AS_CONSUMER, placeOf({ ...known(), folder }, [['0x…', contracts.modelRegistry]]));
    }

    after(async () => {
      shell?.kill('SIGKILL');
      await killAll();
      await place?.remove();
    });

    it('founds a network, registers four nodes, and has each contribute to a round', async function () {
      const [chain = '', keys = '', plan = '', found = '', nodes = ''] = blocks;
      const began = performance.now();
      for (const block of [chain, keys, plan]) await shell.run(block);
      // Looking the plan through: whoever waits for the restored node's update below waits this long.
      const printed = JSON.parse(await readFile(path('plan.json'), 'utf8'));
      Object.assign(printed.parameters.timeouts, { collectMs: 1_500, fetchMs: 1_500 });
      printed.parameters.beaconLag = 1;
      // Over when all have registered; activate then moves the first round near.
      printed.beaconDelay = 8;
      await writeFile(path('plan.json'), JSON.stringify(printed));
      await shell.run(found);
      const started = performance.now();
      await shell.run(nodes);
      for (const i of OPERATORS) {
        await within(60_000, `/readyz of node ${i}`, async () => (await ask(i, '/readyz')).status === 200);
        if (i === 1 && this.test !== undefined)
          this.test.title += ` (ready ${seconds(began)} s after the first line, ${seconds(started)} s after its start)`;
      }
      const contributed = async () => {
        const { items } = (await (await ask(1, '/v1/rounds')).json()) as { items: { round: number }[] };
        const ids = new Set<string>();
        for (const { round } of items) {
          const { updates } = (await (await ask(1, `/v1/rounds/${round}/roll`)).json()) as {
            updates: { node: string; fate: string }[];
          };
          for (const { node, fate } of updates) if (fate === 'selected' || fate === 'accepted') ids.add(node);
        }
        return ids.size === OPERATORS.length;
      };
      await within(60_000, 'an update of every node in a round', contributed);
      await within(30_000, 'a version', async () => (await ask(1, '/v1/models/latest')).status === 200);
      await runAll(WHILE_RUNNING, placeOf(known()));
      await writeModelFiles(known());
      await askAsConsumer();
      shell.kill('SIGTERM', blocks.length - 1);
      await within(10_000, 'the nodes to stop', async () =>
        OPERATORS.every((i) => readFileSync(path(`node-${i}.log`), 'utf8').includes(' stopped ')),
      );
    });

    it('abstains and says why, votes again, never trains on the old ledger, and verifies against the chain', async () => {
      const token = await tokenLines();
      await shell.run(`cd node-2; ${token.make}`);
      const others = [STARTS.first, STARTS.second, STARTS.third].map(start);
      const first = start(STARTS.fourth);
      await first.until(decidedAfter(first, 0), 'a round');
      first.child.stdin?.end();
      expect(await first.end(8_000)).to.deep.equal({ code: 0, signal: null });
      const folder = ['--folder', path('node-4')];
      await runShown(BACKUP, placeOf(known()));
      await shell.run(`cd node-2; ${token.use.replace('127.0.0.1:9470', `127.0.0.1:${api}2`)} -sSf`);

      const second = start(STARTS.fourthAgain);
      // The first may be one that the backup knows: charged before the stop, and released again.
      const update = await second.until(
        () => eventsOf(second).filter((event) => event.event === 'trained')[1],
        'a second update',
      );
      // Until its round is over, the others may not have heard of the update.
      const last = await second.until(decidedAfter(second, update.round - 1), 'its round');
      second.child.kill('SIGKILL');
      await second.end(2_000);
      // Forced or not, the folder keeps the debits that were made since.
      expect(await refuse(['restore', path('node-4.backup'), ...folder, '--force'])).to.include(
        'never be forgotten',
      );
      await rename(path('node-4', 'data'), path('lost'));
      await runShown(RESTORE, placeOf(known()));

      const restored = start(STARTS.fourthRestored);
      const { url } = await restored.until(
        () => restored.events.find((event) => 'url' in event) as { url: string } | undefined,
        'its address',
      );
      for (const code of ['RESTORE_UNCONFIRMED', 'VOTES_BEHIND', 'LEDGER_BEHIND'])
        await restored.until(raised(restored, code), code);
      const ready = await fetch(new URL('/readyz', url));
      expect(ready.status, 'in step, and not taking part in full').to.equal(206);
      expect(await ready.text()).to.include('LEDGER_BEHIND');
      const said = conditions(restored).find((event) => 'code' in event && event.code === 'VOTES_BEHIND');
      expect(said).to.deep.include({ active: true });

      // Three of four decide: with another one gone, every round needs the vote of the restored one.
      const [watched, , leaving] = others;
      if (watched === undefined || leaving === undefined) throw new Error('three others');
      leaving.child.stdin?.end();
      expect(await leaving.end(8_000)).to.deep.equal({ code: 0, signal: null });
      const dry = start(STARTS.thirdDry);
      const left = Math.max(...eventsOf(leaving).map((event) => ('round' in event ? event.round : 0)));
      const later = await restored.until(decidedAfter(restored, left), 'a round that needs its vote');
      expect(
        eventsOf(restored).some(({ event }) => event === 'trained'),
        'trained',
      ).to.equal(false);
      const { nodeId } = keystoreName(
        await readKeystoreText(path('node-4', 'keystore.json')),
        'keystore.json',
      );
      await dry.until(() => eventsOf(dry).find(({ event }) => event === 'ready'), 'a dry run');
      dry.child.stdin?.end();
      expect(await dry.end(8_000)).to.deep.equal({ code: 0, signal: null });
      const same = await watched.until(decidedAfter(watched, later.round - 1), 'the same round');
      expect(same.modelDigest).to.equal(later.modelDigest);
      for (const run of others) {
        const codes = eventsOf(run).flatMap((event) => (event.event === 'refused' ? [event.code] : []));
        expect(codes).not.to.include('MESSAGE_EQUIVOCATION');
        for (const event of eventsOf(run))
          if (event.event === 'decided' && event.round > last.round + 1)
            expect(event.selected).not.to.include(nodeId);
      }

      // Just after a publication no decision is near: all stop with the same log.
      const { contracts } = parseNetworkDocument(JSON.parse(await readFile(path('network.json'), 'utf8')));
      const chain = createReader({ rpcUrl: rpcUrl, chainId: 31_337, pollingIntervalMs: 50 });
      const decided = () =>
        Math.max(...eventsOf(restored).map((event) => (event.event === 'decided' ? event.version : 0)));
      for (
        let waited = 0;
        (await chainHead(chain, contracts.modelRegistry)).version < decided();
        waited += 100
      ) {
        expect(waited, `version ${decided()} on the chain`).to.be.below(30_000);
        await sleep(100);
      }
      const staying = [...others.filter((run) => run !== leaving), restored];
      for (const run of staying) run.child.stdin?.end();
      for (const run of staying) expect(await run.end(8_000)).to.deep.equal({ code: 0, signal: null });
      for (const i of [1, 2, 4]) {
        const result = await succeed(['verify', '--folder', path(`node-${i}`)]);
        expect(result.mismatches).to.deep.equal([]);
        expect(result.chain).to.include({ version: decided() });
      }
    });

    it('asks a stopped node what the pages say', async () => askStopped(known()));

    it('comes as a fifth operator, and goes', async () => comeAndGo(known()));

    it('halts the fee and has it resumed by a vote', async () => drill(known()));
  });
}

/** @throws Error unless what is asked becomes true within the time; no answer counts as false. */
async function within(ms: number, what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await ask().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms for ${what}`);
    await sleep(100);
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
