export {
  type Activation,
  type ActivationOptions,
  type ActivationPlan,
  activateNetwork,
  activationCost,
  planActivation,
} from './activate.ts';
export { type Backup, backupData, type NodeFiles } from './backup.ts';
export { BackupError, type BackupErrorCode } from './backup-error.ts';
export {
  type BlsKeyPlan,
  type BlsKeyRegistration,
  type BlsKeyRequest,
  planBlsKey,
  registerBls,
} from './bls-key.ts';
export {
  type ChainEndpoint,
  type Cost,
  chainIdOf,
  costOf,
  costOfGas,
  openChain,
  requireBalance,
} from './chain.ts';
export { CONFIG_FILE, type ConfigChoices, requireNoConfig, writeNodeConfig } from './config-file.ts';
export {
  type DeploymentPlan,
  deploymentCost,
  deployNetwork,
  type NetworkTemplate,
  readDocument,
  readRecord,
  recordPathOf,
  statePathOf,
  verifyContracts,
} from './deploy.ts';
export { OperatorError, type OperatorErrorCode } from './errors.ts';
export { type EvidenceLine, evidenceLines, evidenceText, readEvidence, submitEvidence } from './evidence.ts';
export { type Exit, type ExitPlan, exitOperator, planExit } from './exit.ts';
export {
  initialiseOperator,
  initialiseStake,
  KEYSTORE_FILE,
  STAKE_KEYSTORE_FILE,
} from './initialise.ts';
export { readDeploymentPlan } from './plan.ts';
export {
  planRegistration,
  type Registration,
  type RegistrationPlan,
  type RegistrationRequest,
  registerOperator,
} from './register.ts';
export { type Restoration, type RestoreOptions, restoreData } from './restore.ts';
