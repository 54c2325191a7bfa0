import { type Address, hashTypedData, type TypedDataDomain, zeroHash } from 'viem';
import type { RoundDecision } from '../../protocol/decision.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { Outcome } from '../../protocol/messages.ts';
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

export type { RoundDecision };

/** Which chain and which contract a signature is for (EIP-712 domain of name "Ballast" and version "1"). */
export type ContractDomain = { readonly chainId: number; readonly contract: string };

/** What the outgoing committee signs to hand over to the next. */
export type CommitteeRotation = {
  readonly network: Digest;
  /** The new epoch, one above the current. */
  readonly epoch: number;
  /** The last version that the outgoing committee certified. */
  readonly version: number;
  readonly nextRoot: Digest;
  readonly nextSize: number;
  /** Commitment to its BLS keys; left out when its members vote with ECDSA. */
  readonly nextKeys?: Digest;
};

/** What all recommendations for one batch of changes have in common. */
export type ParameterUpdate = {
  readonly network: Digest;
  /** Number of the batch, one above the controller's last. */
  readonly sequence: number;
  readonly modelVersion: number;
  readonly modelDigest: Digest;
  /** Digest of the log entry of the round that the values follow on. */
  readonly transcript: Digest;
  /** Unix seconds; at most 6 h ahead. */
  readonly expiry: number;
  /** 1 to 16 parameters by strictly ascending id (keccak256 of the name). */
  readonly parameters: readonly ExpectedValue[];
};

/** A parameter and its value before a batch, in its unit. */
export type ExpectedValue = { readonly parameter: Digest; readonly expected: bigint };

/** One member's own values for an update, in the order and the units of its parameters. */
export type Recommendation = ParameterUpdate & {
  readonly values: readonly bigint[];
  /** keccak256 of the member's explanation. */
  readonly explanation: Digest;
};

const WORD = 'bytes32';
const COUNT = 'uint64';

export const EIP712_TYPES = {
  RoundDecision: [
    { name: 'network', type: WORD },
    { name: 'epoch', type: COUNT },
    { name: 'round', type: COUNT },
    { name: 'view', type: 'uint32' },
    { name: 'outcome', type: 'uint8' },
    { name: 'version', type: COUNT },
    { name: 'modelDigest', type: WORD },
    { name: 'entryDigest', type: WORD },
  ],
  CommitteeRotation: [
    { name: 'network', type: WORD },
    { name: 'epoch', type: COUNT },
    { name: 'version', type: COUNT },
    { name: 'nextRoot', type: WORD },
    { name: 'nextSize', type: 'uint8' },
    { name: 'nextKeys', type: WORD },
  ],
  Recommendation: [
    { name: 'network', type: WORD },
    { name: 'sequence', type: COUNT },
    { name: 'parameterIds', type: 'bytes32[]' },
    { name: 'expected', type: 'uint64[]' },
    { name: 'values', type: 'uint64[]' },
    { name: 'modelVersion', type: COUNT },
    { name: 'modelDigest', type: WORD },
    { name: 'transcript', type: WORD },
    { name: 'explanation', type: WORD },
    { name: 'expiry', type: COUNT },
  ],
} as const;

/** How the chain writes an outcome. */
export const OUTCOME_CODES: Readonly<Record<Outcome, number>> = { accepted: 1, rejected: 2, aborted: 3 };

export function typedDataDomain({
  chainId,
  contract,
}: ContractDomain): TypedDataDomain & { verifyingContract: Address } {
  return { name: 'Ballast', version: '1', chainId, verifyingContract: lowerCaseAddress(contract) };
}

export function roundDecisionTypedData(domain: ContractDomain, decision: RoundDecision) {
  return {
    domain: typedDataDomain(domain),
    types: EIP712_TYPES,
    primaryType: 'RoundDecision',
    message: {
      network: wordFromDigest(decision.network),
      epoch: BigInt(decision.epoch),
      round: BigInt(decision.round),
      view: decision.view,
      outcome: OUTCOME_CODES[decision.outcome],
      version: BigInt(decision.version),
      modelDigest: wordFromDigest(decision.modelDigest),
      entryDigest: wordFromDigest(decision.entryDigest),
    },
  } as const;
}

export function committeeRotationTypedData(domain: ContractDomain, rotation: CommitteeRotation) {
  return {
    domain: typedDataDomain(domain),
    types: EIP712_TYPES,
    primaryType: 'CommitteeRotation',
    message: {
      network: wordFromDigest(rotation.network),
      epoch: BigInt(rotation.epoch),
      version: BigInt(rotation.version),
      nextRoot: wordFromDigest(rotation.nextRoot),
      nextSize: rotation.nextSize,
      nextKeys: rotation.nextKeys === undefined ? zeroHash : wordFromDigest(rotation.nextKeys),
    },
  } as const;
}

/** An update as the controller takes it. */
export function encodeUpdate({ parameters, ...update }: ParameterUpdate) {
  return {
    network: wordFromDigest(update.network),
    sequence: BigInt(update.sequence),
    modelVersion: BigInt(update.modelVersion),
    modelDigest: wordFromDigest(update.modelDigest),
    transcript: wordFromDigest(update.transcript),
    expiry: BigInt(update.expiry),
    parameterIds: parameters.map(({ parameter }) => wordFromDigest(parameter)),
    expected: parameters.map(({ expected }) => expected),
  } as const;
}

export function recommendationTypedData(domain: ContractDomain, recommendation: Recommendation) {
  return {
    domain: typedDataDomain(domain),
    types: EIP712_TYPES,
    primaryType: 'Recommendation',
    message: {
      ...encodeUpdate(recommendation),
      values: [...recommendation.values],
      explanation: wordFromDigest(recommendation.explanation),
    },
  } as const;
}

/** The 32 bytes that a commit vote signs; `domain.contract` is the ModelRegistry. */
export function roundDecisionDigest(domain: ContractDomain, decision: RoundDecision): Digest {
  return digestFromWord(hashTypedData(roundDecisionTypedData(domain, decision)));
}

/** The 32 bytes that a vote for the next committee signs; `domain.contract` is the ModelRegistry. */
export function committeeRotationDigest(domain: ContractDomain, rotation: CommitteeRotation): Digest {
  return digestFromWord(hashTypedData(committeeRotationTypedData(domain, rotation)));
}

/** The 32 bytes that a recommendation signs; `domain.contract` is the BoundedAutonomyController. */
export function recommendationDigest(domain: ContractDomain, recommendation: Recommendation): Digest {
  return digestFromWord(hashTypedData(recommendationTypedData(domain, recommendation)));
}
