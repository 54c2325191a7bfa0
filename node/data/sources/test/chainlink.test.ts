import { expect } from 'chai';
import { createReader } from '../../../../contracts/client/index.ts';
import { FLAGS } from '../../../features/series.ts';
import { createChainlinkSource } from '../chain/chainlink.ts';
import { startFeed, type TestRound } from './feed-server.ts';
import { collect, NEVER, only, virtualWorld } from './world.ts';

const START = 1_600_000_000;
const HOUR = 3600;
/** Rounds an hour apart, one cent up each. */
const rounds = (from: number, count: number): TestRound[] =>
  Array.from({ length: count }, (_, i) => ({
    answer: 100_000_000n + BigInt(i) * 1000n,
    second: from + i * HOUR,
  }));

describe('rounds of a Chainlink feed', () => {
  async function sourceOf(phases: (TestRound | undefined)[][], now = START + 1000 * HOUR) {
    const chain = await startFeed(phases);
    const world = virtualWorld(now);
    const options = { feed: chain.feed, unit: 'USD', jump: 0.05, confirmations: 0 };
    const source = createChainlinkSource(options, chain.reader, world);
    return { source, chain, world };
  }
  async function read(phases: (TestRound | undefined)[][], from: number, to: number) {
    const { source, chain } = await sourceOf(phases);
    try {
      return await collect(source.history({ from, to }, NEVER));
    } finally {
      await chain.stop();
    }
  }

  it('are read over phases, each until the first of the next', async () => {
    // The old aggregator goes on for ten rounds after the proxy has left it.
    const all = await read(
      [rounds(START, 60), rounds(START + 50 * HOUR + 7, 40)],
      START,
      START + 1000 * HOUR,
    );
    const bars = only('bar', all);
    expect(bars.length).to.equal(51 + 40);
    expect(bars.map(({ bar }) => bar.second)).to.deep.equal(
      [...rounds(START, 51), ...rounds(START + 50 * HOUR + 7, 40)].map(({ second }) => second),
    );
    expect(bars[3]?.bar.close).to.equal(1.00003);
    expect(only('refused', all)).to.deep.equal([]);
  });

  it('are found from any time on without reading all that was before', async () => {
    const { source, chain } = await sourceOf([rounds(START, 900)]);
    const all = await collect(source.history({ from: START + 800.5 * HOUR, to: START + 805 * HOUR }, NEVER));
    expect(only('bar', all).map(({ bar }) => (bar.second - START) / HOUR)).to.deep.equal([
      801, 802, 803, 804,
    ]);
    expect(chain.asked.length).to.be.below(60);
    await chain.stop();
  });

  it('skip what was never answered, and flag silence, carried answers and jumps', async () => {
    const list: (TestRound | undefined)[] = rounds(START, 12);
    list[4] = undefined;
    list[6] = { answer: 130_000_000n, second: START + 6 * HOUR };
    list[8] = { answer: 100_000_000n, second: START + 8 * HOUR, answeredIn: 3n };
    list[11] = { answer: 100_000_000n, second: START + 60 * HOUR };
    const all = await read([list], START, START + 1000 * HOUR);
    const flagged = only('bar', all).map(({ bar, flags }) => [(bar.second - START) / HOUR, flags]);
    expect(flagged.filter(([, flags]) => flags !== 0)).to.deep.equal([
      [6, FLAGS.held],
      [8, FLAGS.stale],
      [60, FLAGS.stale],
    ]);
    expect(flagged.length).to.equal(11);
  });

  it('are refused where they are zero, of the future, back in time or in another unit', async () => {
    const list: TestRound[] = rounds(START, 9);
    list[2] = { answer: 0n, second: START + 2 * HOUR };
    list[4] = { answer: 100_000_000n * 10n ** 10n, second: START + 4 * HOUR };
    list[6] = { answer: 100_000_000n, second: START + HOUR };
    list[8] = { answer: 100_000_000n, second: START + 2000 * HOUR };
    const all = await read([list], START, START + 5000 * HOUR);
    expect(only('refused', all).map(({ code }) => code)).to.deep.equal([
      'DATA_MALFORMED',
      'DATA_UNIT',
      'DATA_LATE',
      'DATA_FUTURE',
    ]);
    expect(only('bar', all).length).to.equal(5);
  });

  it('come live, those between two questions with them', async () => {
    const phases: TestRound[][] = [rounds(START, 5)];
    const { source, chain, world } = await sourceOf(phases, START + 5 * HOUR);
    const stop = new AbortController();
    const seen: number[] = [];
    const sleep = world.clock.sleep;
    Object.assign(world.clock, {
      sleep: async (ms: number, signal: AbortSignal) => {
        await sleep(ms, signal);
        const list = phases[0] ?? [];
        if (list.length === 5)
          list.push(...rounds(START + 5 * HOUR, 3).map((r) => ({ ...r, answer: 100_000_000n })));
        world.clock.set(START + 9 * HOUR);
      },
    });
    for await (const each of source.live?.(stop.signal) ?? []) {
      if (each.kind === 'bar') seen.push((each.bar.second - START) / HOUR);
      if (seen.length === 4) stop.abort();
    }
    expect(seen).to.deep.equal([4, 5, 6, 7]);
    await chain.stop();
  });

  it('keep the endpoint’s key out of what is said when it fails', async () => {
    const reader = createReader({ rpcUrl: 'http://127.0.0.1:9/v3/s3cret', chainId: 1 });
    const source = createChainlinkSource(
      { feed: `0x${'1'.repeat(40)}`, unit: 'USD', jump: 0.05 },
      reader,
      virtualWorld(START),
    );
    let thrown: unknown;
    try {
      await collect(source.history({ from: 0, to: START }, NEVER));
    } catch (error) {
      thrown = error;
    }
    expect((thrown as { code: string }).code).to.equal('SOURCE_UNREACHABLE');
    const { message, stack, cause } = thrown as Error;
    expect(`${message}${stack}${String(cause)}`).to.not.contain('s3cret');
    const make = () =>
      createChainlinkSource({ feed: 'x', unit: 'USD', jump: 0.05 }, reader, virtualWorld(START));
    expect(make).to.throw('address of a contract');
  });
});
