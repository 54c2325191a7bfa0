import { type Address, encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { type Digest, isDigest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { digestFromWord } from './words.ts';

/** What proposals are about, in the order of the contract's numbers. Each type may call only what is listed for it. */
export const PROPOSAL_TYPES = [
  'parameter_adjustment',
  'emergency_action',
  'protocol_upgrade',
  'funds_allocation',
  'policy_change',
] as const;

export type ProposalType = (typeof PROPOSAL_TYPES)[number];

/** One call that the timelock makes when the proposal is executed. */
export type ProposalCall = {
  readonly target: Address;
  /** Wei. */
  readonly value: bigint;
  readonly data: Hex;
};

/** The first line of a description. */
export type ProposalHeader = {
  readonly type: ProposalType;
  /** {@link actionsDigest} of the calls. */
  readonly actions: Digest;
  /** Digest of the published justification. */
  readonly justification: Digest;
};

const HEADER = /^ballast-proposal\/1 ([a-z_]+) 0x([0-9a-f]{64}) 0x([0-9a-f]{64})(?:\n|$)/;
const CALLS = [{ type: 'address[]' }, { type: 'uint256[]' }, { type: 'bytes[]' }] as const;

/** keccak256(abi.encode(targets, values, calldatas)), as contracts/src/governance/ProposalHeader.sol has it. */
export function actionsDigest(calls: readonly ProposalCall[]): Digest {
  const encoded = encodeAbiParameters(CALLS, [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
  ]);
  return digestFromWord(keccak256(encoded));
}

/**
 * The first line, without its newline.
 *
 * @throws BallastError `PROPOSAL_JUSTIFICATION` unless the justification is a digest other than zero.
 */
export function proposalHeader({ type, actions, justification }: ProposalHeader): string {
  if (!isDigest(justification) || /^0+$/.test(justification)) {
    throw new BallastError(
      'PROPOSAL_JUSTIFICATION',
      `justification: got ${justification}, expected 64 hexadecimal digits, not all zero`,
      { hint: 'publish the justification and give the digest of its bytes' },
    );
  }
  return `ballast-proposal/1 ${type} 0x${actions} 0x${justification}`;
}

/** @throws BallastError `PROPOSAL_HEADER` unless the description begins with a header. */
export function parseProposalHeader(description: string): ProposalHeader {
  const [, type = '', actions = '', justification = ''] = HEADER.exec(description) ?? [];
  if (!isProposalType(type)) {
    throw new BallastError(
      'PROPOSAL_HEADER',
      `description: begins with ${JSON.stringify(description.slice(0, 60))}, expected ballast-proposal/1 <type> 0x<actions> 0x<justification>`,
      { hint: `types are ${PROPOSAL_TYPES.join(', ')}` },
    );
  }
  return { type, actions, justification };
}

const isProposalType = (word: string): word is ProposalType =>
  (PROPOSAL_TYPES as readonly string[]).includes(word);
