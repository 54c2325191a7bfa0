import type { RoundDecided } from '../runtime/events.ts';
import type { NodeView } from '../runtime/node-view.ts';
import type { LogEntry } from './levels.ts';

/**
 * The line that a node writes after each round.
 *
 * @param decided its `reason`, which a leader may have written, is left out.
 * @param epsilonBudget ε that the node gives at most.
 */
export function roundStatus(
  { round, view, outcome, leader, version, accepted, leftOut }: RoundDecided,
  { peers, participant, ledger, finalized }: Pick<NodeView, 'peers' | 'participant' | 'ledger' | 'finalized'>,
  epsilonBudget: number,
): LogEntry {
  const causes: Record<string, number> = {};
  for (const { reason } of leftOut) {
    const cause = /^[A-Z][A-Z0-9_]{2,40}$/.test(reason) ? reason : 'RULE';
    causes[cause] = (causes[cause] ?? 0) + 1;
  }
  return {
    module: 'round',
    level: 'info',
    message: 'decided',
    fields: {
      round,
      outcome,
      version,
      leader,
      ...(view > 0 ? { view } : {}),
      peers: peers().length,
      updates: participant === undefined ? `${accepted}` : `${accepted}/${participant.minUpdates}`,
      ...(leftOut.length === 0 ? {} : { leftOut: causes }),
      epsilon: `${spent(ledger)}/${epsilonBudget}`,
      ...(finalized === undefined ? {} : { chainLagSeconds: Math.round(finalized.ageMs / 1_000) }),
    },
  };
}

/** A ledger that cannot say what was spent is told as an error elsewhere. */
function spent(ledger: NodeView['ledger']): string {
  try {
    const epsilon = ledger?.spent().epsilon;
    return typeof epsilon === 'number' ? String(Number(epsilon.toPrecision(4))) : '?';
  } catch {
    return '?';
  }
}
