import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { leaderOf } from '../beacon.ts';
import { compareText } from '../compare.ts';
import { dueOffences } from '../evidence/book.ts';
import type { Offence } from '../evidence/kinds.ts';
import type { Received } from '../received.ts';
import type { StandingTable } from '../standing/index.ts';
import { type Turn, withEntry, withItem } from './turn.ts';
import type { RoundState } from './types.ts';

type Named = RoundEntry['offences'];

/** A proof has been checked, and is kept by this node. */
export function onOffence(turn: Turn, offence: Offence): void {
  const { offences } = turn.state;
  if (!offences.has(offence.evidence))
    turn.change({ offences: withEntry(offences, offence.evidence, offence) });
}

/** What this node, leading, names in its entry: one offence a node, ascending by node id. */
export function offencesToName({ offences, round }: RoundState, standing: StandingTable): Named {
  return named(dueOffences([...offences.values()], standing, round));
}

/** Proofs that an entry names and that this node has not seen. */
function missingProofs({ offences }: RoundState, entry: RoundEntry): Digest[] {
  return entry.offences.map(({ evidence }) => evidence).filter((digest) => !offences.has(digest));
}

/**
 * Whether a proposal has to wait: for everybody's standing, or for proofs that its entry names, which are asked for.
 */
export function awaitsProofs(turn: Turn, { sender, payload }: Received<'proposal'>): boolean {
  const { state } = turn;
  if (state.standing === undefined) return true;
  if (state.beacon === undefined || state.proposal !== undefined) return false;
  if (sender !== leaderOf(state.order, state.view)) return false;
  const missing = missingProofs(state, payload.entry);
  for (const digest of missing) {
    const request = `proof/${digest}/${sender}`;
    if (turn.state.asked.has(request)) continue;
    turn.change({ asked: withItem(turn.state.asked, request) });
    turn.emit({ type: 'fetch-proof', round: state.round, digest, from: sender });
  }
  return missing.length > 0;
}

/**
 * The offences of a proposed entry, each of which this node has seen the proof of.
 *
 * @throws BallastError `PROPOSAL_OFFENCES` where one is not due, says another thing than its proof, or stands out of
 *   order.
 */
export function checkedOffences(state: RoundState, standing: StandingTable, entry: RoundEntry): Named {
  const proven = entry.offences.flatMap(({ evidence }) => state.offences.get(evidence) ?? []);
  const due = named(dueOffences(proven, standing, state.round));
  const isSame = (one: Named[number], i: number) => {
    const other = entry.offences[i];
    return one.node === other?.node && one.kind === other.kind && one.evidence === other.evidence;
  };
  if (due.length === entry.offences.length && due.every(isSame)) return due;
  throw new BallastError(
    'PROPOSAL_OFFENCES',
    `proposal: got ${entry.offences.length} offences of which ${due.length} are due, expected each due, once a node`,
  );
}

/** Forgets what a table has settled. */
export function openOffences(
  offences: ReadonlyMap<Digest, Offence>,
  standing: StandingTable | undefined,
): ReadonlyMap<Digest, Offence> {
  if (standing === undefined || offences.size === 0) return offences;
  return new Map(
    [...offences].filter(([, { node, round }]) => round > (standing.rows.get(node)?.settled ?? 0)),
  );
}

function named(due: readonly Offence[]): Named {
  return due
    .map(({ node, kind, evidence }) => ({ node, kind, evidence }))
    .sort((a, b) => compareText(a.node, b.node));
}
