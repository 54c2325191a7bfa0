import type { Digest } from '../../../protocol/digest.ts';
import { REPEATABLE } from '../../../protocol/message-types.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/** No honest node says two things in one place: a kind of message, a round and a view. */
export function oneWord(context: InvariantContext): Invariant {
  const said = new Map<string, Digest>();
  return {
    onSaid: (node, { type, round, view, digest }) => {
      if (node.isByzantine || REPEATABLE.has(type)) return;
      const place = `${nameOf(context, node)}: two of ${type} in round ${round}, view ${view}`;
      const known = said.get(place) ?? digest;
      said.set(place, known);
      if (known !== digest) context.report('TWO_WORDS', place);
    },
  };
}
