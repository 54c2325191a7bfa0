import { closestWord, UsageError } from '../protocol/errors.ts';
import { optionNames, type RuleOptions } from './options.ts';
import {
  preAggregatorEntry,
  preAggregatorNames,
  ruleEntry,
  ruleNames,
  serverStepEntry,
  serverStepNames,
} from './registry.ts';

/** A name with the options written beside it. */
export type Term = { readonly name: string; readonly options: RuleOptions };

/** What a round's aggregation is made of, in the order in which it is applied. */
export type Pipeline = {
  readonly before: readonly Term[];
  readonly rule: Term;
  readonly server: Term | undefined;
};

/** Taken where only pre-aggregators are named, and where only a server step is. */
const RULE_AFTER_PRE_AGGREGATORS = 'trimmed-mean';
const RULE_BEFORE_SERVER_STEP = 'fedavg';

/** The longest text that is read. */
export const MAX_PIPELINE_TEXT = 200;

/**
 * Reads an aggregation from text: names joined by `+`, pre-aggregators first, then a rule, then a server step, each
 * with options after a colon, as in `clipping:radius=2+nnm+trimmed-mean+fedadam:lr=0.1`. Pre-aggregators alone are
 * followed by the trimmed mean, a server step alone follows FedAvg.
 *
 * @throws {UsageError} RULE_UNKNOWN for a name that is none; RULE_OPTION for an option that the named part does not
 * take or that is no number; RULE_ORDER for parts in another order.
 */
export function parsePipeline(text: string): Pipeline {
  if (text.length > MAX_PIPELINE_TEXT) {
    throw new UsageError(
      'RULE_ORDER',
      `rule: got ${text.length} characters, expected at most ${MAX_PIPELINE_TEXT}`,
    );
  }
  const terms = text.split('+').map(parseTerm);
  const before: Term[] = [];
  let rule: Term | undefined;
  let server: Term | undefined;
  for (const { kind, term } of terms) {
    if (kind === 'pre-aggregator' && rule === undefined && server === undefined) before.push(term);
    else if (kind === 'rule' && rule === undefined && server === undefined) rule = term;
    else if (kind === 'server step' && server === undefined) server = term;
    else throw orderError(text, kind, term);
  }
  const implied = before.length > 0 ? RULE_AFTER_PRE_AGGREGATORS : RULE_BEFORE_SERVER_STEP;
  return { before, rule: rule ?? { name: implied, options: {} }, server };
}

/** The text of a pipeline, with what it implies written out. */
export function pipelineText({ before, rule, server }: Pipeline): string {
  return [...before, rule, ...(server === undefined ? [] : [server])].map(termText).join('+');
}

function termText({ name, options }: Term): string {
  // A number such as 1e+21 is written without its +, which would end the term.
  const written = Object.entries(options).map(([option, value]) => `${option}=${value}`.replace('e+', 'e'));
  return written.length === 0 ? name : `${name}:${written.join(',')}`;
}

type Kind = 'pre-aggregator' | 'rule' | 'server step';

function parseTerm(text: string): { readonly kind: Kind; readonly term: Term } {
  const [name = '', options] = text.split(/:(.*)/s);
  const { kind, taken } = partCalled(name);
  return { kind, term: { name, options: options === undefined ? {} : parseOptions(name, options, taken) } };
}

function partCalled(name: string): { readonly kind: Kind; readonly taken: readonly (keyof RuleOptions)[] } {
  if (ruleNames.some((known) => known === name)) return { kind: 'rule', taken: ruleEntry(name).options };
  if (preAggregatorNames.includes(name))
    return { kind: 'pre-aggregator', taken: preAggregatorEntry(name).options };
  if (serverStepNames.includes(name)) return { kind: 'server step', taken: serverStepEntry(name).options };
  const known = [...ruleNames, ...preAggregatorNames, ...serverStepNames];
  const closest = closestWord(name, known);
  throw new UsageError(
    'RULE_UNKNOWN',
    `rule "${name}" is unknown, expected ${ruleNames.join(', ')}; before it ${preAggregatorNames.join(', ')}; after it ${serverStepNames.join(', ')}`,
    { metadata: { name, known }, ...(closest === undefined ? {} : { hint: `did you mean ${closest}?` }) },
  );
}

function parseOptions(name: string, text: string, taken: readonly (keyof RuleOptions)[]): RuleOptions {
  const pairs = text.split(',');
  const read = pairs.map((pair, i) => {
    const [option = '', value = ''] = pair.split(/=(.*)/s);
    const known = optionNames.find((each) => each === option);
    const number = /^-?[0-9.]+(e-?[0-9]+)?$/.test(value) ? Number(value) : Number.NaN;
    const isRepeated = pairs.slice(0, i).some((earlier) => earlier.startsWith(`${option}=`));
    if (known === undefined || !taken.includes(known) || !Number.isFinite(number) || isRepeated) {
      const once = taken.map((each) => `${each}=<number>`).join(', ');
      const expected = taken.length === 0 ? 'no options' : `${once}, each at most once`;
      throw new UsageError('RULE_OPTION', `${name}: got "${pair}", expected ${expected}`, {
        metadata: { rule: name, option, given: value },
      });
    }
    return [known, number] as const;
  });
  return Object.fromEntries(read);
}

function orderError(text: string, kind: Kind, { name }: Term): UsageError {
  return new UsageError(
    'RULE_ORDER',
    `rule "${text}": the ${kind} ${name} is out of place, expected pre-aggregators, then one rule, then at most one server step`,
    { metadata: { given: text, name }, hint: 'such as nnm+trimmed-mean+fedadam' },
  );
}
