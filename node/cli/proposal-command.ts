import { setTimeout as sleep } from 'node:timers/promises';
import { chainRequest } from '../../contracts/client/errors.ts';
import {
  advanceCall,
  type ProposalStanding,
  type PublishedProposal,
  parseProposalHeader,
  proposalStanding,
  proposalText,
  readProposals,
  VOTE_SUPPORTS,
  verifyProposal,
  voteCall,
} from '../../contracts/client/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { DefineCommand } from './command-entry.ts';
import type { ChainFlags } from './folder.ts';
import { wholeNumberFrom } from './numbers.ts';
import { openSender, type Sender, type SenderFlags, sendAs, withSenderFlags } from './sender.ts';
import { printResult } from './spending.ts';
import { type GovernedChain, openGoverned, withChain } from './suite-chain.ts';

const POLL_MS = 1_000;

type Flags = ChainFlags & SenderFlags;
type Known = PublishedProposal & { readonly proposalId: bigint };

export const defineProposal: DefineCommand = (command) => {
  withChain(command.command('list'))
    .description('the proposals and where they stand, the newest first')
    .option('--json', 'print one JSON object', false)
    .action(list);
  withSenderFlags(withChain(command.command('vote')), 'an admitted identity')
    .description('vote, after its words have been compared with its calls')
    .argument('<id>', 'number of the proposal, or enough of its first digits')
    .argument('<support>', VOTE_SUPPORTS.join(', '))
    .option('--votes <n>', 'how many; they cost their square in credits', wholeNumberFrom(1, 1_000), 4)
    .option('--reason <text>', 'goes onto the chain', '')
    .action(vote);
  withSenderFlags(withChain(command.command('advance')), 'the sender: anyone')
    .description('queue what has carried, or execute what is queued and due')
    .argument('<id>', 'number of the proposal, or enough of its first digits')
    .option('--wait', 'wait for what is not due yet, until it is executed', false)
    .action(advance);
};

async function list(flags: ChainFlags & { readonly json: boolean }): Promise<void> {
  const { reader, governor, directory } = await openGoverned(flags);
  const proposals = (await readProposals(reader, governor, 0n)).toReversed();
  const items = await Promise.all(
    proposals.map(async (proposal) => {
      const standing = await proposalStanding(reader, governor, proposal.proposalId);
      return { ...proposal, ...standing, ...wordsOf(proposal, directory) };
    }),
  );
  const lines = items.map(
    ({ proposalId, state, inFavour, against, calls, quorum, text }) =>
      `${proposalId} ${state}, ${inFavour} for, ${against} against${quorum === undefined ? '' : `, quorum ${quorum}`}: ${calls.join('; ')}${text === '' ? '' : ` (${text})`}`,
  );
  printResult(flags.json ? { items } : lines.length === 0 ? 'no proposal' : lines.join('\n'), flags.json);
}

async function vote(
  id: string,
  word: string,
  flags: Flags & { readonly votes: number; readonly reason: string },
): Promise<void> {
  const support = VOTE_SUPPORTS.find((known) => known === word);
  if (support === undefined)
    throw new UsageError('VOTE_SUPPORT', `support: got ${word}, expected ${VOTE_SUPPORTS.join(', ')}`);
  const chain = await openGoverned(flags);
  const proposal = await find(chain, id);
  const { calls } = verifyProposal(proposal, chain.directory);
  const sender = await openSender(flags);
  const { votes, reason } = flags;
  const call = voteCall(chain.governor, { proposalId: proposal.proposalId, support, votes, reason });
  const what = `cast ${votes} votes ${support === 'abstain' ? 'of abstention' : support}: ${calls.join('; ')}`;
  const receipt = await sendAs(sender, chain.reader, flags, what, call);
  if (receipt === undefined) return;
  const { transactionHash } = receipt;
  const { proposalId } = proposal;
  printResult(
    flags.json ? { proposalId, support, votes, transactionHash } : `voted: ${transactionHash}`,
    flags.json,
  );
}

async function advance(id: string, flags: Flags & { readonly wait: boolean }): Promise<void> {
  const chain = await openGoverned(flags);
  const proposal = await find(chain, id);
  const sender = await openSender(flags);
  for (;;) {
    const standing = await proposalStanding(chain.reader, chain.governor, proposal.proposalId);
    const { timestamp } = await chainRequest('read the time', () => chain.reader.getBlock());
    const step = stepOf(standing, Number(timestamp));
    if (step === 'ended') throw notDue(proposal, standing);
    if (step === 'wait') {
      if (!flags.wait) throw notDue(proposal, standing);
      await sleep(POLL_MS);
      continue;
    }
    const isSent = await take(step, { chain, proposal, sender, flags });
    if (!isSent || step === 'execute' || !flags.wait) return;
  }
}

/** @returns whether it was sent. */
async function take(
  step: 'queue' | 'execute',
  parts: {
    readonly chain: GovernedChain;
    readonly proposal: Known;
    readonly sender: Sender;
    readonly flags: Flags;
  },
): Promise<boolean> {
  const { chain, proposal, sender, flags } = parts;
  const { proposalId } = proposal;
  const call = advanceCall(chain.governor, step, proposal);
  const receipt = await sendAs(sender, chain.reader, flags, `${step} proposal ${proposalId}`, call);
  if (receipt === undefined) return false;
  const { transactionHash } = receipt;
  const done = step === 'queue' ? 'queued' : 'executed';
  printResult(
    flags.json ? { proposalId, state: done, transactionHash } : `${done}: ${transactionHash}`,
    flags.json,
  );
  return true;
}

function stepOf({ state, executableAt }: ProposalStanding, now: number) {
  if (state === 'succeeded') return 'queue';
  if (state === 'queued') return now >= (executableAt ?? 0) ? 'execute' : 'wait';
  return state === 'pending' || state === 'active' ? 'wait' : 'ended';
}

function notDue({ proposalId }: Known, { state, deadline, executableAt }: ProposalStanding): UsageError {
  const at = state === 'queued' ? executableAt : state === 'executed' ? undefined : deadline;
  const isOpen = state === 'pending' || state === 'active' || state === 'queued';
  const until =
    !isOpen || at === undefined
      ? ''
      : ` until ${new Date(at * 1_000).toISOString()} (${state === 'queued' ? 'timelock' : 'voting'})`;
  return new UsageError(
    'PROPOSAL_NOT_DUE',
    `proposal ${String(proposalId).slice(0, 12)}…: it is ${state}${until}, expected succeeded, or queued and due`,
    isOpen ? { hint: 'give --wait to wait for it' } : {},
  );
}

/** @throws UsageError `PROPOSAL_UNKNOWN` unless exactly one proposal's number begins with these digits. */
async function find({ reader, governor }: GovernedChain, id: string): Promise<Known> {
  const proposals = await readProposals(reader, governor, 0n);
  const found = /^\d{1,78}$/.test(id)
    ? proposals.filter(({ proposalId }) => String(proposalId).startsWith(id))
    : [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new UsageError('PROPOSAL_UNKNOWN', `proposal: ${id} names ${found.length} proposals, expected one`, {
    hint: 'ballast proposal list has their numbers',
  });
}

/** Its calls in words; what nobody can read, or says something else than its calls, is named as such. */
function wordsOf(proposal: Known, directory: GovernedChain['directory']) {
  const text = (proposalText(proposal.description) ?? '').replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  try {
    const { calls } = verifyProposal(proposal, directory);
    return { type: parseProposalHeader(proposal.description).type, calls, text };
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    return { type: null, calls: [`do not vote for it: ${error.message}`], text };
  }
}
