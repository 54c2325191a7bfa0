export { type AggregateVote, committeeKeysCommitment } from './aggregate-votes.ts';
export { type Anvil, type AnvilOptions, devAccount, startAnvil } from './anvil.ts';
export * from './bls.ts';
export {
  isPossessionProven,
  type PossessionStatement,
  possessionDigest,
  provePossession,
} from './bls-possession.ts';
export { blsKeysAt, committeeBlsKeys, registerBlsKey } from './bls-registry.ts';
export { type BlsCommitScheme, blsCommitScheme } from './bls-scheme.ts';
export * from './breaker.ts';
export * from './breaker-halts.ts';
export * from './breaker-keeping.ts';
export * from './breaker-settings.ts';
export { type ChainReader, type ChainWriter, createReader, createWriter, type Endpoint } from './clients.ts';
export { type CommitteeSignature, committeeRoot } from './committee.ts';
export {
  ComparedEndpoints,
  type ComparedOptions,
  type EndpointHealth,
  type Lie,
  MAX_COMPARED_ENDPOINTS,
  type NamedEndpoint,
} from './compared-endpoints.ts';
export * from './controller.ts';
export * from './decision-log.ts';
export {
  type ContractAddresses,
  type Deployment,
  type DeployOptions,
  deployContracts,
} from './deploy.ts';
export { deploySuite, type SuiteDeployment } from './deploy-suite.ts';
export { type AddressOf, nextNonce } from './deployment-steps.ts';
export { type CommitEquivocation, equivocatorOf, isConflict, isSignedTwice } from './equivocation.ts';
export { ContractRevertError, decodeRevert, type RevertArgument } from './errors.ts';
export { chainEventSource, type EventFilter } from './event-source.ts';
export * from './event-stream.ts';
export { ballastGovernorAbi } from './generated/ballast-governor.ts';
export { boundedAutonomyControllerAbi } from './generated/bounded-autonomy-controller.ts';
export { circuitBreakerAbi } from './generated/circuit-breaker.ts';
export { decisionLogAbi } from './generated/decision-log.ts';
export { electorateAbi } from './generated/electorate.ts';
export { feedPriceSourceAbi } from './generated/feed-price-source.ts';
export { governanceBridgeAbi } from './generated/governance-bridge.ts';
export { modelRegistryAbi } from './generated/model-registry.ts';
export { moduleRegistryAbi } from './generated/module-registry.ts';
export { nodeRegistryAbi } from './generated/node-registry.ts';
export { overrideModuleAbi } from './generated/override-module.ts';
export { parameterRegistryAbi } from './generated/parameter-registry.ts';
export { referenceCoreAbi } from './generated/reference-core.ts';
export { stabilityOracleAbi } from './generated/stability-oracle.ts';
export { storageLayouts } from './generated/storage-layouts.ts';
export { timelockAbi } from './generated/timelock.ts';
export * from './governance.ts';
export * from './governance-actions.ts';
export * from './halt-names.ts';
export type { HandFeed } from './hand-feed.ts';
export type { TransactionCall } from './in-flight.ts';
export * from './model-disputes.ts';
export * from './model-registry.ts';
export * from './model-registry-state.ts';
export * from './module-registry.ts';
export { type NodeProofStatement, nodeProofMessage, signNodeProof, verifyNodeProof } from './node-proof.ts';
export * from './node-registry.ts';
export * from './operators.ts';
export * from './overrides.ts';
export { type RiskDirection, VALUE_LIMIT } from './parameter-limits.ts';
export * from './parameter-names.ts';
export * from './parameter-proposals.ts';
export { PARAMETER_SETTINGS, type ParameterSetting } from './parameter-settings.ts';
export * from './parameter-standing.ts';
export { explanationDigest, parameterId, STABILITY_FEE, WAD_PER_YEAR } from './parameters.ts';
export * from './proposal-description.ts';
export * from './proposal-header.ts';
export * from './proposal-templates.ts';
export * from './reference-core.ts';
export * from './reference-deploy.ts';
export * as referenceMath from './reference-math.ts';
export * from './reference-parameters.ts';
export {
  type CoreOptions,
  type DeployedCollateral,
  type DevnetCollateral,
  type ReferenceDeployment,
  referenceDeployment,
} from './reference-steps.ts';
export { type RestoreRequest, requestRestore, restoreRequestAt } from './restore.ts';
export * from './signatures.ts';
export {
  type SignerProofStatement,
  signerProofTypedData,
  signSignerProof,
} from './signer-proof.ts';
export * from './slashing.ts';
export * from './stability-oracle.ts';
export * from './storage-layout.ts';
export { governanceOf, governorOf, type SuiteAddresses, suiteOf } from './suite.ts';
export { checkSuite, type SuiteContracts } from './suite-check.ts';
export * from './suite-options.ts';
export {
  parseSuiteRecord,
  recordedAddressOf,
  recordedContracts,
  type SuiteRecord,
  suiteRecord,
  verifySuite,
} from './suite-record.ts';
export {
  type Intent,
  MAX_IN_FLIGHT,
  TransactionManager,
  type TransactionOptions,
  transactionsOf,
} from './transactions.ts';
export {
  type CommitteeRotation,
  type ContractDomain,
  committeeRotationDigest,
  EIP712_TYPES,
  type ExpectedValue,
  OUTCOME_CODES,
  type ParameterUpdate,
  type Recommendation,
  type RoundDecision,
  recommendationDigest,
  roundDecisionDigest,
} from './typed-data.ts';
export * from './upgrade-proposal.ts';
export * from './urgency.ts';
export type { WaitOptions } from './waiting.ts';
