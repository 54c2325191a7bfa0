export { type Backoff, tries } from './backoff.ts';
export { BallastNode, type BallastNodeCollaborators, type BallastNodeOptions } from './ballast-node.ts';
export { ChainLink } from './chain-link.ts';
export { MAIN_COLLATERAL, MAX_COLLATERALS, type PublicCollateral } from './collaterals.ts';
export {
  CONDITION_CODES,
  CONDITIONS,
  type Condition,
  type ConditionCode,
  type ConditionEvent,
} from './conditions.ts';
export type { Emit, HeldOut, NodeEvent, RoundDecided } from './events.ts';
export { createGate, type RoundJudgement } from './gate.ts';
export type { RiskSkill, SkillIntervals } from './held-out.ts';
export type { MonitorStatus, ShadowStatus } from './model-monitor.ts';
export { isInline, type NodeAggregator, openNodeAggregator } from './node-aggregator.ts';
export {
  describeError,
  type NodeConfig,
  parseEndpoints,
  readNetworkDocument,
  readNodeConfig,
} from './node-config.ts';
export type { NodeView, Readiness } from './node-view.ts';
export { type ReportLink, type ReportOutcome, reportStatus, submitReport } from './offence-reports.ts';
export {
  createPublicMarket,
  type HeldOutReport,
  type KnownMarket,
  type PublicMarket,
} from './public-market.ts';
export {
  createRoundTrainer,
  localTrainingOptions,
  type RoundTrainerCollaborators,
  type TrainLocally,
} from './round-trainer.ts';
export { STOP_BUDGET_MS, STOP_STAGES_MS } from './shutdown.ts';
