import { fromHex } from '../../protocol/digest.ts';
import { sameBytes } from '../../protocol/encoding.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { rowOf } from '../../protocol/roster-rows.ts';
import { isMember } from '../committee.ts';
import type { Received } from '../received.ts';
import { type RestoreRequest, restoreKey } from '../restore.ts';
import { aggregationKey } from './basis.ts';
import { fetchBody } from './collect.ts';
import { type Turn, withEntry } from './turn.ts';
import type { Aggregated, Basis, Judged } from './types.ts';

const NONE = new Uint8Array();

/**
 * Works toward a verdict on the candidate that `basis` makes: fetch what is missing, aggregate, evaluate. Each
 * call takes the next step that is due.
 *
 * @returns the candidate and this node's verdict, once both are there.
 */
export function judge(turn: Turn, basis: Basis): { aggregated: Aggregated; judged: Judged } | undefined {
  if (turn.state.restore !== undefined) return judgeRestore(turn, turn.state.restore);
  const { beacon, head, round, aggregated, verdicts } = turn.state;
  if (beacon === undefined) return undefined;

  const key = aggregationKey(turn.state, basis);
  if (!aggregated.has(key)) {
    if (!holdsAll(turn, basis)) return undefined;
    turn.change({ aggregated: withEntry(aggregated, key, undefined) });
    turn.emit({
      type: 'aggregate',
      round,
      key,
      base: head,
      beacon,
      headers: acceptedHeaders(basis),
      standing: basis.standing,
    });
    return undefined;
  }
  const result = aggregated.get(key);
  if (result === undefined || result === 'failed') return undefined;

  const { candidateDigest } = result;
  if (!verdicts.has(candidateDigest)) {
    turn.change({ verdicts: withEntry(verdicts, candidateDigest, undefined), phase: 'aggregated' });
    turn.emit({ type: 'evaluate', round, base: head, candidateDigest });
    return undefined;
  }
  const judged = verdicts.get(candidateDigest);
  return judged === undefined ? undefined : { aggregated: result, judged };
}

/** The candidate is the version that governance names, and the verdict whether this node holds it. */
function judgeRestore(
  turn: Turn,
  request: RestoreRequest,
): { aggregated: Aggregated; judged: Judged } | undefined {
  const { head, round, aggregated, verdicts } = turn.state;
  const key = restoreKey(head, request);
  if (!aggregated.has(key)) {
    turn.change({ aggregated: withEntry(aggregated, key, undefined), phase: 'aggregated' });
    turn.emit({ type: 'restore', round, key, base: head, version: request.version });
    return undefined;
  }
  const result = aggregated.get(key);
  if (result === undefined || result === 'failed') return undefined;
  const judged = verdicts.get(key);
  return judged === undefined ? undefined : { aggregated: result, judged };
}

const acceptedOf = new WeakMap<Basis, Received<'update-header'>[]>();

function acceptedHeaders(basis: Basis): Received<'update-header'>[] {
  const known = acceptedOf.get(basis);
  if (known !== undefined) return known;
  const accepted = new Set(basis.accepted.map(({ node }) => node));
  const headers = basis.headers.filter(({ sender }) => accepted.has(sender));
  acceptedOf.set(basis, headers);
  return headers;
}

function holdsAll(turn: Turn, basis: Basis): boolean {
  const missing = acceptedHeaders(basis).filter(({ digest }) => !turn.state.held.has(digest));
  for (const header of missing) {
    fetchBody(turn, header, () => holdersOf(turn, basis, header), `view-${turn.state.view}`);
  }
  return missing.length === 0;
}

function holdersOf(
  { context }: Turn,
  basis: Basis,
  { sender, payload }: Received<'update-header'>,
): NodeId[] {
  const place = context.roster.places.get(sender) ?? -1;
  const digest = fromHex(payload.digest);
  const holders = basis.bodyReports
    .filter((report) => sameBytes(rowOf(report.payload.held, place) ?? NONE, digest))
    .map((report) => report.sender);
  return isMember(context.committee, sender) ? [sender, ...holders] : [...holders, sender];
}
