import { type Digest, digestOf } from '../../../protocol/digest.ts';
import { nodeSigner } from '../../../protocol/ed25519.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import { type History, importanceScore } from '../score.ts';
import { type Selection, selectParticipants } from '../select.ts';
import { SELECTION_STRATEGIES, type SelectionStrategy } from '../strategy.ts';

/** A selection for others to recompute. */
export type SelectionVectors = {
  readonly candidates: readonly {
    readonly node: NodeId;
    readonly history: History;
    readonly score: number;
  }[];
  readonly selections: readonly (Selection & {
    readonly beacon: Digest;
    readonly strategy: SelectionStrategy;
    readonly share: number;
    readonly min: number;
  })[];
};

export function selectionVectors(): SelectionVectors {
  const candidates = Array.from({ length: 8 }, (_, i) => {
    const history = { rounds: 40, asked: 10 + i, sealed: 10 + (i >> 1), accepted: 2 * i, quarters: i % 5 };
    const { nodeId: node } = nodeSigner(new Uint8Array(32).fill(i + 1));
    return { node, history, score: importanceScore(history) };
  });
  const selections = SELECTION_STRATEGIES.flatMap((strategy) =>
    [1, 2].map((round) => {
      const beacon = digestOf('test/digest', `selection ${round}`);
      const terms = { strategy, share: 0.5, min: 2 };
      return { beacon, ...terms, ...selectParticipants(beacon, candidates, terms) };
    }),
  );
  return { candidates, selections };
}
