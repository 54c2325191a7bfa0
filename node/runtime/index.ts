export { tries } from './backoff.ts';
export { BallastNode, type BallastNodeCollaborators, type BallastNodeOptions } from './ballast-node.ts';
export { ChainLink } from './chain-link.ts';
export { MAX_COLLATERALS, type PublicCollateral } from './collaterals.ts';
export type { ConditionCode } from './conditions.ts';
export { describeError } from './describe-error.ts';
export type { HeldOut, NodeEvent, RoundDecided } from './events.ts';
export { createGate, type RoundJudgement } from './gate.ts';
export type { RiskSkill } from './held-out.ts';
export type { MonitorStatus } from './model-monitor.ts';
export type { NodeView } from './node-view.ts';

export {
  createPublicMarket,
  type PublicMarket,
} from './public-market.ts';
export {
  createRoundTrainer,
  localTrainingOptions,
  type RoundTrainerCollaborators,
} from './round-trainer.ts';
export { STOP_BUDGET_MS } from './shutdown.ts';
