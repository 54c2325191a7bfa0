import { encodeFunctionData, type TransactionReceipt } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { governanceBridgeAbi as abi } from './generated/governance-bridge.ts';
import type { ProposalDraft } from './proposal-description.ts';
import { transact, type WaitOptions } from './transact.ts';
import { digestFromWord, lowerCaseAddress, wordFromDigest } from './words.ts';

/** What became of a wish, in the order of the contract's numbers. */
export const WISH_STATUSES = [
  'pending',
  'approved',
  'rejected',
  'executed',
  'cancelled',
  'expired',
  'failed',
] as const;

/** How fast an answer is wanted, in the order of the contract's numbers. */
export const URGENCIES = ['routine', 'elevated', 'high', 'critical'] as const;

export type Urgency = (typeof URGENCIES)[number];

/** A value beyond what the limits allow a model. */
export type ParameterWish = {
  readonly parameter: Digest;
  /** In the parameter's unit. */
  readonly value: bigint;
  /** Digest of the published justification. */
  readonly justification: Digest;
  /** Where its text lies; 1 to 256 bytes. */
  readonly uri: string;
  readonly urgency: Urgency;
};

export type ParameterProposal = {
  readonly number: bigint;
  readonly parameter: Digest;
  /** The parameter's value when it was opened. */
  readonly before: bigint;
  readonly value: bigint;
  readonly justification: Digest;
  readonly proposer: string;
  readonly urgency: Urgency;
  readonly status: (typeof WISH_STATUSES)[number];
  /** Number of its record in the decision log. */
  readonly decision: bigint;
  /** Unix seconds. */
  readonly submittedAt: number;
};

/**
 * Opens a proposal, as an admitted identity or as an active node's owner or signer.
 *
 * @param bridge address of the governance bridge.
 * @throws ContractRevertError `PROPOSAL_OPEN` while the parameter has one, `WITHIN_LIMITS`, `NOT_PROPOSER` or
 *   `SUBMITTED_TOO_SOON`.
 */
export function submitParameterProposal(
  reader: ChainReader,
  writer: ChainWriter,
  bridge: string,
  wish: ParameterWish,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({
    abi,
    functionName: 'submitParameterProposal',
    args: [
      wordFromDigest(wish.parameter),
      wish.value,
      wordFromDigest(wish.justification),
      wish.uri,
      URGENCIES.indexOf(wish.urgency),
    ],
  });
  return transact(reader, writer, 'open a parameter proposal', { to: lowerCaseAddress(bridge), data }, wait);
}

/**
 * The proposal to governance that approves a wish: the limits stay, and the value is written when it is executed. One
 * call, whose number says which wish.
 *
 * @param bridge address of the governance bridge.
 * @param text what people say about it.
 */
export function draftApproval(bridge: string, wish: ParameterProposal, text: string): ProposalDraft {
  const data = encodeFunctionData({ abi, functionName: 'approve', args: [wish.number] });
  return {
    type: 'parameter_adjustment',
    calls: [{ target: lowerCaseAddress(bridge), value: 0n, data }],
    justification: wish.justification,
    text,
  };
}

/** The open proposal of a parameter; undefined while there is none. */
export async function openParameterProposal(
  reader: ChainReader,
  bridge: string,
  parameter: Digest,
): Promise<ParameterProposal | undefined> {
  const address = lowerCaseAddress(bridge);
  const number = await chainRequest('read the open proposal', () =>
    reader.readContract({ abi, address, functionName: 'openProposalOf', args: [wordFromDigest(parameter)] }),
  );
  return number === 0n ? undefined : await parameterProposal(reader, bridge, number);
}

/** @throws ContractRevertError `PROPOSAL_UNKNOWN`. */
export async function parameterProposal(
  reader: ChainReader,
  bridge: string,
  number: bigint,
): Promise<ParameterProposal> {
  const at = { abi, address: lowerCaseAddress(bridge) } as const;
  const [record, [code]] = await chainRequest('read a parameter proposal', () =>
    Promise.all([
      reader.readContract({ ...at, functionName: 'proposalOf', args: [number] }),
      reader.readContract({ ...at, functionName: 'checkProposalStatus', args: [number] }),
    ]),
  );
  const [status, urgency] = [WISH_STATUSES[code], URGENCIES[record.urgency]];
  if (status === undefined || urgency === undefined) {
    throw new BallastError(
      'PROPOSAL_STATE_UNKNOWN',
      `parameter proposal ${number}: status ${code} has no name`,
    );
  }
  return {
    number,
    parameter: digestFromWord(record.id),
    before: record.before,
    value: record.value,
    justification: digestFromWord(record.justification),
    proposer: lowerCaseAddress(record.proposer),
    urgency,
    status,
    decision: record.decision,
    submittedAt: Number(record.submittedAt),
  };
}
