import type { NodeEvent, RoundDecided } from '../../runtime/index.ts';
import type { RoundSummary } from '../round-table.ts';

/** Names of nodes in a test: short, where real ids are long. */
export const NODES = ['a', 'b', 'c', 'd'];
const DIGEST = 'ab12cd34'.padEnd(64, '0');
export const OLD_DIGEST = '99ffee00'.padEnd(64, '0');

export function decided(fields: Partial<RoundDecided> = {}): RoundDecided {
  return {
    event: 'decided',
    round: 7,
    view: 0,
    leader: 'a',
    outcome: 'accepted',
    reason: '',
    version: 5,
    modelDigest: DIGEST,
    sealed: 4,
    accepted: 4,
    selected: ['a', 'b', 'c'],
    leftOut: [{ node: 'd', reason: 'score 3 ranks 4 of 4' }],
    privacy: { unit: 'record', relation: 'add-remove', epsilon: 1.2345, delta: 1e-5 },
    recomputed: true,
    heldDigest: DIGEST,
    heldOut: { examples: 100, loss: 1.5, baselines: { B0: 2, B2: 1.2, B3: 1 } },
    ...fields,
  };
}

export function fee(fields: Partial<Extract<NodeEvent, { event: 'fee' }>> = {}) {
  return {
    event: 'fee' as const,
    round: 7,
    before: '50000000000000000',
    after: '52500000000000000',
    transaction: `0x${'5'.repeat(64)}` as string | null,
    heldBy: [] as readonly string[],
    ...fields,
  };
}

export function published(fields: Partial<Extract<NodeEvent, { event: 'published' }>> = {}) {
  return {
    event: 'published' as const,
    round: 7,
    version: 5,
    digest: DIGEST,
    transaction: `0x${'7'.repeat(64)}` as string | null,
    ...fields,
  };
}

export function summary(fields: Partial<RoundSummary> = {}): RoundSummary {
  const result = fields.decided ?? decided();
  return {
    round: result.round,
    decided: result,
    digests: new Map(NODES.map((node) => [node, result.modelDigest])),
    published: result.outcome === 'accepted' ? published() : undefined,
    recommended: undefined,
    fee: fee(),
    abstained: [],
    refused: [],
    worse: [],
    metrics: {
      round: result.round,
      outcome: result.outcome,
      sealed: 4,
      accepted: 4,
      selected: 3,
      holdoutLoss: 1.5,
      reportedLoss: null,
    },
    ...fields,
  };
}
