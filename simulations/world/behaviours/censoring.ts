import type { NodeId } from '../../../protocol/ids.ts';
import { rowOf } from '../../../protocol/roster-rows.ts';
import { opened } from '../opened.ts';
import type { Behaviour, BehaviourHost } from './behaviour.ts';

/**
 * Acts as though its victim had sent nothing, and as though the reports that name the victim's update had not
 * come, as many of them as it can do without: where it leads, its proposals rest on the reports of the others.
 */
export function censoring({ victim, victimPlace, quorum, size }: BehaviourHost): Behaviour {
  /** Who is left out, by round. */
  const ignored = new Map<number, Set<NodeId>>();
  return {
    hear: (bytes) => {
      const heard = opened(bytes);
      if (heard === undefined) return true;
      const { message } = heard;
      if (message.type !== 'seal-report' && message.type !== 'body-report')
        return !(message.sender === victim && message.type === 'update-header');
      if (message.sender === victim) return false;
      const named = message.type === 'seal-report' ? message.payload.headers : message.payload.held;
      const left = ignored.get(message.round) ?? new Set<NodeId>();
      ignored.clear();
      ignored.set(message.round, left);
      // A quorum of reports is needed, and the victim's is not among them.
      const isSpared = left.size < size - quorum - 1;
      if (isSpared && rowOf(named, victimPlace) !== undefined) left.add(message.sender);
      return !left.has(message.sender);
    },
    serve: (asker) => asker !== victim,
  };
}
