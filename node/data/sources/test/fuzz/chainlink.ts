import type { Hex } from 'viem';
import { createChainlinkSource } from '../../chain/chainlink.ts';
import { startFeed, type TestRound } from '../feed-server.ts';
import { NEVER, virtualWorld } from '../world.ts';
import { BarRules, below, mustHold, pick } from './hostile.ts';
import { countReading, targetOf } from './reading.ts';

const START = 1_600_000_000;
const STEP = 3600;
const JUMP = 0.05;

/** Rounds of an oracle, one in four of them spoilt, and one answer in a hundred no round at all. */
export const chainlinkTarget = targetOf('chainlink rounds', async ({ batch, count, prng, total }) => {
  const rounds = Array.from({ length: count }, (_, i): TestRound | undefined => {
    const sound = { answer: 100_000_000n + BigInt(below(prng, 100_000)), second: START + i * STEP };
    if (prng.uniform() >= 0.25) return sound;
    total.spoilt++;
    const answers = [0n, -5n, 1n, 10n ** 16n, 10n ** 30n, (1n << 255n) - 1n, 130_000_000n] as const;
    const seconds = [0, sound.second - 5 * STEP, sound.second * 1000, sound.second + 1e9, 2 ** 52] as const;
    return pick<TestRound | undefined>(prng, [
      { ...sound, answer: pick(prng, [...answers]) },
      { ...sound, second: pick(prng, [...seconds]) },
      { ...sound, answeredIn: 1n },
      undefined,
    ]);
  });
  const isTorn = batch % 4 === 3;
  const spoil = (result: Hex) =>
    isTorn && prng.uniform() < 0.01 ? pick(prng, ['0x', '0x12', null, 7]) : result;
  const chain = await startFeed([rounds], spoil);
  const now = START + (count + 1) * STEP;
  const options = { feed: chain.feed, unit: 'USD', jump: JUMP };
  const source = createChainlinkSource(options, chain.reader, virtualWorld(now));
  const bars = new BarRules(JUMP, now);
  try {
    await countReading(total, source.history({ from: START, to: now }, NEVER), (each) => {
      if (each.kind !== 'bar') return;
      mustHold(each.bar.second >= START, 'no time before the question', each);
      bars.check(each);
    });
  } finally {
    await chain.stop();
  }
});
