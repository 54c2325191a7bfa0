import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { compareText } from '../compare.ts';
import { judgementOf, NODE_CANARY, SELECTED } from './fates.ts';
import { firstTier, MAX_STANDING_ROWS, type StandingRow, type StandingTable } from './table.ts';
import { BAD_ROUNDS, GOOD_ROUNDS, QUARANTINE_ROUNDS, quarantineLength, type Tier } from './tiers.ts';

/** What a certified round tells of its nodes. */
export type RoundRecord = {
  readonly round: number;
  readonly epoch: number;
  readonly roll: readonly { readonly node: NodeId; readonly fate: string }[];
  /** Nodes whom the beacon asked to train, where the network selects who does. */
  readonly asked?: Iterable<NodeId>;
  /** Nodes of whom the entry names a proof. */
  readonly offences: readonly { readonly node: NodeId }[];
};

/** The first quarantine in rounds: the network's own, or 60. */
export function quarantineRounds({ standing }: Pick<NetworkParameters, 'standing'>): number {
  return standing?.quarantineRounds ?? QUARANTINE_ROUNDS;
}

/**
 * The table after a round: a pure fold over the log, in integers, the same for everyone who has it.
 *
 * A node stays as it is in a round whose roll does not name it. Three good rounds in a row make a newcomer, or a node
 * on probation, trusted; five bad ones in a row put a trusted node on probation and any other in quarantine; a proven
 * offence puts any node in quarantine at once. A quarantine ends when its rounds are over and a canary was valid; a
 * bad one begins the next. Each quarantine lasts twice as long as the one before.
 *
 * @param first rounds of a first quarantine: see {@link quarantineRounds}.
 * @throws BallastError `STANDING_ORDER` for another round than the one after the table's.
 */
export function standingAfter(
  table: StandingTable,
  { round, epoch, roll, asked = [], offences }: RoundRecord,
  first: number,
): StandingTable {
  if (round !== table.round + 1) {
    throw new BallastError(
      'STANDING_ORDER',
      `standing: got round ${round} after round ${table.round}, expected ${table.round + 1}`,
      { metadata: { round, after: table.round } },
    );
  }
  const founded = { ...table, founding: table.founding ?? epoch };
  const rows = new Map(table.rows);
  const rowOf = (node: NodeId): StandingRow => rows.get(node) ?? newRow(firstTier(founded, epoch), round);
  for (const { node, fate } of roll) {
    // Nobody gets a row, and a founder's trust, for a header that was never sealed.
    if (judgementOf(fate) === 'neither' && !rows.has(node)) continue;
    rows.set(node, judged(rowOf(node), fate, round, first));
  }
  for (const node of asked) {
    // Who keeps silent when it is first asked begins as a newcomer: that it was asked must be remembered.
    const row = rows.get(node) ?? newRow('newcomer', round);
    rows.set(node, { ...row, asked: row.asked + 1 });
  }
  for (const node of new Set(offences.map((offence) => offence.node)))
    rows.set(node, { ...quarantined(rowOf(node), round, first), settled: round });
  return { round, founding: founded.founding, rows: bounded(rows) };
}

/**
 * Whether an offence is still to be punished: a quarantine settles what its node did up to the round that began it, so
 * that one deed, proven twice, is punished once.
 */
export function isDue(
  table: StandingTable,
  offence: { readonly node: NodeId; readonly round: number },
): boolean {
  return offence.round > (table.rows.get(offence.node)?.settled ?? 0);
}

function newRow(tier: Tier, round: number): StandingRow {
  const counts = { quarantines: 0, until: 0, settled: 0, asked: 0, offered: 0, accepted: 0, selected: 0 };
  return { tier, good: 0, bad: 0, ...counts, joined: round, last: round };
}

function judged(row: StandingRow, fate: string, round: number, first: number): StandingRow {
  const seen = { ...row, last: round };
  if (row.tier === 'quarantined') return round > row.until ? afterCanary(seen, fate, round, first) : seen;
  switch (judgementOf(fate)) {
    case 'neither':
      return seen;
    case 'good':
      return afterGood({
        ...seen,
        offered: row.offered + 1,
        accepted: row.accepted + 1,
        selected: row.selected + (fate === SELECTED ? 1 : 0),
      });
    case 'bad':
      return afterBad({ ...seen, offered: row.offered + 1 }, round, first);
  }
}

function afterGood(row: StandingRow): StandingRow {
  const good = Math.min(row.good + 1, GOOD_ROUNDS);
  return { ...row, good, bad: 0, tier: good === GOOD_ROUNDS ? 'trusted' : row.tier };
}

function afterBad(row: StandingRow, round: number, first: number): StandingRow {
  const bad = row.bad + 1;
  if (bad < BAD_ROUNDS) return { ...row, good: 0, bad };
  return row.tier === 'trusted'
    ? { ...row, tier: 'probation', good: 0, bad: 0 }
    : quarantined(row, round, first);
}

function afterCanary(row: StandingRow, fate: string, round: number, first: number): StandingRow {
  if (fate === NODE_CANARY) return { ...row, tier: 'probation', good: 0, bad: 0, offered: row.offered + 1 };
  if (judgementOf(fate) !== 'bad') return row;
  return quarantined({ ...row, offered: row.offered + 1 }, round, first);
}

function quarantined(row: StandingRow, round: number, first: number): StandingRow {
  const until = round + quarantineLength(first, row.quarantines);
  const quarantines = Math.min(row.quarantines + 1, 255);
  return { ...row, tier: 'quarantined', good: 0, bad: 0, quarantines, until };
}

/** The rows longest unseen make room, quarantined ones last; ties go by node id. */
function bounded(rows: Map<NodeId, StandingRow>): ReadonlyMap<NodeId, StandingRow> {
  if (rows.size <= MAX_STANDING_ROWS) return rows;
  const isHeld = ({ tier }: StandingRow) => (tier === 'quarantined' ? 1 : 0);
  const leaving = [...rows]
    .sort(([a, x], [b, y]) => isHeld(x) - isHeld(y) || x.last - y.last || compareText(a, b))
    .slice(0, rows.size - MAX_STANDING_ROWS);
  for (const [node] of leaving) rows.delete(node);
  return rows;
}
