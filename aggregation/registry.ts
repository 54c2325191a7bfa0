import { closestWord, UsageError } from '../protocol/errors.ts';
import { AVERAGING } from './averaging/catalog.ts';
import type { RuleOptions } from './options.ts';
import { PRE_AGGREGATORS } from './preaggregation/catalog.ts';
import type { PreAggregator, PreAggregatorEntry } from './preaggregation/pre-aggregator.ts';
import { ROBUST } from './robust/catalog.ts';
import { type AggregationRule, largestF } from './rule.ts';
import type { RuleEntry } from './rule-entry.ts';
import { SERVER_STEPS } from './server/catalog.ts';
import type { ServerStep, ServerStepEntry } from './server/server-step.ts';

const RULES = { ...AVERAGING, ...ROBUST } as const;

export type RuleName = keyof typeof RULES;

/** The names that {@link createRule} knows, in a fixed order. */
export const ruleNames: readonly RuleName[] = Object.freeze(Object.keys(RULES) as RuleName[]);
/** The names of the steps before a rule. */
export const preAggregatorNames: readonly string[] = Object.freeze(Object.keys(PRE_AGGREGATORS));
/** The names of the steps after a rule. */
export const serverStepNames: readonly string[] = Object.freeze(Object.keys(SERVER_STEPS));

/**
 * What is known about a rule before it is made.
 * @throws {UsageError} RULE_UNKNOWN, with the closest name as hint.
 */
export function ruleEntry(name: string): RuleEntry {
  return entryOf<RuleEntry>(RULES, name, 'rule');
}

/** What is known about a pre-aggregator. @throws {UsageError} RULE_UNKNOWN. */
export function preAggregatorEntry(name: string): PreAggregatorEntry {
  return entryOf<PreAggregatorEntry>(PRE_AGGREGATORS, name, 'pre-aggregator');
}

/** What is known about a server step. @throws {UsageError} RULE_UNKNOWN. */
export function serverStepEntry(name: string): ServerStepEntry {
  return entryOf<ServerStepEntry>(SERVER_STEPS, name, 'server step');
}

/**
 * Makes the rule called `name`.
 * @throws {UsageError} RULE_UNKNOWN; RULE_OPTION when an option is missing, has a wrong value, or is not one
 * that this rule takes.
 */
export function createRule(name: string, options: RuleOptions = {}): AggregationRule {
  const entry = ruleEntry(name);
  requireTaken(name, options, entry.options);
  return entry.create(options);
}

/** Makes the pre-aggregator called `name`. @throws {UsageError} as {@link createRule}. */
export function createPreAggregator(name: string, options: RuleOptions = {}): PreAggregator {
  const entry = preAggregatorEntry(name);
  requireTaken(name, options, entry.options);
  return entry.create(options);
}

/** Makes the server step called `name`. @throws {UsageError} as {@link createRule}. */
export function createServerStep(name: string, options: RuleOptions = {}): ServerStep {
  const entry = serverStepEntry(name);
  requireTaken(name, options, entry.options);
  return entry.create(options);
}

/**
 * The largest f that the rule bears with `n` rows, or undefined where it cannot run on them at all. Averaging rules
 * bear none: 0.
 * @throws {UsageError} RULE_UNKNOWN.
 */
export function toleratedLiars(name: string, n: number): number | undefined {
  const entry = ruleEntry(name);
  const f = largestF(entry.condition, n);
  return entry.kind === 'averaging' && f !== undefined ? 0 : f;
}

function entryOf<Entry>(entries: Readonly<Record<string, Entry>>, name: string, what: string): Entry {
  if (Object.hasOwn(entries, name)) return entries[name] as Entry;
  const known = Object.keys(entries);
  const closest = closestWord(name, known);
  throw new UsageError('RULE_UNKNOWN', `${what} "${name}" is unknown, expected one of ${known.join(', ')}`, {
    metadata: { name, known },
    ...(closest === undefined ? {} : { hint: `did you mean ${closest}?` }),
  });
}

function requireTaken(name: string, options: RuleOptions, taken: readonly (keyof RuleOptions)[]): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || taken.some((known) => known === option)) continue;
    const expected = taken.length === 0 ? 'none' : taken.join(' or ');
    throw new UsageError('RULE_OPTION', `${name} takes no option ${option}, expected ${expected}`, {
      metadata: { rule: name, option, given: value },
    });
  }
}
