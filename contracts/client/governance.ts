import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  stringToHex,
  type TransactionReceipt,
} from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { ballastGovernorAbi as abi } from './generated/ballast-governor.ts';
import {
  describeProposal,
  type ProposalDirectory,
  type ProposalDraft,
  type PublishedProposal,
} from './proposal-description.ts';
import { transact, type WaitOptions } from './transact.ts';
import { lowerCaseAddress } from './words.ts';

/** Where a proposal stands, in the order of the contract's numbers. */
export const PROPOSAL_STATES = [
  'pending',
  'active',
  'cancelled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const;

export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** What a vote says, in the order of the contract's numbers. */
export const VOTE_SUPPORTS = ['against', 'for', 'abstain'] as const;

export type Vote = {
  readonly proposalId: bigint;
  readonly support: (typeof VOTE_SUPPORTS)[number];
  /** How many; they cost their square in credits. */
  readonly votes: number;
  readonly reason?: string;
};

export type ProposalStanding = {
  readonly state: ProposalState;
  readonly against: bigint;
  readonly inFavour: bigint;
  readonly abstaining: bigint;
  /** Votes of any kind that it needs; undefined before its snapshot has passed. */
  readonly quorum?: bigint;
  /** Unix seconds. */
  readonly snapshot: number;
  readonly deadline: number;
  /** Unix seconds from which it may be executed; undefined until it is queued. */
  readonly executableAt?: number;
};

type Governor = { readonly reader: ChainReader; readonly writer: ChainWriter; readonly governor: string };

const PROPOSAL = [
  { type: 'address[]' },
  { type: 'uint256[]' },
  { type: 'bytes[]' },
  { type: 'bytes32' },
] as const;

/** The id that the governor gives a proposal. */
export function proposalId(proposal: PublishedProposal): bigint {
  return BigInt(keccak256(encodeAbiParameters(PROPOSAL, hashedArguments(proposal))));
}

/**
 * Deposits what proposals hold as their bonds.
 *
 * @param wei added to the writer's deposit.
 */
export function depositBond(
  { reader, writer, governor }: Governor,
  wei: bigint,
  wait?: WaitOptions,
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi, functionName: 'depositBond' });
  const call = { to: lowerCaseAddress(governor), data, value: wei };
  return transact(reader, writer, 'deposit a bond', call, wait);
}

/**
 * Describes and submits a proposal.
 *
 * @throws BallastError as {@link describeProposal}.
 * @throws ContractRevertError `DEPOSIT_TOO_SMALL`, `ACTION_NOT_PERMITTED`, `VALUE_NOT_PERMITTED`.
 */
export async function submitProposal(
  to: Governor,
  draft: ProposalDraft,
  directory: ProposalDirectory,
  wait?: WaitOptions,
): Promise<{ readonly proposalId: bigint; readonly proposal: PublishedProposal }> {
  const proposal = { calls: draft.calls, description: describeProposal(draft, directory) };
  await publishProposal(to, proposal, wait);
  return { proposalId: proposalId(proposal), proposal };
}

/**
 * Submits a proposal with a description as it is.
 *
 * @throws ContractRevertError `DESCRIPTION_MISMATCH` unless it begins with the header of the calls.
 */
export function publishProposal(
  to: Governor,
  proposal: PublishedProposal,
  wait?: WaitOptions,
): Promise<TransactionReceipt> {
  const args = [...callArguments(proposal), proposal.description] as const;
  return send(to, 'propose', encodeFunctionData({ abi, functionName: 'propose', args }), wait);
}

/** @throws ContractRevertError `NO_VOICE`, `CREDITS_EXCEEDED`, `VOTES_OUT_OF_RANGE`. */
export function castVote(to: Governor, vote: Vote, wait?: WaitOptions): Promise<TransactionReceipt> {
  const votes = encodeAbiParameters([{ type: 'uint256' }], [BigInt(vote.votes)]);
  const args = [vote.proposalId, VOTE_SUPPORTS.indexOf(vote.support), vote.reason ?? '', votes] as const;
  const data = encodeFunctionData({ abi, functionName: 'castVoteWithReasonAndParams', args });
  return send(to, 'cast a vote', data, wait);
}

/** Puts a proposal that has carried into the timelock. */
export function queueProposal(to: Governor, proposal: PublishedProposal, wait?: WaitOptions) {
  const data = encodeFunctionData({ abi, functionName: 'queue', args: hashedArguments(proposal) });
  return send(to, 'queue a proposal', data, wait);
}

/** Executes a proposal whose delay is over. Anyone may. */
export function executeProposal(to: Governor, proposal: PublishedProposal, wait?: WaitOptions) {
  const data = encodeFunctionData({ abi, functionName: 'execute', args: hashedArguments(proposal) });
  return send(to, 'execute a proposal', data, wait);
}

/** Releases or forfeits the bond of a proposal that has ended. Anyone may. */
export function settleBond(to: Governor, id: bigint, wait?: WaitOptions) {
  return send(to, 'settle a bond', encodeFunctionData({ abi, functionName: 'settleBond', args: [id] }), wait);
}

/** Where a proposal stands and how the votes are. */
export async function proposalStanding(
  reader: ChainReader,
  governor: string,
  id: bigint,
): Promise<ProposalStanding> {
  const at = { abi, address: lowerCaseAddress(governor) } as const;
  const args = [id] as const;
  return await chainRequest('read a proposal', async () => {
    const [state, [against, inFavour, abstaining], snapshot, deadline, eta] = await Promise.all([
      reader.readContract({ ...at, functionName: 'state', args }),
      reader.readContract({ ...at, functionName: 'proposalVotes', args }),
      reader.readContract({ ...at, functionName: 'proposalSnapshot', args }),
      reader.readContract({ ...at, functionName: 'proposalDeadline', args }),
      reader.readContract({ ...at, functionName: 'proposalEta', args }),
    ]);
    const name = PROPOSAL_STATES[state];
    if (name === undefined) {
      throw new BallastError('PROPOSAL_STATE_UNKNOWN', `proposal ${id}: state ${state} has no name`);
    }
    const quorum =
      name === 'pending'
        ? undefined
        : await reader.readContract({ ...at, functionName: 'quorum', args: [snapshot] });
    return {
      state: name,
      against,
      inFavour,
      abstaining,
      ...(quorum === undefined ? {} : { quorum }),
      snapshot: Number(snapshot),
      deadline: Number(deadline),
      ...(eta === 0n ? {} : { executableAt: Number(eta) }),
    };
  });
}

/**
 * What was proposed, from the governor's events.
 *
 * @param fromBlock where to begin; the governor's own block suffices.
 * @throws BallastError `PROPOSAL_NOT_FOUND`.
 */
export async function readProposal(
  reader: ChainReader,
  governor: string,
  id: bigint,
  fromBlock: bigint,
): Promise<PublishedProposal> {
  const address = lowerCaseAddress(governor);
  const events = await chainRequest('read the proposals', () =>
    reader.getContractEvents({ abi, address, eventName: 'ProposalCreated', fromBlock, strict: true }),
  );
  const found = events.find(({ args }) => args.proposalId === id);
  if (found === undefined) {
    throw new BallastError('PROPOSAL_NOT_FOUND', `proposal ${id}: the governor has no such proposal`, {
      metadata: { proposalId: String(id), fromBlock: String(fromBlock) },
    });
  }
  const { targets, values, calldatas, description } = found.args;
  const calls = targets.map((target, i) => ({ target, value: values[i] ?? 0n, data: calldatas[i] ?? '0x' }));
  return { calls, description };
}

function send({ reader, writer, governor }: Governor, what: string, data: Hex, wait?: WaitOptions) {
  return transact(reader, writer, what, { to: lowerCaseAddress(governor), data }, wait);
}

function callArguments({ calls }: PublishedProposal): [Address[], bigint[], Hex[]] {
  return [calls.map(({ target }) => target), calls.map(({ value }) => value), calls.map(({ data }) => data)];
}

const hashedArguments = (proposal: PublishedProposal): [Address[], bigint[], Hex[], Hex] => [
  ...callArguments(proposal),
  keccak256(stringToHex(proposal.description)),
];
