import type { NodeEvent, RoundDecided } from '../../runtime/events.ts';
import type { Metrics } from '../index.ts';

/** What fills every label: a refusal, a fault, an abstention, a finding, a route and a fate of each peer's own. */
export function fillLabels(
  metrics: Pick<Metrics, 'observe' | 'api'>,
  decided: RoundDecided,
  peers: number,
): void {
  const nodes = Array.from({ length: peers }, (_, i) => `12D3KooW${i}`);
  const events: NodeEvent[] = nodes.flatMap((sender, i) => [
    { event: 'refused', code: `REFUSED_${i}`, sender, reason: 'r' },
    { event: 'error', code: `ERROR_${i}`, message: 'm' },
    { event: 'abstained', round: 1, code: `ABSTAINED_${i}`, reason: 'r' },
    { event: 'judged', round: 1, verdict: 'rejected', findings: [], worse: [`peg/${i}`] },
  ]);
  const leftOut = nodes.map((node, i) => ({ node, reason: `LEFT_OUT_${i}` }));
  for (const event of [...events, { ...decided, selected: nodes, leftOut }]) metrics.observe(event);
  for (const i of nodes.keys())
    for (const status of [200, 404]) metrics.api.observeRequest(`/v1/${i}`, status, 0.001);
}

/** A decided round, with what a test changes of it. */
export const decidedRound = (overrides: Partial<RoundDecided> = {}): RoundDecided => ({
  event: 'decided',
  round: 4,
  view: 0,
  leader: 'a',
  outcome: 'accepted',
  reason: '',
  version: 3,
  modelDigest: 'aa',
  sealed: 7,
  accepted: 6,
  selected: ['a', 'b'],
  leftOut: [
    { node: 'c', reason: 'BODY_NOT_SERVED' },
    { node: 'd', reason: 'score 0.7 ranks 7 of 7' },
  ],
  privacy: { unit: 'none', relation: 'replace', epsilon: null, delta: 0 },
  recomputed: true,
  heldDigest: null,
  heldOut: { examples: 100, loss: 0.9, baselines: { B0: 1, B2: 1.2, B3: 0.6 } },
  ...overrides,
});
