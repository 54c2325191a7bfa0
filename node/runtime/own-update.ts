import { type Decided, refusalText } from '../../coordinator/index.ts';
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
  const fate = roll?.find(({ node }) => node === self)?.fate;
  if (fate === undefined) return;
  if (fate === 'selected' || fate === 'accepted') {
    conditions.clear('UPDATE_DROPPED');
    return;
  }
  const { round } = certificate.entry;
  conditions.raise('UPDATE_DROPPED', `round ${round}: ${refusalText(fate)}`, { round, fate });
}
