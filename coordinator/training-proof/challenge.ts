import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { beaconDraws } from '../beacon-draws.ts';
import { type AuditOptions, requireAuditOptions } from './trajectory.ts';

/**
 * The steps of a node's trajectory that it has to open: k of T without replacement, every subset alike.
 *
 * @param beacon of a round after the one in which the commitment was signed: nobody knew it then.
 * @returns k indices in ascending order.
 * @throws BallastError `AUDIT_OPTION`.
 */
export function challengedSteps(beacon: Digest, node: NodeId, options: AuditOptions): number[] {
  requireAuditOptions(options);
  const draws = beaconDraws('ballast/audit-challenge/1', beacon, node);
  const steps = Array.from({ length: options.steps }, (_, index) => index);
  for (let i = 0; i < options.challenged; i++) {
    const j = i + draws.below(options.steps - i);
    const [a, b] = [steps[i] ?? 0, steps[j] ?? 0];
    steps[i] = b;
    steps[j] = a;
  }
  return steps.slice(0, options.challenged).sort((a, b) => a - b);
}

/**
 * How probably at least one of `forged` forged steps is among the challenged ones:
 * 1 − C(T−forged, k) / C(T, k) ≥ 1 − (1−p)^k with p = forged / T, since no step is drawn twice.
 */
export function detectionProbability(forged: number, { steps, challenged }: AuditOptions): number {
  let missed = 1;
  for (let i = 0; i < challenged; i++) missed *= Math.max(0, steps - forged - i) / (steps - i);
  return 1 - missed;
}
