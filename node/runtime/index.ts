export { BallastNode, type BallastNodeCollaborators, type BallastNodeOptions } from './ballast-node.ts';
export { ChainLink } from './chain-link.ts';
export type { Emit, HeldOut, NodeEvent, RoundDecided } from './events.ts';
export {
  describeError,
  type NodeConfig,
  readNetworkDocument,
  readNodeConfig,
  readPassword,
} from './node-config.ts';
export { createGate, createPublicMarket, type PublicMarket } from './public-market.ts';
export {
  createRoundTrainer,
  localTrainingOptions,
  type RoundTrainerCollaborators,
  type TrainLocally,
} from './round-trainer.ts';
