import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { admittanceOf, type StandingTable, weightOf } from '../standing/index.ts';
import type { History } from './score.ts';
import { selectParticipants } from './select.ts';

/** Who may be selected in a round. */
export type SelectionTerms = {
  readonly selection: NetworkParameters['selection'];
  /** Every node that may train, in any order; the same array for the same nodes. */
  readonly roster: readonly NodeId[];
  readonly epoch: number;
};

type Asked = {
  readonly beacon: Digest;
  readonly roster: readonly NodeId[];
  readonly nodes: ReadonlySet<NodeId>;
};
const known = new WeakMap<StandingTable, Asked>();

/**
 * The nodes that a round's beacon asks to train, given everybody's standing before it.
 *
 * @returns undefined where the network selects nobody: all may train.
 * @throws BallastError as `selectParticipants`.
 */
export function askedToTrain(
  { selection, roster, epoch }: SelectionTerms,
  beacon: Digest,
  table: StandingTable,
): ReadonlySet<NodeId> | undefined {
  if (selection === undefined) return undefined;
  const last = known.get(table);
  if (last?.beacon === beacon && last.roster === roster) return last.nodes;
  const candidates = roster.map((node) => ({ node, history: historyOf(table, node, epoch) }));
  const nodes = new Set(selectParticipants(beacon, candidates, selection).nodes);
  known.set(table, { beacon, roster, nodes });
  return nodes;
}

/** What the table proves of a node. A node in quarantine has no weight; one whose canary is due has the least. */
export function historyOf(table: StandingTable, node: NodeId, epoch: number): History {
  const row = table.rows.get(node);
  const admittance = admittanceOf(table, node);
  const weight = weightOf(table, node, epoch);
  const quarters = { quarantined: 0, canary: 1, full: weight }[admittance];
  if (row === undefined) return { rounds: 0, asked: 0, sealed: 0, accepted: 0, quarters };
  return {
    rounds: table.round - row.joined + 1,
    asked: Math.max(row.asked, row.offered),
    sealed: row.offered,
    accepted: row.accepted,
    quarters,
  };
}
