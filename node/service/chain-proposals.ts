import {
  governanceOf,
  governedContracts,
  governorOf,
  KNOWN_NAMES,
  type ProposalDirectory,
  type ProposalStanding,
  type PublishedProposal,
  parseProposalHeader,
  proposalStanding,
  proposalText,
  readProposals,
  suiteOf,
  verifyProposal,
} from '../../contracts/client/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ProposalsJson } from '../api/index.ts';
import type { ChainLink } from '../runtime/index.ts';
import { fresh } from './fresh.ts';

type ProposalJson = ProposalsJson['items'][number];
type Link = Pick<ChainLink, 'reader' | 'document'>;
type Known = PublishedProposal & { readonly proposalId: bigint; readonly proposer: string };

/** The newest proposals that are told. */
const MAX_PROPOSALS = 50;
const MAX_WORDS = 2_000;
/** However many ask, the governor's events are read this often at most. */
const FRESH_MS = 5_000;
/** Nothing changes about these any more. */
const ENDED: ReadonlySet<ProposalStanding['state']> = new Set([
  'cancelled',
  'defeated',
  'expired',
  'executed',
]);

/** The governor's proposals with their votes; those that have ended are asked for once. */
export class ChainProposals {
  /** @throws what the chain throws; that is not kept. */
  readonly read: (link: Link) => Promise<ProposalsJson>;
  readonly #ended = new Map<bigint, ProposalStanding>();
  #governed: { readonly governor: string | undefined; readonly directory: ProposalDirectory } | undefined;

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.read = fresh(now, (link) => this.#readAll(link), FRESH_MS);
  }

  async #readAll(link: Link): Promise<ProposalsJson> {
    const { reader } = link;
    const { governor, directory } = await this.#governedOf(link);
    if (governor === undefined) return { items: [], total: 0 };
    const all = await readProposals(reader, governor, 0n);
    const newest = all.slice(-MAX_PROPOSALS).toReversed();
    const ids = new Set(newest.map(({ proposalId }) => proposalId));
    for (const id of this.#ended.keys()) if (!ids.has(id)) this.#ended.delete(id);
    const items = await Promise.all(
      newest.map(async (proposal) => {
        const { proposalId } = proposal;
        const known = this.#ended.get(proposalId);
        const standing = known ?? (await proposalStanding(reader, governor, proposalId));
        if (ENDED.has(standing.state)) this.#ended.set(proposalId, standing);
        return proposalJson(proposal, standing, directory);
      }),
    );
    return { items, total: all.length };
  }

  async #governedOf({ reader, document }: Link) {
    if (this.#governed !== undefined) return this.#governed;
    const { parameterRegistry, modelRegistry } = document.contracts;
    const { governance, overrideModule, circuitBreaker, decisionLog } = await suiteOf(
      reader,
      parameterRegistry,
    );
    const timelock = await governanceOf(reader, parameterRegistry);
    const governor = await governorOf(reader, timelock);
    const contracts = governedContracts({
      governanceBridge: governance,
      overrideModule,
      circuitBreaker,
      decisionLog,
      modelRegistry,
      timelock,
      ...(governor === undefined ? {} : { governor }),
    });
    this.#governed = { governor, directory: { contracts, names: KNOWN_NAMES } };
    return this.#governed;
  }
}

function proposalJson(
  proposal: Known,
  { state, inFavour, against, abstaining, quorum, snapshot, deadline, executableAt }: ProposalStanding,
  directory: ProposalDirectory,
): ProposalJson {
  return {
    id: String(proposal.proposalId),
    proposer: proposal.proposer,
    state,
    ...wordsOf(proposal, directory),
    text: plain(proposalText(proposal.description) ?? ''),
    votes: { inFavour: String(inFavour), against: String(against), abstaining: String(abstaining) },
    quorum: quorum === undefined ? null : String(quorum),
    votingFromMs: snapshot * 1_000,
    votingUntilMs: deadline * 1_000,
    executableFromMs: executableAt === undefined ? null : executableAt * 1_000,
  };
}

/** Its calls in words; words that are not those of its calls are told as a problem, and not repeated. */
function wordsOf(
  proposal: Known,
  directory: ProposalDirectory,
): Pick<ProposalJson, 'type' | 'calls' | 'problem'> {
  try {
    const { calls } = verifyProposal(proposal, directory);
    return { type: parseProposalHeader(proposal.description).type, calls: calls.map(plain), problem: null };
  } catch (error) {
    if (!(error instanceof BallastError)) throw error;
    return { type: null, calls: [], problem: plain(error.message) };
  }
}

const plain = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS);
