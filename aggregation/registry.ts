import { closestWord, UsageError } from '../protocol/errors.ts';
import { FEDAVG_CONDITION, fedAvg } from './averaging/fedavg.ts';
import { liarCount, type RuleOptions } from './options.ts';
import { MAJORITY_CONDITION } from './robust/coordinate-wise.ts';
import { KRUM_CONDITION, krum } from './robust/krum.ts';
import { median } from './robust/median.ts';
import { multiKrum } from './robust/multi-krum.ts';
import { trimmedMean } from './robust/trimmed-mean.ts';
import { type AggregationRule, largestF, type RuleCondition } from './rule.ts';

/**
 * How a rule uses its rows: `averaging` believes all of them, `selecting` takes whole rows and leaves out
 * others, `coordinate-wise` decides coordinate by coordinate.
 */
export type RuleKind = 'averaging' | 'selecting' | 'coordinate-wise';

export type RuleEntry = {
  readonly kind: RuleKind;
  /** One line for people. */
  readonly summary: string;
  /** With every option at its default. */
  readonly condition: RuleCondition;
  readonly options: readonly (keyof RuleOptions)[];
  readonly create: (options: RuleOptions) => AggregationRule;
};

const RULES = {
  fedavg: {
    kind: 'averaging',
    summary: 'the mean of all rows, optionally weighted under a cap',
    condition: FEDAVG_CONDITION,
    options: ['f', 'weightCap'],
    create: fedAvg,
  },
  krum: {
    kind: 'selecting',
    summary: 'the one row nearest to its n − f − 2 nearest others',
    condition: KRUM_CONDITION,
    options: ['f'],
    create: ({ f }) => krum({ f: liarCount('krum', f) }),
  },
  'multi-krum': {
    kind: 'selecting',
    summary: 'the mean of the m rows with the lowest Krum scores, m = n − f unless given',
    condition: KRUM_CONDITION,
    options: ['f', 'm'],
    create: ({ f, ...rest }) => multiKrum({ ...rest, f: liarCount('multi-krum', f) }),
  },
  median: {
    kind: 'coordinate-wise',
    summary: 'the middle value of each coordinate',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    create: ({ f }) => median({ f: liarCount('median', f) }),
  },
  'trimmed-mean': {
    kind: 'coordinate-wise',
    summary: 'the mean of each coordinate without its f smallest and f largest values',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    create: ({ f }) => trimmedMean({ f: liarCount('trimmed-mean', f) }),
  },
} as const satisfies Record<string, RuleEntry>;

export type RuleName = keyof typeof RULES;

/** The names that {@link createRule} knows, in a fixed order. */
export const ruleNames: readonly RuleName[] = Object.freeze(Object.keys(RULES) as RuleName[]);

/**
 * What is known about a rule before it is made.
 * @throws {UsageError} RULE_UNKNOWN, with the closest name as hint.
 */
export function ruleEntry(name: string): RuleEntry {
  if (Object.hasOwn(RULES, name)) return RULES[name as RuleName];
  const closest = closestWord(name, ruleNames);
  throw new UsageError('RULE_UNKNOWN', `rule "${name}" is unknown, expected one of ${ruleNames.join(', ')}`, {
    metadata: { name, known: ruleNames },
    ...(closest === undefined ? {} : { hint: `did you mean ${closest}?` }),
  });
}

/**
 * Makes the rule called `name`.
 * @throws {UsageError} RULE_UNKNOWN; RULE_OPTION when an option is missing, has a wrong value, or is not one
 * that this rule takes.
 */
export function createRule(name: string, options: RuleOptions = {}): AggregationRule {
  const entry = ruleEntry(name);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || entry.options.some((known) => known === option)) continue;
    throw new UsageError(
      'RULE_OPTION',
      `${name} takes no option ${option}, expected ${entry.options.join(' or ')}`,
      { metadata: { rule: name, option, given: value } },
    );
  }
  return entry.create(options);
}

/**
 * The largest f that the rule bears with `n` rows, or undefined where it cannot run on them at all. FedAvg bears
 * none: 0.
 * @throws {UsageError} RULE_UNKNOWN.
 */
export function toleratedLiars(name: string, n: number): number | undefined {
  const entry = ruleEntry(name);
  const f = largestF(entry.condition, n);
  return entry.kind === 'averaging' && f !== undefined ? 0 : f;
}
