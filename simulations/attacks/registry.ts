import { closestWord, UsageError } from '../../protocol/errors.ts';
import { alie } from './alie.ts';
import type { Attack, AttackNeeds, AttackOptions } from './attack.ts';
import { fangKrum } from './fang-krum.ts';
import { fangTrimmedMean } from './fang-trimmed-mean.ts';
import { gaussian } from './gaussian.ts';
import { ipm } from './ipm.ts';
import { labelFlip } from './label-flip.ts';
import { lyingWeight } from './lying-weight.ts';
import { mimic } from './mimic.ts';
import { minMax, minSum } from './min-max.ts';
import { optAlie, optIpm } from './optimised.ts';
import { signFlip } from './sign-flip.ts';
import { zero } from './zero.ts';

export type AttackEntry = {
  /** One line for people. */
  readonly summary: string;
  readonly needs: AttackNeeds;
  readonly options: readonly (keyof AttackOptions)[];
  readonly create: (options: AttackOptions) => Attack;
};

const ATTACKS = {
  'sign-flip': {
    summary: 'the own update with its sign turned, times boost',
    needs: 'own',
    options: ['boost'],
    create: signFlip,
  },
  zero: { summary: 'an update that changes nothing', needs: 'own', options: [], create: zero },
  gaussian: {
    summary: 'normal noise of boost times the norm of the own update',
    needs: 'own',
    options: ['boost'],
    create: gaussian,
  },
  ipm: {
    summary: 'the mean of the honest updates with its sign turned, times boost',
    needs: 'honest',
    options: ['boost'],
    create: ipm,
  },
  alie: {
    summary: 'the mean of the honest updates plus z standard deviations',
    needs: 'honest',
    options: ['z', 'f'],
    create: alie,
  },
  mimic: {
    summary: 'the update of one honest node, over and over',
    needs: 'honest',
    options: ['index'],
    create: mimic,
  },
  'opt-ipm': {
    summary: 'ipm with the boost that throws the rule farthest off the honest mean',
    needs: 'honest',
    options: [],
    create: optIpm,
  },
  'opt-alie': {
    summary: 'alie with the z that throws the rule farthest off the honest mean',
    needs: 'honest',
    options: [],
    create: optAlie,
  },
  'min-max': {
    summary: 'as far from the honest mean as two honest updates are from each other',
    needs: 'honest',
    options: ['perturbation'],
    create: minMax,
  },
  'min-sum': {
    summary: 'as far from the honest mean as the squared distances of an honest update sum up to',
    needs: 'honest',
    options: ['perturbation'],
    create: minSum,
  },
  'fang-krum': {
    summary: 'against the signs of the honest mean, as far as Krum still takes it',
    needs: 'honest',
    options: [],
    create: fangKrum,
  },
  'fang-trimmed-mean': {
    summary: 'in each coordinate beyond all honest values, away from where they go',
    needs: 'honest',
    options: [],
    create: fangTrimmedMean,
  },
  'label-flip': {
    summary: 'what honest training makes of labels turned round',
    needs: 'training',
    options: [],
    create: labelFlip,
  },
  'lying-weight': {
    summary: 'sign-flip under a claim of many more samples',
    needs: 'training',
    options: ['boost', 'claim'],
    create: lyingWeight,
  },
} as const satisfies Record<string, AttackEntry>;

export type AttackName = keyof typeof ATTACKS;

/** The names that {@link createAttack} knows, in a fixed order. */
export const attackNames: readonly AttackName[] = Object.freeze(Object.keys(ATTACKS) as AttackName[]);

/**
 * What is known about an attack before it is made.
 * @throws {UsageError} ATTACK_UNKNOWN, with the closest name as hint.
 */
export function attackEntry(name: string): AttackEntry {
  if (Object.hasOwn(ATTACKS, name)) return ATTACKS[name as AttackName];
  const closest = closestWord(name, attackNames);
  throw new UsageError(
    'ATTACK_UNKNOWN',
    `attack "${name}" is unknown, expected one of ${attackNames.join(', ')}`,
    {
      metadata: { name, known: attackNames },
      ...(closest === undefined ? {} : { hint: `did you mean ${closest}?` }),
    },
  );
}

/**
 * Makes the attack called `name`.
 * @throws {UsageError} ATTACK_UNKNOWN; ATTACK_OPTION when an option is missing, has a wrong value, or is not one
 * that this attack takes.
 */
export function createAttack(name: string, options: AttackOptions = {}): Attack {
  const entry = attackEntry(name);
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || entry.options.some((known) => known === option)) continue;
    const taken = entry.options.length === 0 ? 'none' : entry.options.join(' or ');
    throw new UsageError('ATTACK_OPTION', `${name} takes no option ${option}, expected ${taken}`, {
      metadata: { attack: name, option, given: value },
    });
  }
  return entry.create(options);
}
