import type { NodeId } from '../../protocol/ids.ts';
import { isMember } from '../committee.ts';
import { type Turn, withItem } from './turn.ts';
import type { RoundContext } from './types.ts';

/**
 * A contributor is on the roster and not in the committee: it trains, sends its header and serves its body, follows
 * certificates, and never reports or votes. It hears no seal reports; when its body may leave it, it learns from the
 * members that ask for it, or from the clock.
 */
export function isContributor({ committee, self }: Pick<RoundContext, 'committee' | 'self'>): boolean {
  return !isMember(committee, self);
}

/** How long after its beacon a contributor serves its body in any case: every honest member has sealed by then. */
export function servingDelay({ parameters }: RoundContext): number {
  const { collectMs, fetchMs } = parameters.timeouts;
  return collectMs + Math.floor(fetchMs / 4);
}

/** One of F+1 members that ask is honest, and has a quorum of seal reports. */
export function onRequest(turn: Turn, from: NodeId): void {
  const { context, state } = turn;
  if (!isContributor(context) || !isMember(context.committee, from)) return;
  turn.change({ requesters: withItem(state.requesters, from) });
  if (turn.state.requesters.size > context.committee.faults) serveBody(turn);
}

/** From here on the body leaves this node. */
export function serveBody(turn: Turn): void {
  if (turn.state.serving) return;
  turn.change({ serving: true });
  turn.emit({ type: 'serve-bodies', round: turn.state.round });
}
