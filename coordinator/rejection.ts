import { worsePairs } from '../protocol/gate-pair.ts';
import type { RoundEntry } from '../protocol/messages.ts';

const GENERIC = 'the candidate is worse on public data than the last version';
const PREFIX = 'worse on public data than the last version: ';

/**
 * The reason of a rejected entry, which follows from the names of the pairs alone, so that no leader writes a text of
 * its own into the log.
 *
 * @param worse names of pairs of head and collateral, ascending, at most four; none where nobody's findings are known.
 */
export function rejectionReason(worse: readonly string[]): string {
  return worse.length === 0 ? GENERIC : `${PREFIX}${worse.join(', ')}`;
}

/** The pairs that a reason names; undefined where it is no reason that `rejectionReason` gives. */
export function pairsOfReason(reason: string): readonly string[] | undefined {
  if (reason === GENERIC) return [];
  if (!reason.startsWith(PREFIX)) return undefined;
  const parsed = worsePairs.safeParse(reason.slice(PREFIX.length).split(', '));
  return parsed.success ? parsed.data : undefined;
}

/** The pairs that the entry of a candidate names; undefined where its reason is of no known form. */
export function pairsOfEntry({
  outcome,
  reason,
  restore,
}: Pick<RoundEntry, 'outcome' | 'reason' | 'restore'>): readonly string[] | undefined {
  // The reason of a restored version follows from the outcome alone.
  return outcome === 'accepted' || restore?.version != null ? [] : pairsOfReason(reason);
}

/** The reason of the entry that carries out a request, or cannot. */
export function restoreReason(version: number, outcome: 'accepted' | 'rejected'): string {
  return outcome === 'accepted'
    ? `restored version ${version} by governance`
    : `version ${version} cannot be restored: too few members hold it`;
}
