import type { Decided } from '../../coordinator/index.ts';
import type { SkillReport } from '../models/index.ts';
import type { RoundDecided } from './events.ts';

/** A decision as it is told: who was left out, by whom and why. */
export function toDecidedEvent(
  { certificate, leader, candidate }: Decided,
  heldOut: SkillReport | undefined,
): RoundDecided {
  const { entry, view } = certificate;
  const byRule = candidate?.leftOut ?? [];
  const unexplained = entry.accepted
    .filter(({ node }) => !entry.selected.includes(node) && !byRule.some((out) => out.node === node))
    .filter(() => entry.outcome !== 'aborted')
    .map(({ node }) => ({ node, reason: 'no weight under the rule' }));
  return {
    event: 'decided',
    round: entry.round,
    view,
    leader: leader ?? null,
    outcome: entry.outcome,
    reason: entry.reason,
    version: entry.version,
    modelDigest: entry.modelDigest,
    sealed: entry.sealed.length,
    selected: entry.selected,
    leftOut: [...entry.dropped.map(({ node, code }) => ({ node, reason: code })), ...byRule, ...unexplained],
    privacy: entry.privacy,
    recomputed: candidate !== undefined || entry.outcome === 'aborted',
    heldOut: heldOut === undefined ? null : { loss: heldOut.loss, baselines: heldOut.baselineLoss },
  };
}
