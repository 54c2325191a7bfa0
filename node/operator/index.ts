export {
  activateNetwork,
  activationCost,
  planActivation,
} from './activate.ts';
export { backupData, type NodeFiles } from './backup.ts';

export {
  planBlsKey,
  registerBls,
} from './bls-key.ts';
export {
  type Cost,
  chainIdOf,
  costOf,
  costOfGas,
  openChain,
  requireBalance,
} from './chain.ts';
export { type ConfigChoices, requireNoConfig, writeNodeConfig } from './config-file.ts';
export {
  type DeploymentPlan,
  deploymentCost,
  deployNetwork,
  type NetworkTemplate,
  readRecord,
  recordPathOf,
  statePathOf,
  verifyContracts,
} from './deploy.ts';

export { evidenceLines, evidenceText, readEvidence, submitEvidence } from './evidence.ts';
export { exitOperator, planExit } from './exit.ts';
export {
  initialiseOperator,
  initialiseStake,
  KEYSTORE_FILE,
} from './initialise.ts';
export { readDeploymentPlan } from './plan.ts';
export { type Purged, type PurgeScope, purgeData } from './purge.ts';
export {
  planRegistration,
  registerOperator,
} from './register.ts';
export { restoreData } from './restore.ts';
