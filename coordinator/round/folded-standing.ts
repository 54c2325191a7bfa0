import { isMember } from '../committee.ts';
import type { LoggedRound } from '../logged-round.ts';
import { type StandingTable, standingDigest } from '../standing/index.ts';
import { standingOf } from './basis.ts';
import type { Turn } from './turn.ts';

/**
 * Everybody's standing after certified rounds that follow this state's head, from their rolls.
 *
 * @returns undefined where the table before them or a roll is not here, or where it is another than was certified: then
 *   the table is asked for by its digest.
 */
export function foldedStanding(turn: Turn, rounds: readonly LoggedRound[]): StandingTable | undefined {
  let table = turn.state.standing;
  for (const { certificate, roll } of rounds) {
    if (table === undefined || roll === undefined) return undefined;
    table = standingOf(turn.context, table, certificate.entry, roll);
  }
  const certified = rounds.at(-1)?.certificate.entry.standing;
  return table !== undefined && standingDigest(table) === certified ? table : undefined;
}

/**
 * Who does not vote needs no table, and what it fetches does not grow with the network; unless the network selects who
 * trains, which follows from the table.
 */
export function askForStanding(turn: Turn): void {
  const { context, state } = turn;
  const needsTable = isMember(context.committee, context.self) || context.parameters.selection !== undefined;
  if (state.standing !== undefined || !needsTable) return;
  turn.emit({ type: 'fetch-standing', round: state.round, digest: state.head.standing });
}
