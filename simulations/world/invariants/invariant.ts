import type { Candidate } from '../../../coordinator/candidate.ts';
import type { Decided } from '../../../coordinator/collaborators.ts';
import type { AnyReceived } from '../../../coordinator/received.ts';
import type { RoundState } from '../../../coordinator/round/types.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import type { WorldNode } from '../world-node.ts';

/** A promise that a run broke. `code` is stable: a shrunk schedule breaks the same one. */
export type Violation = { readonly code: string; readonly text: string };

export type Report = (code: string, text: string) => void;

/** What invariants may know of a run beforehand. */
export type InvariantContext = {
  readonly report: Report;
  readonly nodes: readonly WorldNode[];
  /** N, F and q, computed here and not by the code under test. */
  readonly size: number;
  readonly faults: number;
  readonly quorum: number;
  readonly indexOf: (node: NodeId) => number;
  readonly now: () => number;
};

/**
 * Something that holds at every moment of a run. Each method is called at once; what needs no look at a kind of
 * happening leaves its method out.
 */
export type Invariant = {
  /** The first time that a message leaves a node, Byzantine ones too. */
  readonly onSaid?: (node: WorldNode, message: AnyReceived) => void;
  /** An honest node holds a certificate in its log. */
  readonly onDecided?: (node: WorldNode, decided: Decided) => void;
  /** An honest node has computed a candidate. */
  readonly onAggregated?: (node: WorldNode, round: number, candidate: Candidate) => void;
  /** An honest node's round is another than before; `before` is undefined after a start. */
  readonly onState?: (node: WorldNode, state: RoundState, before: RoundState | undefined) => void;
  /** The run is over. */
  readonly onEnd?: () => void | Promise<void>;
};

/** For people: which node, by its index. */
export function nameOf({ indexOf }: Pick<InvariantContext, 'indexOf'>, node: WorldNode): string {
  return `node ${indexOf(node.nodeId)}`;
}
