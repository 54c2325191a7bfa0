import type { HourRange } from '../data/index.ts';
import { empiricalQuantile } from '../models/index.ts';
import type { Coin } from './coins.ts';

/** A week is stressed when it moves more than this share of the training weeks. */
const STRESSED_SHARE = 0.9;

/**
 * Which rows of `test` lie in a stressed week: one whose root mean square change of a step is above the 90 % quantile of
 * the training weeks. Weeks are counted from the first row of the test, the last may be short.
 */
export function stressedRows(coin: Coin, train: readonly HourRange[], test: HourRange): Uint8Array {
  const { deviation, startHour } = coin.series;
  const week = 168 / coin.stepHours;
  const moves = (from: number, to: number) => {
    let sum = 0;
    for (let t = from; t < to; t++) {
      sum += ((deviation[t - startHour] ?? 0) - (deviation[t - 1 - startHour] ?? 0)) ** 2;
    }
    return Math.sqrt(sum / (to - from));
  };
  const known = train.flatMap(({ from, to }) =>
    Array.from({ length: Math.floor((to - from) / week) }, (_, k) =>
      moves(from + k * week, from + (k + 1) * week),
    ),
  );
  const limit =
    known.length === 0
      ? Number.POSITIVE_INFINITY
      : empiricalQuantile(Float64Array.from(known), STRESSED_SHARE);
  const out = new Uint8Array(test.to - test.from);
  for (let from = test.from; from < test.to; from += week) {
    const to = Math.min(test.to, from + week);
    if (moves(from, to) > limit) out.fill(1, from - test.from, to - test.from);
  }
  return out;
}
