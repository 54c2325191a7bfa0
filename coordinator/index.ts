export { Admission, type AdmissionContext, type Equivocation } from './admission.ts';
export { type AuditChallenge, type AuditTerms, auditChallenges } from './audit-challenges.ts';
export { beaconDigest, beaconOrder, leaderOf } from './beacon.ts';
export { type BeaconDraws, beaconDraws } from './beacon-draws.ts';
export {
  aggregateCandidate,
  aggregationSeed,
  type Candidate,
  type CandidateTerms,
  type NodeUpdate,
  type Version,
} from './candidate.ts';
export {
  type AggregateScheme,
  type Certificate,
  type CommitScheme,
  type CommitVerifier,
  type CommitVote,
  isCertified,
  signersOf,
} from './certificate.ts';
export type * from './collaborators.ts';
export {
  BLS_COMMITTEE_SIZE,
  type Committee,
  createCommittee,
  hasBlsKeys,
  isMember,
  type Member,
  memberIndex,
  nodesOf,
} from './committee.ts';
export {
  type CommitteeDraw,
  drawCommittee,
  drawWeights,
  type RosterNode,
  type StakeCap,
  selectCommittee,
} from './committee-draw.ts';
export type { Epoch } from './committee-record.ts';
export { basisPoints, type CommitteeSize, committeeSize, equalCommitteeSize } from './committee-size.ts';
export {
  CONVERGENCE_DEFAULTS,
  CONVERGENCE_START,
  type Convergence,
  type ConvergenceOptions,
  type ConvergenceStatus,
  convergenceOf,
  observeRound,
} from './convergence.ts';
export { decisionOf, entryDigest, genesisHead, type Head, headAfter, type RoundDecision } from './entry.ts';
export * from './evidence/index.ts';
export {
  type Finding,
  type GateTerms,
  type Judgement,
  judgeScores,
  nameOf,
  type PairScore,
  roundScore,
  worseOf,
} from './gate.ts';
export { networkGenesis } from './genesis.ts';
export { groups } from './groups.ts';
export { RoundLog } from './log.ts';
export {
  encodeLoggedRound,
  type LoggedRound,
  MAX_LOGGED_ROUND_BYTES,
  readLoggedRound,
} from './logged-round.ts';
export { epochOfRound, isLastOfEpoch, lastRoundOf, type Registrant } from './next-epoch.ts';
export { Participant, type Reception } from './participant.ts';
export type { AnyReceived, Received } from './received.ts';
export { addRecords } from './records.ts';
export { REFUSALS, type Refusal, refusalText } from './refusals.ts';
export { pairsOfReason, rejectionReason } from './rejection.ts';
export type { RestoreRequest } from './restore.ts';
export {
  acceptedOf,
  createRoll,
  decodeRoll,
  droppedOf,
  encodeRoll,
  isRollOf,
  MAX_ROLL_BYTES,
  openRoll,
  type Roll,
  type RollRow,
  rollLeaf,
  selectedOf,
  updatesOf,
} from './roll.ts';
export {
  encodeProvenRow,
  isRowOf,
  MAX_PROVEN_ROW_BYTES,
  openProvenRow,
  type ProvenRow,
  provenRow,
} from './roll-row.ts';
export { createRoster, type Roster } from './roster.ts';
export { rollOf } from './round/basis.ts';
export { startRound, step } from './round/step.ts';
export type { RoundContext, RoundEffect, RoundEvent, RoundState, Verdict } from './round/types.ts';
export {
  aggregatorOf,
  genesisState,
  hasState,
  NO_STATE,
  type RoundAggregator,
  type RoundInputs,
  requireFor,
  requireRoundInputs,
} from './round-aggregator.ts';
export { type RoundFigures, type RoundMetrics, roundMetrics } from './round-metrics.ts';
export * from './selection/index.ts';
export { positionsOf } from './signers.ts';
export * from './standing/index.ts';
export { EMPTY_STANDING } from './standing.ts';
export * from './training-proof/index.ts';
export { basisOfTranscript, decodeTranscript, type Transcript } from './transcript.ts';
export { encodeBody, largestNorm, normClass, openUpdate } from './update-body.ts';
export * from './update-screen.ts';
export * from './verify/index.ts';
export { VotingRecord } from './voting-record.ts';
