import type { NetworkParameters } from '../../protocol/network.ts';
import type { Received } from '../received.ts';
import type { Evidence } from './kinds.ts';

type Header = Received<'update-header'>;
type Privacy = Pick<NetworkParameters, 'privacy'>;

/**
 * A ledger that never forgets cannot state half of what it stated before. Less is no proof: a better accountant, which
 * an upgrade may bring, finds that the same releases cost less.
 */
const FORGOTTEN = 0.5;

/**
 * Whether the statements of two headers of one node cannot both be true: every round that a node trains in is a debit
 * of its own, so that a later round has a larger count; and what was spent stays spent.
 */
export function contradicts(earlier: Header, later: Header, { privacy }: Privacy): boolean {
  if (privacy.unit === 'none' || earlier.sender !== later.sender || earlier.round >= later.round)
    return false;
  if (later.payload.ledger <= earlier.payload.ledger) return true;
  const [before, after] = [earlier.payload.privacy.epsilon, later.payload.privacy.epsilon];
  return before !== null && after !== null && after < before * FORGOTTEN;
}

/** Whether a header states that more was spent than the network lets anybody spend. */
export function overspends({ payload }: Header, { privacy }: Privacy): boolean {
  const { epsilon } = payload.privacy;
  return privacy.unit !== 'none' && epsilon !== null && epsilon > privacy.epsilonBudget;
}

/** Remembers the last header of every sender, and finds what a new one contradicts. */
export class LedgerWatch {
  readonly #last = new Map<string, Header>();
  readonly #parameters: Privacy;
  readonly #most: number;

  /** @param most senders that are remembered; whoever was heard first makes room. */
  constructor(parameters: Privacy, most: number) {
    this.#parameters = parameters;
    this.#most = most;
  }

  /** @returns the proof, where the header contradicts what its sender said in another round. */
  note(header: Header): Evidence | undefined {
    const last = this.#last.get(header.sender);
    if (last !== undefined && last.round > header.round) return proofOf(header, last, this.#parameters);
    this.#last.delete(header.sender);
    this.#last.set(header.sender, header);
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= this.#most) break;
      this.#last.delete(oldest);
    }
    return last === undefined ? undefined : proofOf(last, header, this.#parameters);
  }
}

function proofOf(earlier: Header, later: Header, parameters: Privacy): Evidence | undefined {
  if (!contradicts(earlier, later, parameters)) return undefined;
  return { kind: 'false-ledger', proof: [earlier.bytes, later.bytes] };
}
