import { createRule, type RuleOptions, ruleEntry, ruleNames } from '../index.ts';
import { BOUNDS } from './law-bounds.ts';
import type { Subject } from './law-cases.ts';
import { tiesInBulyan, tiesInKrum, tiesInSignGuard } from './law-ties.ts';

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

/** Rules that score their rows once and take the lowest. */
const RANKING = ['krum', 'multi-krum', 'monna', 'krum/byzfl', 'krum/p2pfl'];

/** What is particular to a rule. With f ≤ 2 the last choices of Bulyan always tie: two rows are each nearest the other. */
const PARTICULAR: Readonly<Record<string, Partial<Subject>>> = {
  bulyan: {
    maxF: 3,
    isTied: (given) =>
      tiesInBulyan(
        given,
        (n, f) => n - 2 * f,
        (r, f) => r - f - 2,
        2,
      ),
  },
  signguard: { isTied: tiesInSignGuard },
  'bulyan/flower': {
    isTied: (given) => {
      const { f } = given.rule;
      const n = given.rows.length;
      return tiesInKrum(given, n - 2 * f, n - f - 2);
    },
  },
  'bulyan/fedml': {
    isTied: (given) =>
      tiesInBulyan(
        given,
        (n, f) => n - 2 * f,
        (r, f) => r - f,
        1,
      ),
  },
};

/** Every rule of the registry, and variants of some. */
export function ruleSubjects(): Subject[] {
  return [...ruleNames.map((name): Variant => ({ name, options: {} })), ...VARIANTS].map(subjectOf);
}

function subjectOf({ name, options, laws }: Variant): Subject {
  const entry = ruleEntry(name);
  const written = Object.entries(options).map(([option, value]) => `${option}=${value}`);
  const bound = BOUNDS[name];
  return {
    name: [name, ...written].join(' '),
    kind: entry.kind,
    laws: { ...entry.laws, ...laws },
    isExact: true,
    maxF: entry.kind === 'averaging' ? 0 : MAX_F,
    make: (f) => createRule(name, { f, ...options }),
    ranksOnce: RANKING.includes(name),
    namesLiars: /selecting|coordinate-wise/.test(entry.kind) && /hull|far/.test(entry.laws.liars),
    ...(bound === undefined ? {} : { bound }),
    ...PARTICULAR[name],
  };
}
