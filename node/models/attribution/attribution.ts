/** What a feature is about, in a person's words. */
export const FEATURE_GROUPS = [
  'constant',
  'deviation',
  'reversion',
  'trend',
  'volatility',
  'timing',
  'market',
  'volume',
  'other',
] as const;
export type FeatureGroup = (typeof FEATURE_GROUPS)[number];

/** What of an output is due to one feature, in the output's unit. */
export type Contribution = {
  readonly feature: string;
  readonly group: FeatureGroup;
  /** The feature as the model read it, free of scale. */
  readonly input: number;
  readonly value: number;
};

/** A part of an output that no feature of the model is behind. */
export type Term = { readonly name: string; readonly value: number };

/**
 * Why an output is what it is: output = Σ terms + Σ contributions + error. The terms are the output with every feature
 * at zero, which is where a feature says nothing out of the ordinary.
 */
export type Attribution = {
  readonly output: number;
  readonly terms: readonly Term[];
  /** In the order of the model's features. */
  readonly contributions: readonly Contribution[];
  /** Contributions summed by group, the largest first; groups without a feature are left out. */
  readonly groups: readonly { readonly group: FeatureGroup; readonly value: number }[];
  /** What the parts fall short of the output by. */
  readonly error: number;
};

/** Features by name; those that stand in none are `other`. */
const NAMES: Readonly<Record<Exclude<FeatureGroup, 'other'>, readonly string[]>> = {
  constant: ['bias'],
  deviation: ['deviation', 'size', 'young-deviation'],
  reversion: ['fast-gap', 'middle-gap', 'slow-gap', 'distance', 'young-fast-gap'],
  trend: [
    'day-change',
    'day-size',
    'hour-change',
    'hour-size',
    'four-hour-change',
    'four-hour-size',
    'drawdown',
    'return',
  ],
  volatility: [
    'day-range',
    'fast-volatility',
    'slow-volatility',
    'short-volatility',
    'middle-volatility',
    'long-volatility',
    'scale-trend',
  ],
  timing: ['age', 'young', 'old', 'count', 'rate', 'young-move'],
  market: [
    'public-long-volatility',
    'public-slow-volatility',
    'public-middle-volatility',
    'public-drawdown',
    'public-return',
  ],
  volume: ['volume'],
};
const GROUP_OF = new Map(
  Object.entries(NAMES).flatMap(([group, names]) =>
    names.map((name): [string, FeatureGroup] => [name, group as FeatureGroup]),
  ),
);

export function groupOf(feature: string): FeatureGroup {
  return GROUP_OF.get(feature) ?? 'other';
}

/** @param features names, in the order of `inputs` and `values`. */
export function attribute(
  output: number,
  terms: readonly Term[],
  features: readonly { readonly name: string }[],
  inputs: ArrayLike<number>,
  values: ArrayLike<number>,
): Attribution {
  const contributions = features.map(({ name }, j) => ({
    feature: name,
    group: groupOf(name),
    input: inputs[j] ?? Number.NaN,
    value: values[j] ?? Number.NaN,
  }));
  const sums = new Map<FeatureGroup, number>();
  for (const { group, value } of contributions) sums.set(group, (sums.get(group) ?? 0) + value);
  const explained = [...terms, ...contributions].reduce((sum, { value }) => sum + value, 0);
  return {
    output,
    terms,
    contributions,
    groups: [...sums]
      .map(([group, value]) => ({ group, value }))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)),
    error: output - explained,
  };
}
