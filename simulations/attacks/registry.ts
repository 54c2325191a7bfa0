import { closestWord, UsageError } from '../../protocol/errors.ts';
import { alie } from './alie.ts';
import type { Attack, AttackOptions } from './attack.ts';
import { gaussian } from './gaussian.ts';
import { ipm } from './ipm.ts';
import { signFlip } from './sign-flip.ts';
import { zero } from './zero.ts';

export type AttackEntry = {
  /** One line for people. */
  readonly summary: string;
  readonly needs: Attack['needs'];
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
