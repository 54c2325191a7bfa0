import { expect } from 'chai';
import {
  EMPTY_LOG,
  explanationDigest,
  headAfter,
  type LogEntry,
  STABILITY_FEE,
} from '../../../contracts/client/index.ts';
import { decision as decisionSchema } from '../../api/schemas/index.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { ChainDecisions } from '../chain-decisions.ts';
import { document } from './support.ts';

const at = (digit: string) => `0x${digit.repeat(40)}`;
const WHY = 'the coin is forecast below its target';
const SUITE: Readonly<Record<string, string>> = {
  CONTROLLER: at('1'),
  GOVERNANCE: at('2'),
  OVERRIDES: at('3'),
  BREAKER: at('4'),
  LOG: at('5'),
};

/** A decision log whose events the chain gives as they are. */
function fakeLog() {
  const state = { entries: [] as LogEntry[], eventReads: 0, blockReads: 0, hasTimes: true };
  const head = () => {
    const { count, digest } = state.entries.reduce(headAfter, EMPTY_LOG);
    return [count, digest];
  };
  const reader = {
    getBlockNumber: async () => 90n,
    getBlock: async ({ blockNumber }: { blockNumber: bigint }) => {
      state.blockReads += 1;
      return { timestamp: blockNumber * 10n };
    },
    readContract: async () => head(),
    multicall: async ({ contracts }: { contracts: readonly { functionName: string }[] }) =>
      contracts.map(({ functionName }) => SUITE[functionName]),
    getContractEvents: async () => {
      state.eventReads += 1;
      return state.entries.map((entry, i) => eventOf(entry, i, state.hasTimes));
    },
  };
  return { state, link: { reader, document } as unknown as ChainLink };
}

function eventOf(entry: LogEntry, i: number, hasTime: boolean) {
  const { decision } = entry;
  const blockNumber = BigInt(20 + i);
  const place = {
    blockNumber,
    transactionHash: `0x${'ab'.repeat(32)}`,
    ...(hasTime ? { blockTimestamp: blockNumber * 10n } : {}),
  };
  if (entry.type === 'status')
    return { ...place, eventName: 'StatusMoved', args: { decision, from: 1, to: 3 } };
  if (entry.type === 'review') throw new Error('no review here');
  const { parameter, before, value, provenance, explanation } = entry;
  const { modelDigest, transcript } = provenance;
  const words = { modelDigest: `0x${modelDigest}`, transcript: `0x${transcript}` };
  return {
    ...place,
    eventName: 'DecisionRecorded',
    args: {
      decision,
      id: `0x${parameter}`,
      kind: 0,
      before,
      value,
      provenance: { ...provenance, ...words },
      explanation: `0x${explanation}`,
    },
  };
}

const record = (decision: bigint, before: bigint, value: bigint): LogEntry => ({
  type: 'record',
  decision,
  parameter: STABILITY_FEE,
  kind: 'model',
  before,
  value,
  provenance: {
    sequence: decision,
    modelVersion: 8n,
    modelDigest: 'cd'.repeat(32),
    transcript: 'ef'.repeat(32),
  },
  explanation: explanationDigest(WHY),
});

describe('service: decisions of the chain', () => {
  it('are read when the head has moved alone, the newest first, with status, time and words', async () => {
    const { state, link } = fakeLog();
    const decisions = new ChainDecisions();
    expect(await decisions.read(link)).to.deep.equal([]);
    expect(state.eventReads).to.equal(0);

    state.entries.push(record(1n, 5n, 6n), record(2n, 6n, 7n));
    state.entries.push({ type: 'status', decision: 1n, from: 'implemented', to: 'overridden' });
    const items = await decisions.read(link);
    for (const item of items) decisionSchema.parse(item);
    expect(
      items.map(({ number, status, before, after, atMs }) => [number, status, before, after, atMs]),
    ).to.deep.equal([
      [2, 'implemented', '6', '7', 210_000],
      [1, 'overridden', '5', '6', 200_000],
    ]);
    expect(items[0]).to.deep.include({ name: 'STABILITY_FEE', unit: 'wad/year', version: 8, words: null });

    // The node's own explanation is known by its digest, also where it is told after the record was read.
    decisions.observe({
      event: 'recommended',
      round: 3,
      current: '6',
      value: '7',
      wish: '7',
      heldBy: [],
      explanation: WHY,
    });
    expect((await decisions.read(link))[0]?.words).to.equal(WHY);
    expect([state.eventReads, state.blockReads]).to.deep.equal([1, 0]);
  });

  it('have the words that the node noted before it was started, which it reads once', async () => {
    const { state, link } = fakeLog();
    state.entries.push(record(1n, 5n, 6n));
    let asked = 0;
    const notes = {
      explanations: async () => {
        asked += 1;
        return ['another', WHY];
      },
    };
    const decisions = new ChainDecisions();
    await decisions.recall(undefined);
    expect((await decisions.read(link))[0]?.words).to.equal(null);
    await decisions.recall(notes);
    await decisions.recall(notes);
    expect((await decisions.read(link))[0]?.words).to.equal(WHY);
    expect(asked).to.equal(1);
  });

  it('lose no words told since to older ones that are recalled', async () => {
    const { state, link } = fakeLog();
    state.entries.push(record(1n, 5n, 6n));
    const decisions = new ChainDecisions();
    const tell = (explanation: string) =>
      decisions.observe({
        event: 'recommended',
        ...{ round: 3, current: '6', value: '7', wish: '7', heldBy: [] },
        explanation,
      });
    tell(WHY);
    const earlier = Array.from({ length: 511 }, (_, i) => `earlier ${i}`);
    await decisions.recall({ explanations: async () => [...earlier, WHY] });
    for (let i = 0; i < 511; i++) tell(`later ${i}`);
    expect((await decisions.read(link))[0]?.words).to.equal(WHY);
  });

  it('are timed by their blocks where the events have no times', async () => {
    const { state, link } = fakeLog();
    state.hasTimes = false;
    state.entries.push(record(1n, 5n, 6n));
    expect((await new ChainDecisions().read(link))[0]?.atMs).to.equal(200_000);
    expect(state.blockReads).to.equal(1);
  });

  it('are a thousand at most', async () => {
    const { state, link } = fakeLog();
    for (let i = 1n; i <= 1_003n; i++) state.entries.push(record(i, i, i + 1n));
    const items = await new ChainDecisions().read(link);
    expect([items.length, items[0]?.number, items.at(-1)?.number]).to.deep.equal([1_000, 1_003, 4]);
  });
});
