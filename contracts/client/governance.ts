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
import { timelockAbi } from './generated/timelock.ts';
import {
  describeProposal,
  type ProposalDirectory,
  type ProposalDraft,
  type PublishedProposal,
} from './proposal-description.ts';
import { type Call, transact, type WaitOptions } from './transact.ts';
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

/** What a proposal costs an account, in wei: the bond, and what it has deposited that no proposal holds. */
export async function bondTerms(
  reader: ChainReader,
  governor: string,
  account: string,
): Promise<{ readonly bond: bigint; readonly deposit: bigint }> {
  const at = { abi, address: lowerCaseAddress(governor) } as const;
  const [bond, deposit] = await chainRequest('read the bond of a proposal', () =>
    Promise.all([
      reader.readContract({ ...at, functionName: 'BOND' }),
      reader.readContract({ ...at, functionName: 'depositOf', args: [lowerCaseAddress(account)] }),
    ]),
  );
  return { bond, deposit };
}

/** Seconds from a proposal to the earliest execution: voting delay, voting, the timelock's delay. */
export async function decisionSeconds(reader: ChainReader, governor: string): Promise<number> {
  const at = { abi, address: lowerCaseAddress(governor) } as const;
  return chainRequest('read how long a decision takes', async () => {
    const [delay, period, timelock] = await Promise.all([
      reader.readContract({ ...at, functionName: 'votingDelay' }),
      reader.readContract({ ...at, functionName: 'votingPeriod' }),
      reader.readContract({ ...at, functionName: 'timelock' }),
    ]);
    const wait = await reader.readContract({
      abi: timelockAbi,
      address: timelock,
      functionName: 'getMinDelay',
    });
    return Number(delay) + Number(period) + Number(wait);
  });
}

/** The transaction of {@link depositBond}. */
export const depositCall = (governor: string, wei: bigint): Call => ({
  to: lowerCaseAddress(governor),
  data: encodeFunctionData({ abi, functionName: 'depositBond' }),
  value: wei,
});

/** The transaction of {@link publishProposal}. */
export function proposalCall(governor: string, proposal: PublishedProposal): Call {
  const args = [...callArguments(proposal), proposal.description] as const;
  return { to: lowerCaseAddress(governor), data: encodeFunctionData({ abi, functionName: 'propose', args }) };
}

/** The transaction of {@link castVote}. */
export function voteCall(governor: string, { proposalId: id, support, votes, reason }: Vote): Call {
  const count = encodeAbiParameters([{ type: 'uint256' }], [BigInt(votes)]);
  const args = [id, VOTE_SUPPORTS.indexOf(support), reason ?? '', count] as const;
  const data = encodeFunctionData({ abi, functionName: 'castVoteWithReasonAndParams', args });
  return { to: lowerCaseAddress(governor), data };
}

/** The transaction of {@link queueProposal} or {@link executeProposal}. */
export function advanceCall(governor: string, step: 'queue' | 'execute', proposal: PublishedProposal): Call {
  const data = encodeFunctionData({ abi, functionName: step, args: hashedArguments(proposal) });
  return { to: lowerCaseAddress(governor), data };
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
  return transact(reader, writer, 'deposit a bond', depositCall(governor, wei), wait);
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
  return transact(to.reader, to.writer, 'propose', proposalCall(to.governor, proposal), wait);
}

/** @throws ContractRevertError `NO_VOICE`, `CREDITS_EXCEEDED`, `VOTES_OUT_OF_RANGE`. */
export function castVote(to: Governor, vote: Vote, wait?: WaitOptions): Promise<TransactionReceipt> {
  return transact(to.reader, to.writer, 'cast a vote', voteCall(to.governor, vote), wait);
}

/** Puts a proposal that has carried into the timelock. */
export function queueProposal(to: Governor, proposal: PublishedProposal, wait?: WaitOptions) {
  const call = advanceCall(to.governor, 'queue', proposal);
  return transact(to.reader, to.writer, 'queue a proposal', call, wait);
}

/** Executes a proposal whose delay is over. Anyone may. */
export function executeProposal(to: Governor, proposal: PublishedProposal, wait?: WaitOptions) {
  const call = advanceCall(to.governor, 'execute', proposal);
  return transact(to.reader, to.writer, 'execute a proposal', call, wait);
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
 * All proposals, the oldest first, from the governor's events.
 *
 * @param fromBlock where to begin; the governor's own block suffices.
 */
export async function readProposals(
  reader: ChainReader,
  governor: string,
  fromBlock: bigint,
): Promise<readonly (PublishedProposal & { readonly proposalId: bigint; readonly proposer: Address })[]> {
  const address = lowerCaseAddress(governor);
  const events = await chainRequest('read the proposals', () =>
    reader.getContractEvents({ abi, address, eventName: 'ProposalCreated', fromBlock, strict: true }),
  );
  return events.map(({ args: { proposalId: id, proposer, targets, values, calldatas, description } }) => ({
    proposalId: id,
    proposer: lowerCaseAddress(proposer),
    calls: targets.map((target, i) => ({ target, value: values[i] ?? 0n, data: calldatas[i] ?? '0x' })),
    description,
  }));
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
  const proposals = await readProposals(reader, governor, fromBlock);
  const found = proposals.find((proposal) => proposal.proposalId === id);
  if (found === undefined) {
    throw new BallastError('PROPOSAL_NOT_FOUND', `proposal ${id}: the governor has no such proposal`, {
      metadata: { proposalId: String(id), fromBlock: String(fromBlock) },
    });
  }
  const { calls, description } = found;
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
