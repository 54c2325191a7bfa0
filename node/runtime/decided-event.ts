import { type Decided, droppedOf, selectedOf } from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { HeldOut, RoundDecided } from './events.ts';
import type { SkillIntervals } from './held-out.ts';
import type { HeldOutReport } from './public-market.ts';

/** The certified model as this node holds it: the hash of its own bytes, and how good it is. */
export type HeldModel = {
  readonly digest: Digest;
  readonly heldOut: HeldOutReport;
  readonly intervals?: SkillIntervals;
};

/** A decision as it is told: who was left out, by whom and why. */
export function toDecidedEvent(
  { certificate, roll = [], leader, candidate }: Decided,
  held: HeldModel | undefined,
): RoundDecided {
  const { entry, view } = certificate;
  const byRule = candidate?.leftOut ?? [];
  const explained = new Set(byRule.map(({ node }) => node));
  const unexplained = roll
    .filter(({ node, fate }) => fate === 'accepted' && !explained.has(node))
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
    sealed: entry.updates.sealed,
    accepted: entry.updates.accepted,
    selected: selectedOf(roll),
    leftOut: [
      ...droppedOf(roll).map(({ node, code }) => ({ node, reason: code })),
      ...byRule,
      ...unexplained,
    ],
    privacy: entry.privacy,
    recomputed: candidate !== undefined || entry.outcome === 'aborted' || entry.restore?.version != null,
    heldDigest: held?.digest ?? null,
    heldOut: held === undefined ? null : toHeldOut(held),
  };
}

function toHeldOut({ heldOut, intervals }: HeldModel): HeldOut {
  const { examples, loss, baselineLoss, shorter, risk } = heldOut;
  return {
    examples,
    loss,
    baselines: baselineLoss,
    ...(shorter === undefined
      ? {}
      : {
          shorter: shorter.map((horizon) => ({
            horizonHours: horizon.horizonHours,
            examples: horizon.examples,
            loss: horizon.loss,
            baselines: horizon.baselineLoss,
          })),
        }),
    ...(risk === undefined ? {} : { risk }),
    ...(intervals === undefined ? {} : { intervals }),
  };
}
