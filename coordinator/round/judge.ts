import type { SealedHeader } from '../../protocol/messages.ts';
import type { Received } from '../received.ts';
import { aggregationKey } from './basis.ts';
import { fetchBody } from './collect.ts';
import { type Turn, withEntry } from './turn.ts';
import type { Aggregated, Basis, Judged } from './types.ts';

/**
 * Works toward a verdict on the candidate that `basis` makes: fetch what is missing, aggregate, evaluate. Each
 * call takes the next step that is due.
 *
 * @returns the candidate and this node's verdict, once both are there.
 */
export function judge(turn: Turn, basis: Basis): { aggregated: Aggregated; judged: Judged } | undefined {
  if (!holdsAll(turn, basis)) return undefined;
  const { beacon, head, round, aggregated, verdicts } = turn.state;
  if (beacon === undefined) return undefined;

  const key = aggregationKey(turn.state, basis);
  if (!aggregated.has(key)) {
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

function acceptedHeaders({ headers, accepted }: Basis): Received<'update-header'>[] {
  return headers.filter(({ sender }) => accepted.some(({ node }) => node === sender));
}

function isOf({ node, digest }: SealedHeader, { sender, payload }: Received<'update-header'>): boolean {
  return node === sender && digest === payload.digest;
}

function holdsAll(turn: Turn, basis: Basis): boolean {
  const missing = acceptedHeaders(basis).filter(({ digest }) => !turn.state.held.has(digest));
  for (const header of missing) {
    const holders = basis.bodyReports
      .filter(({ payload }) => payload.held.some((each) => isOf(each, header)))
      .map(({ sender }) => sender);
    fetchBody(turn, header, [header.sender, ...holders], `view-${turn.state.view}`);
  }
  return missing.length === 0;
}
