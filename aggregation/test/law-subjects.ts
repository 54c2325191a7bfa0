import { createRule, type RuleOptions, ruleEntry, ruleNames } from '../index.ts';
import type { Subject } from './law-cases.ts';

const MAX_F = 2;

/** Options besides f under which a rule is another one, and what then holds of it. */
type Variant = {
  readonly name: string;
  readonly options: RuleOptions;
  readonly laws?: Partial<Subject['laws']>;
};

const VARIANTS: readonly Variant[] = [
  // Weights that do not divide the sums round.
  { name: 'fedavg', options: { weightCap: 7 }, laws: { precision: 'rounding' } },
  { name: 'fednova', options: { weightCap: 7 } },
  { name: 'q-fedavg', options: { q: 0.5, lipschitz: 0.01 } },
  { name: 'multi-krum', options: { m: 2 } },
];

/** Every rule of the registry, and variants of some. */
export function ruleSubjects(): Subject[] {
  return [...ruleNames.map((name): Variant => ({ name, options: {} })), ...VARIANTS].map(subjectOf);
}

function subjectOf({ name, options, laws }: Variant): Subject {
  const entry = ruleEntry(name);
  const written = Object.entries(options).map(([option, value]) => `${option}=${value}`);
  return {
    name: [name, ...written].join(' '),
    kind: entry.kind,
    laws: { ...entry.laws, ...laws },
    maxF: entry.kind === 'averaging' ? 0 : MAX_F,
    make: (f) => createRule(name, { f, ...options }),
    namesLiars: entry.kind === 'selecting' || entry.kind === 'coordinate-wise',
  };
}
