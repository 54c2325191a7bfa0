import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestClient, http } from 'viem';
import { type Anvil, chainHead, createReader, startAnvil } from '../../../contracts/client/index.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import type { StoreOperation } from '../../../protocol/store.ts';
import { readNodeConfig } from '../../config/index.ts';
import { freePort } from '../../devnet/setup.ts';
import { BallastNode, type ConditionCode, type NodeEvent, STOP_BUDGET_MS } from '../../runtime/index.ts';
import { LevelStore, type NodeStore, StoreError } from '../../store/index.ts';
import { ENTRY } from './command.ts';
import { LyingEndpoint } from './lying-endpoint.ts';
import { type PreparedNetwork, prepareNetwork } from './network.ts';
import { RpcProxy } from './rpc-proxy.ts';

const NODES = 4;
/** Loaded before a node: whoever ends the process by force is found out. */
const NO_EXIT = `data:text/javascript,process.exit=()=>process.kill(process.pid,'SIGKILL')`;
/** What keeps a process alive and belongs to a node: the test's own timers and pipes are not among them. */
const OURS = /TCP|Worker|MessagePort|Immediate/;

/** A store whose disk can be filled. */
function fillable(inner: NodeStore, isFull: () => boolean): NodeStore {
  return {
    get: (key) => inner.get(key),
    entries: (prefix) => inner.entries(prefix),
    sub: (name) => fillable(inner.sub(name), isFull),
    close: () => inner.close(),
    write: async (operations: readonly StoreOperation[]) => {
      if (isFull()) throw new StoreError('DISK_FULL', 'the disk takes no more: No space left on device');
      await inner.write(operations);
    },
  };
}

type Member = { readonly node: BallastNode; readonly events: NodeEvent[] };

/** Four nodes in this process over one chain, and everything that can go wrong around them. */
describe('faults around a node', function () {
  this.timeout(120_000);
  let network: PreparedNetwork;
  let proxy: RpcProxy;
  let late: RpcProxy;
  let liar: LyingEndpoint;
  let members: Member[];
  let holder: Server;
  let skewMs = 0;
  let isDiskFull = false;
  const others: Anvil[] = [];
  const openBefore = process.getActiveResourcesInfo().filter((name) => OURS.test(name));

  const until = async (done: () => boolean, what: string, withinMs = 40_000) => {
    const deadline = performance.now() + withinMs;
    while (!done()) {
      if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}: ${state()}`);
      await sleep(50);
    }
  };
  const state = () =>
    members
      .map(({ node, events }) => {
        const faults = node.view().conditions.map(({ code, message }) => `${code} (${message})`);
        return `round ${node.view().head?.round}, [${faults}], ${JSON.stringify(events.at(-1))}`;
      })
      .join('; ');
  const member = (index: number): Member => {
    const found = members[index];
    if (found === undefined) throw new Error(`there is no node ${index}`);
    return found;
  };
  const has = ({ node }: Member, code: ConditionCode) =>
    node.view().conditions.some((condition) => condition.code === code);
  const told = ({ events }: Member, code: ConditionCode, active: boolean) =>
    events.some((event) => event.event === 'condition' && event.code === code && event.active === active);
  const headRound = () => Math.max(...members.map(({ node }) => node.view().head?.round ?? 0));
  /** All of them decide a round more than any has decided now. */
  const goesOn = async () => {
    const wanted = headRound() + 1;
    await until(
      () => members.every(({ node }) => (node.view().head?.round ?? 0) >= wanted),
      `round ${wanted} of all`,
    );
  };
  const reader = () => createReader({ rpcUrl: network.anvil.rpcUrl, chainId: network.anvil.chainId });
  const sent = (indices: readonly number[]) =>
    Promise.all(
      indices.map((index) => {
        const address = network.nodes[index]?.identity.account.address;
        if (address === undefined) throw new Error('every node has an account');
        return reader().getTransactionCount({ address, blockTag: 'pending' });
      }),
    );
  const ALL = [0, 1, 2, 3];

  async function prepareMember(
    index: number,
    rpc: string | string[],
    listen?: string,
    dryRun = false,
  ): Promise<Member> {
    const prepared = network.nodes[index];
    if (prepared === undefined) throw new Error(`there is no node ${index}`);
    const config = { ...(await readNodeConfig(prepared.configPath)), rpc, engine: 'float64', dryRun };
    const events: NodeEvent[] = [];
    const isLast = index === NODES - 1;
    const node = new BallastNode(
      {
        config: listen === undefined ? config : { ...config, listen: [listen] },
        document: network.document,
        identity: prepared.identity,
      },
      {
        emit: (event) => events.push(event),
        tuning: {
          storeBackoff: { firstMs: 200, mostMs: 1_000 },
          portBackoff: { firstMs: 200, mostMs: 1_000 },
          stalledAfterMs: 4_000,
        },
        clock: {
          now: () => Date.now() + (isLast ? skewMs : 0),
          setTimer: (ms, run) => {
            const timer = setTimeout(run, ms);
            return () => clearTimeout(timer);
          },
        },
        openStore: async (folder) => fillable(await LevelStore.open(folder), () => isLast && isDiskFull),
      },
    );
    return { node, events };
  }

  before(async () => {
    network = await prepareNetwork({ nodes: NODES, rounds: 200 });
    proxy = await RpcProxy.listen(network.anvil.rpcUrl);
    late = await RpcProxy.listen(undefined);
    liar = await LyingEndpoint.listen(proxy.url);
    const port = await freePort();
    holder = createServer().listen(port, '127.0.0.1');
    members = await Promise.all([
      prepareMember(0, proxy.url),
      // The first that it is told is another beacon than the chain's.
      prepareMember(1, [liar.url, proxy.url, late.url]),
      prepareMember(2, late.url),
      // The first of its endpoints never answers.
      prepareMember(3, ['http://127.0.0.1:9', proxy.url], `/ip4/127.0.0.1/tcp/${port}`),
    ]);
    const starting = Promise.all(members.map(({ node }) => node.start()));
    starting.catch(() => undefined);
    await until(() => has(member(2), 'CHAIN_UNREACHABLE'), 'the node without a chain to say so');
    expect(member(2).node.view().readiness).to.include({ status: 'starting' });
    expect(member(2).node.view().readiness.reason).to.match(/^CHAIN_UNREACHABLE: /);
    late.lead(network.anvil.rpcUrl);
    await starting;
    expect(has(member(2), 'CHAIN_UNREACHABLE')).to.equal(false);
  });

  after(async () => {
    await Promise.all(members.map(({ node }) => node.stop()));
    holder.close();
    await proxy?.close();
    await late?.close();
    await liar?.close();
    for (const anvil of others) await anvil.stop();
    await network?.remove();
  });

  it('an endpoint that lies about every beacon: it is named in one line, and its node decides as the others', async () => {
    await goesOn();
    const lines = member(1).events.filter(
      (event) => event.event === 'condition' && event.code === 'ENDPOINT_LYING',
    );
    expect(lines).to.have.length(1);
    expect(lines[0])
      .to.have.property('message')
      .that.matches(
        /^rpc 1 \(127\.0\.0\.1:\d+\): eth_getBlockByNumber: got mixHash "0x6{64}", the others say mixHash "0x/,
      );
    expect(member(1).node.view().readiness.status).to.equal('ready');
    const digestOf = ({ events }: Member, round: number) =>
      events.flatMap((event) =>
        event.event === 'decided' && event.round === round ? event.modelDigest : [],
      );
    const isDecided = () => members.every((one) => digestOf(one, 2).length === 1);
    await until(isDecided, 'round 2 of all');
    expect(new Set(members.flatMap((one) => digestOf(one, 2))).size).to.equal(1);
    expect(member(1).events.some((event) => event.event === 'voted' && event.round === 2)).to.equal(true);
  });

  it('a port that is taken: the node takes part, and listens once it is free', async () => {
    expect(has(member(3), 'PORT_IN_USE'), state()).to.equal(true);
    await goesOn();
    holder.close();
    await until(() => told(member(3), 'PORT_IN_USE', false), 'the port');
    await goesOn();
  });

  it('an endpoint that is gone: nothing is sent, and rounds go on when it is back', async () => {
    proxy.lead(undefined);
    late.lead(undefined);
    await until(() => members.every((one) => has(one, 'CHAIN_UNREACHABLE')), 'CHAIN_UNREACHABLE of all');
    const count = await sent(ALL);
    await sleep(1_200);
    expect(await sent(ALL)).to.deep.equal(count);
    proxy.lead(network.anvil.rpcUrl);
    late.lead(network.anvil.rpcUrl);
    await until(() => !members.some((one) => has(one, 'CHAIN_UNREACHABLE')), 'the chain again');
    await goesOn();
  });

  for (const [what, chainId] of [
    ['another chain id', 31_338],
    ['the same chain id and another first block', 31_337],
  ] as const) {
    it(`an endpoint of ${what}: nothing it says is used, nothing is sent`, async () => {
      const other = await startAnvil({ chainId, blockTimeSeconds: 1 });
      others.push(other);
      const count = await sent(ALL);
      const finalized = members.map(({ node }) => node.view().finalized?.height ?? 0);
      proxy.lead(other.rpcUrl);
      late.lead(other.rpcUrl);
      await until(() => members.every((one) => has(one, 'CHAIN_MISMATCH')), 'CHAIN_MISMATCH of all');
      const then = await sent(ALL);
      await sleep(1_200);
      expect(await sent(ALL)).to.deep.equal(then);
      expect(then.every((n, i) => n >= (count[i] ?? 0))).to.equal(true);
      const seen = members.map(({ node }) => node.view().finalized?.height ?? 0);
      expect(seen.every((height, i) => height >= (finalized[i] ?? 0))).to.equal(true);
      const stranger = createReader({ rpcUrl: other.rpcUrl, chainId });
      for (const { identity } of network.nodes) {
        const { address } = identity.account;
        expect(await stranger.getTransactionCount({ address, blockTag: 'pending' })).to.equal(0);
      }
      proxy.lead(network.anvil.rpcUrl);
      late.lead(network.anvil.rpcUrl);
      await until(() => !members.some((one) => has(one, 'CHAIN_MISMATCH')), 'the right chain again');
      await goesOn();
    });
  }

  it('a chain that replaces 12 blocks: what it lost is published again', async () => {
    const client = createTestClient({ mode: 'anvil', transport: http(network.anvil.rpcUrl) });
    await client.request({ method: 'anvil_reorg', params: [12, []] } as never);
    await until(
      () => members.every((one) => told(one, 'CHAIN_REORGANISED', true)),
      'CHAIN_REORGANISED of all',
    );
    const [condition] = member(0).events.filter(
      (event) => event.event === 'condition' && event.code === 'CHAIN_REORGANISED',
    );
    // The last two were not final yet, and one or two more may have become so since this node looked.
    expect(condition)
      .to.have.property('message')
      .that.matches(/\b(?:8|9|1[0-2]) final blocks/);
    await until(
      () => !members.some((one) => has(one, 'CHAIN_REORGANISED')),
      'a block above all that were seen',
    );
    await goesOn();
    const { modelRegistry } = network.document.contracts;
    const version = member(0).node.view().head?.version ?? 0;
    for (let waited = 0; (await chainHead(reader(), modelRegistry)).version < version; waited += 100) {
      expect(waited, `version ${version} on the chain`).to.be.below(20_000);
      await sleep(100);
    }
  });

  it('a clock that is 10 s ahead: votes go on, nothing is sent', async () => {
    skewMs = 10_000;
    await until(() => has(member(3), 'CLOCK_SKEWED'), 'CLOCK_SKEWED');
    expect(members.slice(0, 3).some((one) => has(one, 'CLOCK_SKEWED'))).to.equal(false);
    const count = await sent([3]);
    await goesOn();
    expect(await sent([3])).to.deep.equal(count);
    skewMs = 0;
    await until(() => !has(member(3), 'CLOCK_SKEWED'), 'the clock to be right again');
  });

  it('a full disk: the node says nothing, the others go on, and it comes back', async () => {
    const told = member(3).events.length;
    isDiskFull = true;
    try {
      await until(() => has(member(3), 'DISK_FULL'), 'DISK_FULL');
      expect(member(3).node.view().participant).to.equal(undefined);
      const round = headRound();
      await until(() => headRound() > round, 'rounds of the others');
    } finally {
      isDiskFull = false;
    }
    await until(() => !has(member(3), 'DISK_FULL'), 'room on the disk');
    await goesOn();
    const since = member(3).events.slice(told);
    expect(since.filter(({ event }) => event === 'error')).to.deep.equal([]);
  });

  it('a chain without new blocks is said to have stalled, and goes on', async () => {
    const client = createTestClient({ mode: 'anvil', transport: http(network.anvil.rpcUrl) });
    await client.setIntervalMining({ interval: 0 });
    await until(() => members.every((one) => has(one, 'CHAIN_STALLED')), 'CHAIN_STALLED of all');
    await client.setIntervalMining({ interval: 1 });
    await until(() => !members.some((one) => has(one, 'CHAIN_STALLED')), 'new blocks');
    await goesOn();
  });

  it('a dry run: the node trains, votes and recommends for itself, the others hear nothing, its folder stays', async () => {
    await member(0).node.stop();
    const { configPath } = network.nodes[0] ?? {};
    const { dataDir } = await readNodeConfig(configPath ?? '');
    const before = await contentOf(join(dataDir, 'db'));
    const [count] = await sent([0]);
    const dry = await prepareMember(0, network.anvil.rpcUrl, undefined, true);
    members[0] = dry;
    await dry.node.start();
    const withheld = () => dry.events.filter((event) => event.event === 'withheld');
    await until(
      () => withheld().some(({ message }) => message === 'update-header'),
      'an update that is not sent',
    );
    const { round } = withheld().find(({ message }) => message === 'update-header') ?? { round: 0 };
    const decided = () =>
      member(1).events.find((event) => event.event === 'decided' && event.round === round);
    await until(() => decided() !== undefined, `round ${round}`);
    expect(decided()).to.deep.include({ event: 'decided', sealed: NODES - 1 });
    expect(await sent([0])).to.deep.equal([count]);
    expect(dry.events.some(({ event }) => event === 'voted' || event === 'published')).to.equal(false);
    await dry.node.stop();
    expect(await contentOf(join(dataDir, 'db'))).to.deep.equal(before);
  });

  it('leaves nothing open when it stops, within its budget, and sends nothing more', async () => {
    await Promise.all(members.map(({ node }) => node.stop()));
    for (const { events } of members) {
      expect(events.at(-1)).to.deep.include({ event: 'stopped', overran: [] });
    }
    await liar.close();
    await proxy.close();
    await late.close();
    await sleep(100);
    const left = process.getActiveResourcesInfo().filter((name) => OURS.test(name));
    expect(left).to.deep.equal(openBefore);
  });

  it('its process ends by itself after a signal, with nothing that ends it by force', async () => {
    const config = network.nodes[1]?.configPath ?? '';
    const child = spawn(
      process.execPath,
      ['--import', NO_EXIT, ENTRY, 'node', '--config', config, '--json'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const exited = once(child, 'exit');
    const heard: NodeEvent[] = [];
    let signalled = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const event: NodeEvent = JSON.parse(line);
      heard.push(event);
      // Alone, but with all that it has: chain, store, trainer, network.
      if (signalled === 0 && event.event === 'condition' && event.code === 'PEERS_TOO_FEW') {
        signalled = performance.now();
        child.kill('SIGTERM');
      }
    }
    expect(await exited).to.deep.equal([0, null]);
    expect(signalled).to.be.above(0);
    expect(performance.now() - signalled).to.be.below(STOP_BUDGET_MS);
    expect(heard.find(({ event }) => event === 'stopped')).to.deep.include({ overran: [] });
  });
});

/** Names and digests of a folder's files. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const digests = await Promise.all(
    names.map(async (name) => digestOfBytes(await readFile(join(folder, name)))),
  );
  return Object.fromEntries(names.map((name, i) => [name, digests[i] ?? '']));
}
