import { expect } from 'chai';
import fc from 'fast-check';
import { encodeFunctionData, type Hex, keccak256, toHex } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import {
  type BlockMark,
  type ChainEvent,
  type EventCursor,
  type EventNotice,
  type EventSource,
  eventCursor,
  MAX_PENDING_EVENTS,
  readEvents,
} from '../client/event-stream.ts';
import * as client from '../client/index.ts';

const idOf = ({ block, logIndex }: ChainEvent) => `${block.hash}/${logIndex}`;

/** What somebody knows who does as the notices say, with the cursor stored beside it. */
class Follower {
  cursor: EventCursor;
  readonly present: string[] = [];
  readonly final: string[] = [];

  constructor(before: BlockMark) {
    this.cursor = eventCursor(before);
  }

  async read(source: EventSource, options: { confirmations: number; maxBlocks?: number }): Promise<void> {
    const stored = JSON.parse(JSON.stringify(this.cursor)) as EventCursor;
    const { notices, cursor } = await readEvents(source, stored, options);
    for (const notice of notices) this.#take(notice);
    this.cursor = cursor;
  }

  #take({ type, event }: EventNotice): void {
    const id = idOf(event);
    if (type === 'added') this.present.push(id);
    else if (type === 'removed') expect(this.present.pop(), 'removed the last first').to.equal(id);
    else {
      expect(this.present, 'added before it is final').to.include(id);
      this.final.push(id);
    }
  }
}

/** A chain in memory; the salt sets blocks of one height apart. */
class MemoryChain implements EventSource {
  readonly #blocks: (BlockMark & { parent: Hex; events: ChainEvent[] })[] = [];
  #salt = 0;

  constructor() {
    this.mine(0);
  }

  mine(events: number): void {
    const height = this.#blocks.length;
    const hash = keccak256(toHex(`${height}/${this.#salt++}`));
    const parent = this.#blocks.at(-1)?.hash ?? keccak256('0x');
    const event = (logIndex: number): ChainEvent => ({
      ...{ block: { height, hash }, logIndex, transactionHash: hash },
      ...{ address: `0x${'11'.repeat(20)}`, topics: [], data: '0x' },
    });
    this.#blocks.push({ height, hash, parent, events: Array.from({ length: events }, (_, i) => event(i)) });
  }

  reorganise(depth: number): void {
    this.#blocks.splice(Math.max(1, this.#blocks.length - depth));
  }

  get genesis(): BlockMark {
    const [block] = this.#blocks;
    if (block === undefined) throw new Error('expected a block');
    return { height: 0, hash: block.hash };
  }

  get events(): string[] {
    return this.#blocks.flatMap(({ events }) => events.map(idOf));
  }

  latestHeight = async () => this.#blocks.length - 1;
  finalizedHeight = async () => this.#blocks.length - 1;
  blockAt = async (height: number) => this.#blocks[height];
  eventsOf = async ({ height, hash }: BlockMark) => {
    const block = this.#blocks[height];
    return block?.hash === hash ? block.events : [];
  };
  eventsBetween = async (from: number, to: number) =>
    this.#blocks.slice(from, to + 1).flatMap(({ events }) => events);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
}

const CONFIRMATIONS = 12;

describe('event stream', () => {
  it('is what the chain has, each event final once, whatever is reorganised and whenever it is read', async () => {
    const step = fc.oneof(
      fc.record({ mine: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ mine: fc.integer({ min: 0, max: 3 }) }),
      fc.record({
        reorganise: fc.integer({ min: 1, max: CONFIRMATIONS }),
        grow: fc.integer({ min: 0, max: 14 }),
      }),
      fc.record({ read: fc.integer({ min: 1, max: 30 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const chain = new MemoryChain();
        const follower = new Follower(chain.genesis);
        /** No reorganisation goes below what the confirmations have settled. */
        let settled = 0;
        for (const each of steps) {
          if ('mine' in each) chain.mine(each.mine);
          else if ('read' in each) {
            await follower.read(chain, { confirmations: CONFIRMATIONS, maxBlocks: each.read });
          } else {
            const latest = await chain.latestHeight();
            settled = Math.max(settled, latest - CONFIRMATIONS);
            chain.reorganise(Math.min(each.reorganise, latest - settled));
            for (let i = 0; i < each.grow; i++) chain.mine(i % 3);
          }
        }
        for (let i = 0; i < 3 * CONFIRMATIONS; i++) chain.mine(1);
        for (let i = 0; i < 10; i++) await follower.read(chain, { confirmations: CONFIRMATIONS });
        expect(follower.present).to.deep.equal(chain.events);
        const height = (await chain.latestHeight()) - CONFIRMATIONS;
        const expected = (await chain.eventsBetween(0, height)).map(idOf);
        expect(follower.final).to.deep.equal(expected);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('takes an endpoint that is behind on the same chain for no reorganisation', async () => {
    const chain = new MemoryChain();
    const follower = new Follower(chain.genesis);
    for (let i = 0; i < 8; i++) chain.mine(1);
    await follower.read(chain, { confirmations: CONFIRMATIONS });
    const behind: EventSource = {
      latestHeight: async () => 5,
      finalizedHeight: async () => 5,
      blockAt: async (height) => (height > 5 ? undefined : chain.blockAt(height)),
      eventsOf: chain.eventsOf,
      eventsBetween: chain.eventsBetween,
    };
    await follower.read(behind, { confirmations: CONFIRMATIONS });
    expect(follower.present).to.deep.equal(chain.events);
  });

  it('stops where the chain takes back what was final', async () => {
    const chain = new MemoryChain();
    const follower = new Follower(chain.genesis);
    for (let i = 0; i < 20; i++) chain.mine(1);
    await follower.read(chain, { confirmations: 3 });
    chain.reorganise(10);
    for (let i = 0; i < 20; i++) chain.mine(1);
    expect(await codeOf(follower.read(chain, { confirmations: 3 }))).to.equal('FINAL_BLOCK_REPLACED');
  });

  it('keeps so many events that are not final and no more', async () => {
    const chain = new MemoryChain();
    chain.mine(MAX_PENDING_EVENTS);
    const read = () => readEvents(chain, eventCursor(chain.genesis), { confirmations: 5 });
    expect((await read()).notices).to.have.length(MAX_PENDING_EVENTS);
    chain.mine(1);
    expect(await codeOf(read())).to.equal('EVENTS_PENDING');
  });
});

describe('event stream of a chain', function () {
  this.timeout(60_000);

  it('survives a reorganisation of 12 blocks, read before, between and after', async () => {
    const anvil = await client.startAnvil({ accounts: 2 });
    try {
      const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
      const reader = client.createReader(endpoint);
      const owner = client.createWriter(endpoint, client.devAccount(0));
      const options = { minimumBond: 1n, unbondingDelaySeconds: 60 };
      const { modelRegistry } = await client.deployContracts(reader, owner, options);
      const source = client.chainEventSource(reader, [modelRegistry]);
      const rpc = (method: string, params: unknown[]) => reader.request({ method, params } as never);
      const data = encodeFunctionData({
        abi: client.modelRegistryAbi,
        functionName: 'transferOwnership',
        args: [owner.account.address],
      });
      // Each in a block of its own, which is there: the hash alone comes before it.
      const act = async (times: number) => {
        for (let i = 0; i < times; i++) {
          const hash = await owner.sendTransaction({ to: modelRegistry as Hex, data });
          await reader.waitForTransactionReceipt({ hash });
        }
      };
      const genesis = await reader.getBlock({ blockNumber: 0n });
      const follower = new Follower({ height: 0, hash: genesis.hash });
      const read = () => follower.read(source, { confirmations: CONFIRMATIONS });

      await act(20);
      await read();
      expect(follower.present).to.have.length(21);
      await rpc('anvil_reorg', [12, []]);
      await read();
      expect(follower.present).to.have.length(9);
      const snapshot = await rpc('evm_snapshot', []);
      await act(12);
      await read();
      await rpc('evm_revert', [snapshot]);
      await rpc('evm_increaseTime', [100]);
      await act(5);
      await read();
      await act(9);
      await rpc('anvil_mine', ['0x1e']);
      await read();

      const logs = await reader.getLogs({ address: modelRegistry as Hex, fromBlock: 0n });
      const expected = logs.map(({ blockHash, logIndex }) => `${blockHash}/${logIndex}`);
      expect(expected).to.have.length(23);
      expect(follower.present).to.deep.equal(expected);
      expect(follower.final).to.deep.equal(expected);
    } finally {
      await anvil.stop();
    }
  });
});
