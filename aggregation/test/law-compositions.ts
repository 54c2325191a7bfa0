import {
  compose,
  createPreAggregator,
  createRule,
  preAggregatorEntry,
  preAggregatorNames,
  type RuleOptions,
  ruleEntry,
} from '../index.ts';
import { shortened } from './law-bounds.ts';
import type { Subject } from './law-cases.ts';
import { tiesBehind } from './law-ties.ts';

// The mean repairs nothing: behind it shows what a step by itself does to each law.
const MEAN = 'fedavg';
const RULES = [MEAN, 'trimmed-mean', 'median', 'multi-krum'];

/** Options that a pre-aggregator cannot do without; a radius that some rows of the cases pass, and some do not. */
const OPTIONS: Readonly<Record<string, RuleOptions>> = { clipping: { radius: 1 } };

/** Every pre-aggregator of the registry before four rules. */
export function composedSubjects(): Subject[] {
  return preAggregatorNames.flatMap((before) => RULES.map((rule) => subjectOf(before, rule)));
}

function subjectOf(before: string, name: string): Subject {
  const { laws, options: taken } = preAggregatorEntry(before);
  const rule = ruleEntry(name);
  const options = (f: number): RuleOptions => ({ ...OPTIONS[before], ...(taken.includes('f') ? { f } : {}) });
  return {
    name: `${before}+${name}`,
    kind: rule.kind,
    laws: {
      // What shortens rows divides by norms; means of rows are exact where the rows are.
      precision: laws.hull ? rule.laws.precision : 'rounding',
      order: laws.order && rule.laws.order,
      translation: laws.translation && rule.laws.translation,
      scale: laws.scale && rule.laws.scale,
      hull: laws.hull && rule.laws.hull,
      liars: liarsBehind(before, name, laws.hull),
    },
    isExact: name === MEAN,
    maxF: 2,
    make: (f) =>
      compose(createPreAggregator(before, options(f)), createRule(name, name === MEAN ? {} : { f })),
    ...(laws.order ? { isTied: (given) => tiesBehind(before, options(given.rule.f), given) } : {}),
    ranksOnce: false,
    // Lies that cancel out within a mean are not seen.
    namesLiars: false,
    ...(laws.hull ? {} : { bound: shortened }),
  };
}

function liarsBehind(before: string, name: string, isMean: boolean): Subject['laws']['liars'] {
  // What shortens rows to an honest length lets the direction of a lie through.
  if (!isMean) return 'bounded';
  if (name === MEAN) return 'none';
  // Of the buckets no more than f hold a lie; nearest neighbours take lies near the honest rows in.
  return before === 'bucketing' ? ruleEntry(name).laws.liars : 'far';
}
