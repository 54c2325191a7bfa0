import { genesisOf } from '../../node/models/index.ts';
import { float64Engine, type LocalTrainingOptions, TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { CONFIDENCE, epsilonByCounting } from './epsilon-bounds.ts';
import { aucLimitOf, CLAIMED_EPSILONS, claimOf, trainingAt } from './levels.ts';
import type { AuditMarket } from './market.ts';
import { MEMBERSHIP_ATTACKS, type MembershipAttack, playMembership } from './membership.ts';
import { type AttackPower, attackPower } from './roc.ts';

export type MembershipRow = AttackPower & {
  readonly attack: MembershipAttack;
  readonly rounds: number;
  /** What the node's ledger says. */
  readonly claimed: number;
  /** The largest AUC that any attack can have; see `aucLimitOf`. */
  readonly aucLimit: number | undefined;
  /** What the attack on the target proves, at the default δ. */
  readonly proven: number;
};

/** Every attack on one round of training from the genesis model, at every claim. */
export function auditByMembership(market: AuditMarket, trials: number, seed: string): MembershipRow[] {
  return CLAIMED_EPSILONS.flatMap((epsilon) =>
    rowsOf(market, trainingAt(epsilon), { rounds: 1, trials, seed: `${seed}/${epsilon}` }),
  );
}

/** Every attack on the training that a devnet publishes, after so many rounds, and on the same without noise. */
export function auditDefaults(
  market: AuditMarket,
  options: { readonly rounds: number; readonly trials: number; readonly seed: string },
): MembershipRow[] {
  return [TRAINING_DEFAULTS, trainingAt(Infinity)].flatMap((training) =>
    rowsOf(market, training, { ...options, seed: `${options.seed}/default/${options.rounds}` }),
  );
}

function rowsOf(
  { model, pool }: AuditMarket,
  training: LocalTrainingOptions,
  options: { readonly rounds: number; readonly trials: number; readonly seed: string },
): MembershipRow[] {
  const scores = playMembership(
    { engine: float64Engine, model, examples: pool },
    { ...options, training, weights: genesisOf(model) },
  );
  const bound = { delta: TRAINING_DEFAULTS.delta, confidence: CONFIDENCE };
  return MEMBERSHIP_ATTACKS.map((attack) => ({
    attack,
    rounds: options.rounds,
    claimed: claimOf(training, options.rounds),
    aucLimit: aucLimitOf(training, options.rounds),
    ...attackPower(scores[attack].all),
    proven: epsilonByCounting(scores[attack].target, bound).epsilon,
  }));
}
