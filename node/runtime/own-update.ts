import { type Decided, type RollRow, refusalText } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Conditions } from './conditions.ts';

/**
 * Tells an operator what became of the node's own update: nothing where it counts, and otherwise the code, what it
 * means and what to do.
 */
export function tellOwnUpdate(
  { certificate, roll }: Pick<Decided, 'certificate' | 'roll'>,
  self: NodeId,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
): void {
  const row = roll?.find(({ node }) => node === self);
  if (row !== undefined) tellOwnRow(certificate.entry.round, row, conditions);
}

/**
 * The same from the node's own row, which is all that a node outside the committee asks for; undefined where it sent an
 * update that is not on the roll.
 */
export function tellOwnRow(
  round: number,
  row: Pick<RollRow, 'fate'> | undefined,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
): void {
  const fate = row?.fate ?? 'UPDATE_UNHEARD';
  if (fate === 'selected' || fate === 'accepted') {
    conditions.clear('UPDATE_DROPPED');
    return;
  }
  conditions.raise('UPDATE_DROPPED', `round ${round}: ${refusalText(fate)}`, { round, fate });
}
