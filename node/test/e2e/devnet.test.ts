import { readFileSync } from 'node:fs';
import { chmod, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestClient, http } from 'viem';
import {
  castVote,
  chainHead,
  createReader,
  createWriter,
  halt,
  modelDigestOf,
  recordedAddressOf,
} from '../../../contracts/client/index.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import type { BreakerJson, OverrideJson, ParameterJson } from '../../api/index.ts';
import type { DevnetEvent } from '../../devnet/index.ts';
import { DEFAULT_VOTING_SECONDS, devnetPeople } from '../../devnet/suite.ts';
import { readRecord } from '../../operator/index.ts';
import { LevelStore } from '../../store/index.ts';
import { commandOf, createSandbox, gone, killAll, Run, type Sandbox } from './command.ts';
import { ballast, inProcess } from './in-process.ts';

const ROUNDS = 3;
const NODES = 7;
type Round = Extract<DevnetEvent, { event: 'round' }>['summary'];

const roundsOf = (run: Run): Round[] =>
  run.events.flatMap((event) => (event.event === 'round' ? [event.summary] : []));
const summaryOf = (run: Run) => run.events.find((event) => event.event === 'summary')?.summary;

function chainOf(sandbox: Sandbox) {
  const document: NetworkDocument = JSON.parse(readFileSync(join(sandbox.dataDir, 'network.json'), 'utf8'));
  const { rpc } = JSON.parse(readFileSync(join(sandbox.dataDir, 'node-1', 'config.json'), 'utf8'));
  const reader = createReader({ rpcUrl: rpc, chainId: Number(document.chain.slice('eip155:'.length)) });
  const { modelRegistry } = document.contracts;
  return {
    head: () => chainHead(reader, modelRegistry),
    digestOf: (version: number) => modelDigestOf(reader, modelRegistry, version),
  };
}

/** A guardian of the devnet halts every write by models. */
async function haltAll({ dataDir }: Sandbox): Promise<void> {
  const { rpc } = JSON.parse(readFileSync(join(dataDir, 'node-1', 'config.json'), 'utf8'));
  const at = recordedAddressOf(await readRecord(join(dataDir, 'network.json')));
  const endpoint = { rpcUrl: rpc, chainId: 31_337, pollingIntervalMs: 50 };
  const guardian = createWriter(endpoint, devnetPeople().guardian);
  await halt(createReader(endpoint), guardian, at('circuitBreaker'), { scope: 'all' });
}

/** The second identity of the devnet votes for a proposal. @returns whether the governor took it. */
async function voteAsSecond({ dataDir }: Sandbox, proposalId: bigint): Promise<boolean> {
  const { rpc } = JSON.parse(readFileSync(join(dataDir, 'node-1', 'config.json'), 'utf8'));
  const governor = recordedAddressOf(await readRecord(join(dataDir, 'network.json')))('governor');
  const [, account] = devnetPeople().identities;
  if (account === undefined) throw new Error('a devnet has four identities');
  const endpoint = { rpcUrl: rpc, chainId: 31_337, pollingIntervalMs: 50 };
  const to = { reader: createReader(endpoint), writer: createWriter(endpoint, account), governor };
  return castVote(to, { proposalId, support: 'for', votes: 10 }).then(
    () => true,
    () => false,
  );
}

/** Waits until something holds; fails after half a minute. */
async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited for ${what}`);
    await sleep(200);
  }
}

/** The commands of a devnet's people, with what they need to know of it. */
function peopleOf({ dataDir }: Sandbox) {
  const { rpc } = JSON.parse(readFileSync(join(dataDir, 'node-1', 'config.json'), 'utf8'));
  const folder = join(dataDir, 'people');
  const at = ['--rpc', rpc, '--network', join(dataDir, 'network.json')];
  const password = ['--passphrase-file', join(folder, 'password')];
  return {
    rpc,
    at,
    as: (name: string) => [...at, '--yes', '--keystore', join(folder, `${name}.json`), ...password],
    ...inProcess(readFileSync(join(folder, 'password'), 'utf8').trimEnd()),
  };
}

const roundLines = (run: Run): string[] => run.stdout.split('\n').filter((line) => line.startsWith('round '));

describe('ballast devnet', function () {
  this.timeout(240_000);
  const sandboxes: Sandbox[] = [];
  const sandbox = async () => {
    const made = await createSandbox();
    sandboxes.push(made);
    return made;
  };

  after(async () => {
    await killAll();
    for (const made of sandboxes) await made.remove();
  });

  describe(`${ROUNDS} rounds, kept up until Ctrl-C`, () => {
    let place: Sandbox;
    let run: Run;

    before(async () => {
      place = await sandbox();
      run = new Run(['devnet', '--rounds', String(ROUNDS), '--json', '--data-dir', place.dataDir], place);
      await run.until(() => summaryOf(run), 'the summary');
    });

    it('leaves every node with the model that the chain has', async () => {
      const chain = chainOf(place);
      const head = await chain.head();
      const summary = summaryOf(run);
      expect(summary).to.include({
        rounds: ROUNDS,
        agreed: true,
        version: head.version,
        modelDigest: head.modelDigest,
      });
      const rounds = roundsOf(run);
      expect(rounds.map(({ round }) => round)).to.deep.equal([1, 2, 3]);
      for (const { decided, digests } of rounds) {
        expect(Object.keys(digests)).to.have.length(NODES);
        expect(new Set(Object.values(digests))).to.deep.equal(new Set([decided.modelDigest]));
        expect(await chain.digestOf(decided.version)).to.equal(decided.modelDigest);
      }
    });

    it('says everything of every round', () => {
      for (const { decided, published, fee } of roundsOf(run)) {
        expect(decided.leader, 'leader').to.be.a('string');
        // A slow machine may keep a node from being sealed in time, but a quorum must be.
        expect(decided.sealed).to.be.within(5, NODES);
        expect(decided.selected.length + decided.leftOut.length).to.equal(decided.sealed);
        for (const { reason } of decided.leftOut) expect(reason).to.match(/score .* ranks|^[A-Z_]+$/);
        expect(decided.heldOut?.loss).to.be.greaterThan(0);
        expect(decided.privacy).to.deep.include({ unit: 'record', relation: 'add-remove', delta: 1e-5 });
        if (decided.outcome === 'accepted') expect(published?.transaction).to.match(/^0x[0-9a-f]{64}$/);
        expect(fee, `fee of round ${decided.round}`).not.to.equal(undefined);
      }
      const spent = roundsOf(run).map(({ decided }) => decided.privacy.epsilon ?? Number.NaN);
      expect(spent).to.deep.equal(spent.toSorted((a, b) => a - b));
      expect(new Set(spent).size).to.equal(ROUNDS);
    });

    it('moves the fee of the core by each change, and records it', () => {
      const states = run.events.flatMap((event) => (event.event === 'suite' ? [event] : []));
      expect(states.map(({ round }) => round)).to.deep.equal([1, 2, 3]);
      const last = states.at(-1);
      const changes = roundsOf(run).filter(({ fee }) => fee?.transaction != null);
      expect(last?.after.fee).to.equal(changes.at(-1)?.fee?.after ?? states[0]?.before.fee);
      expect(Number(last?.after.decision)).to.equal(changes.length);
      expect(BigInt(last?.after.debt ?? 0) > BigInt(states[0]?.before.debt ?? 0)).to.equal(true);
      expect(last?.after).to.include({ severity: 0, isHalted: false });
    });

    it('leaves the liar without weight', () => {
      const lying = run.events.flatMap((event) =>
        event.event === 'node' && event.node === 'node-7' && event.detail.event === 'ready'
          ? [event.detail.node]
          : [],
      );
      expect(lying).to.have.length(1);
      for (const { decided } of roundsOf(run)) expect(decided.selected).not.to.include(lying[0]);
    });

    it('is not disturbed by a second process on a node’s data or folder', async () => {
      const second = new Run(['node', '--config', join(place.dataDir, 'node-2', 'config.json')], place);
      const replacing = new Run(['devnet', '--data-dir', place.dataDir], place);
      const ends = await Promise.all([second.end(60_000), replacing.end(60_000)]);
      expect(ends.map(({ code }) => code)).to.deep.equal([1, 1]);
      expect(second.stderr).to.match(/^ballast: [^\n]*(lock|another process)[^\n]*\n$/i);
      expect(replacing.stderr).to.match(/^ballast: [^\n]*a devnet is running[^\n]*\n$/);
      expect((await chainOf(place).head()).modelDigest).to.equal(summaryOf(run)?.modelDigest);
    });

    it('is halted by a guardian and resumed by governance after its delay, by the commands of people', async () => {
      const { rpc, at, as, succeed, refuse } = peopleOf(place);
      const chain = createTestClient({ mode: 'anvil', transport: http(rpc) });
      const [url = ''] = run.events.flatMap((event) =>
        event.event === 'node' && event.node === 'node-2' && event.detail.event === 'listening'
          ? [event.detail.url]
          : [],
      );
      const ask = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as never;
      const passTime = async (seconds: number) => {
        await chain.increaseTime({ seconds });
        await chain.mine({ blocks: 1 });
      };
      // The rounds are over: nothing needs a block each second, and nobody is disturbed by a clock that jumps.
      await chain.setIntervalMining({ interval: 0 });
      await chain.setAutomine(true);

      expect(await refuse(['breaker', 'halt', 'al', ...as('guardian')])).to.include('did you mean all?');
      expect(await refuse(['breaker', 'halt', 'all', ...as('identity-1')])).to.include('NotGuardian');
      await succeed(['breaker', 'halt', 'all', ...as('guardian')]);
      const halted = await succeed(['breaker', 'status', ...at]);
      const { address } = devnetPeople().guardian;
      expect(halted).to.deep.include({ all: true, halted: ['all'] });
      expect(halted.halts).to.have.length(1);
      expect(Array.isArray(halted.halts) && halted.halts[0]).to.include({
        scope: 'all',
        kind: 'guardian',
        by: address.toLowerCase(),
        resumption: null,
      });

      const { halts }: BreakerJson = await ask('/v1/breaker');
      expect(halts).to.have.length(1);
      expect(halts[0]).to.include({ scope: 'all', kind: 'guardian', by: address.toLowerCase() });
      const fee: ParameterJson = await ask('/v1/parameters/STABILITY_FEE');
      expect(fee.allowed).to.include({ riseReadyAtMs: null, fallReadyAtMs: null });
      const asked = ['breaker', 'ask-resume', 'all', '--justification', 'a drill', ...as('identity-1')];
      const { proposalId: id } = await succeed(asked);
      await passTime(2);
      for (const name of ['identity-1', 'identity-2'])
        await succeed(['proposal', 'vote', String(id), 'for', '--votes', '10', ...as(name)]);
      expect(await refuse(['proposal', 'advance', String(id), ...as('identity-3')])).to.include(
        'it is active',
      );
      await passTime(DEFAULT_VOTING_SECONDS);
      await succeed(['proposal', 'advance', String(id), ...as('identity-3')]);
      await passTime(2);
      await succeed(['proposal', 'advance', String(id), ...as('identity-3')]);
      const resume = ['breaker', 'resume', 'all', ...as('identity-4')];
      expect(await refuse(resume)).to.include('ResumptionTooEarly');
      await passTime(60);
      await succeed(resume);
      expect(await succeed(['breaker', 'status', ...at])).to.deep.include({ all: false, halts: [] });
      // The answer may be of a moment ago.
      const isResumed = async () => ((await ask('/v1/breaker')) as BreakerJson).halts.length === 0;
      await eventually(isResumed, 'the node to see the resumption');
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).to.include('ballast_breaker_halts 0\n');
    });

    it('lets anyone recompute a node’s log up to the chain’s head, and names the round of a changed byte', async () => {
      // A node that runs holds its folder: a copy is what is looked at.
      const copy = join(place.root, 'copy');
      await cp(join(place.dataDir, 'node-1', 'data', 'db'), join(copy, 'db'), { recursive: true });
      await chmod(join(copy, 'db'), 0o700);
      const { rpc } = JSON.parse(readFileSync(join(place.dataDir, 'node-1', 'config.json'), 'utf8'));
      const network = join(place.dataDir, 'network.json');
      const args = ['verify', '--data-dir', copy, '--network', network, '--rpc', rpc];
      const verified = new Run(args, place);
      expect(await verified.end(60_000), verified.stderr).to.deep.equal({ code: 0, signal: null });
      const head = await chainOf(place).head();
      expect(verified.stdout).to.match(
        /^3 rounds: votes of 3, transcripts of 3, bodies of 3, beacons of 3\n/,
      );
      expect(verified.stdout).to.include(`version ${head.version} ${head.modelDigest}, which is the chain's`);

      const store = await LevelStore.open(join(copy, 'db'));
      const round = store.sub('round');
      const key = 'log/0000000000000002';
      const value = await round.get(key);
      await round.write([
        { type: 'put', key, value: value?.with(-1, (value.at(-1) ?? 0) ^ 1) ?? new Uint8Array() },
      ]);
      await store.close();
      const differing = new Run(args, place);
      expect((await differing.end(60_000)).code).to.equal(1);
      expect(differing.stdout).to.match(/^round 2: /);

      const running = new Run(
        ['verify', '--data-dir', join(place.dataDir, 'node-2', 'data'), '--network', network],
        place,
      );
      expect((await running.end(60_000)).code).to.equal(1);
      expect(running.stderr).to.match(/^ballast: [^\n]*(lock|another process)[^\n]*\n$/i);
    });

    it('runs its nodes as processes of their own, and leaves none and no file outside its folder', async () => {
      const commands = run.processes().map(commandOf);
      expect(commands.filter((command) => / (byzantine-)?node /.test(command))).to.have.length(NODES);
      expect(commands.filter((command) => / byzantine-node /.test(command))).to.have.length(1);
      run.child.kill('SIGINT');
      expect(await run.end(10_000)).to.deep.equal({ code: 0, signal: null });
      await gone(run, 2_000);
      expect(run.stderr).to.equal('');
      expect(place.strays()).to.deep.equal([]);
    });
  });

  it('prints a line a round for people, in which a guardian’s halt and an override hold the fee, and ends with --exit', async () => {
    const place = await sandbox();
    // Rounds enough to outlast a vote and its delay.
    const args = ['devnet', '--rounds', '8', '--voting-seconds', '5', '--exit', '--data-dir', place.dataDir];
    const run = new Run(
      [...args, '--nodes', '4', '--byzantine', '0', '--rule', 'median', '--privacy', 'off'],
      place,
    );
    const line = (start: string) =>
      run.until(() => run.stdout.split('\n').find((text) => text.startsWith(start)), start);
    await line('network devnet');
    const { as, succeed } = peopleOf(place);
    const reason = 'a drill: models keep off the fee';
    const set = ['override', 'set', 'STABILITY_FEE', '--for', '10m', '--justification', reason];
    await haltAll(place);
    // The round that is under way may have moved the fee before the halt.
    const halted = roundLines(run).length + 1;
    const { proposalId: id } = await succeed([...set, ...as('identity-1')]);
    // The vote is open for seconds: both at once, and again where it has not begun.
    const vote = ['proposal', 'vote', String(id), 'for', '--votes', '10', ...as('identity-1')];
    await Promise.all([
      eventually(async () => (await ballast(vote)).code === 0, 'the first vote'),
      eventually(() => voteAsSecond(place, BigInt(String(id))), 'the second vote'),
    ]);
    const url = /http:\S+/.exec(await line('HTTP API of node-1'))?.[0];
    const advance = async () =>
      (await ballast(['proposal', 'advance', String(id), ...as('identity-3')])).code === 0;
    await eventually(advance, 'the vote to end');
    await eventually(advance, 'the timelock');
    const { items }: { items: OverrideJson[] } = JSON.parse(await (await fetch(`${url}/overrides`)).text());
    expect(items.map(({ name, words }) => [name, words])).to.deep.equal([['STABILITY_FEE', reason]]);
    expect(await run.end(120_000)).to.deep.equal({ code: 0, signal: null });
    const lines = run.stdout.trim().split('\n');
    const rounds = roundLines(run);
    expect(rounds).to.have.length(8);
    for (const line of rounds) {
      expect(line).to.match(
        /^round {2}\d · leader node-\d( \(view \d+\))? · [34]\/4 updates(, left out [^·]+)? · error \d+\.\d{3} bp \(B0 [+−]\d+\.\d %, B2 [+−]\d+\.\d %\), risk to EWMA drawdown [+−]\d+\.\d %, volatility [+−]\d+\.\d % · ε ∞ \(no guarantee\) · v\d+ [^·]+ · fee \d+\.\d\d % [^·]+$/,
      );
    }
    const held = rounds.slice(halted);
    expect(held).to.have.length.above(4);
    for (const text of held)
      expect(text).to.match(/ · fee \d\.\d\d % stays \(held by (halt|override[^·]*)\)$/);
    expect(rounds.at(-1)).to.match(/ · fee \d\.\d\d % stays \(held by override[^·]*\)$/);
    expect(lines[lines.indexOf(rounds.at(-1) ?? '') + 1]).to.match(
      /^ +core's fee \d\.\d\d %, interest \d+\.\d{6} coins on 1000000 · (no decision yet|decision record \d+) · breaker normal, halted$/,
    );
    expect(run.stdout).to.include("every node's hash equals the chain's");
    expect(run.stdout).to.include('warning: without privacy');
    expect(run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('… '))).to.deep.equal([]);
    await gone(run, 2_000);
    expect(place.strays()).to.deep.equal([]);
  });
});
