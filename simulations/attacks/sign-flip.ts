import { type Attack, type AttackOptions, boostOf } from './attack.ts';

/**
 * Sign flip: −boost × the own honest update. (ByzFL flips the mean of the honest updates instead; that is IPM
 * with boost 1.)
 *
 * @throws {UsageError} ATTACK_OPTION.
 */
export function signFlip(options: Pick<AttackOptions, 'boost'> = {}): Attack {
  const boost = boostOf('sign-flip', options.boost);
  return {
    name: 'sign-flip',
    needs: 'own',
    random: false,
    craft: ({ own }) => own.map((x) => -boost * x),
  };
}
