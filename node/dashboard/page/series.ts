import type { PrivacyAccountJson } from '../../api/index.ts';

export type Point = { readonly at: number; readonly epsilon: number };

/** What the chart draws: ε after each release, and from the last of them on as it would go on. */
export type EpsilonSeries = {
  /** What the horizontal axis counts. */
  readonly axis: 'round' | 'release';
  readonly spent: readonly Point[];
  readonly projected: readonly Point[];
};

/** By rounds where every release was made for one; else releases are counted, those before the first shown too. */
export function epsilonSeries(account: PrivacyAccountJson): EpsilonSeries {
  const { rounds, earlier, next } = account;
  const before = earlier.reduce((sum, { times }) => sum + times, 0);
  const isByRound = rounds.length > 0 && rounds.every(({ round }) => round !== null);
  const spent = rounds.flatMap(({ round, epsilon }, i): Point[] => {
    if (epsilon === null) return [];
    return [{ at: isByRound && round !== null ? round : before + i + 1, epsilon }];
  });
  // Nothing was spent before the first release, and that is where its line begins.
  if (before === 0) spent.unshift({ at: (spent[0]?.at ?? 1) - 1, epsilon: 0 });
  const last = spent.at(-1) ?? { at: 0, epsilon: 0 };
  const further = next.projection.map(({ rounds: more, epsilon }) => ({ at: last.at + more, epsilon }));
  return { axis: isByRound ? 'round' : 'release', spent, projected: [last, ...further] };
}
