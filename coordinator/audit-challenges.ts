import type { Digest } from '../protocol/digest.ts';
import { UsageError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { beaconDraws, drawDistinct } from './beacon-draws.ts';
import { compareText } from './compare.ts';
import { challengedSteps } from './training-proof/challenge.ts';
import type { AuditOptions } from './training-proof/trajectory.ts';

/** What a node has to show of its training, and to whom. */
export type AuditChallenge = {
  readonly node: NodeId;
  /** The committee member who executes the steps again; never the node itself. */
  readonly auditor: NodeId;
  /** Ascending, of 0 … steps−1. */
  readonly steps: readonly number[];
};

/** `audits`: nodes that are audited in a round, all of them where there are no more. */
export type AuditTerms = AuditOptions & { readonly audits: number };

/**
 * Who is audited, on which steps of its training and by whom. A node commits to its training in its header; the
 * beacon must be of a block that did not exist then, so take the next round's.
 *
 * Nodes are drawn without replacement, an auditor for each with replacement, and the steps by `challengedSteps`.
 *
 * @throws UsageError `AUDIT_TERMS` for a number of audits that is none, or for no auditor beside a node; BallastError
 *   `AUDIT_OPTION`.
 */
export function auditChallenges(
  beacon: Digest,
  nodes: readonly NodeId[],
  auditors: readonly NodeId[],
  { audits, ...options }: AuditTerms,
): AuditChallenge[] {
  if (!Number.isSafeInteger(audits) || audits < 0) throw badTerms(`${audits} audits`);
  const draws = beaconDraws('ballast/audited-nodes/1', beacon);
  const byName = [...auditors].sort(compareText);
  const audited = drawDistinct(draws, [...nodes].sort(compareText), Math.min(audits, nodes.length));
  return audited.map((node) => {
    const others = byName.filter((auditor) => auditor !== node);
    const auditor = others.length === 0 ? undefined : others[draws.below(others.length)];
    if (auditor === undefined) throw badTerms(`nobody to audit ${node}`);
    return { node, auditor, steps: challengedSteps(beacon, node, options) };
  });
}

function badTerms(got: string): UsageError {
  return new UsageError(
    'AUDIT_TERMS',
    `audit: got ${got}, expected a whole number of audits, and an auditor beside each node`,
  );
}
