import type { NodeId } from '../../../protocol/ids.ts';
import type { Behaviour, BehaviourHost } from './behaviour.ts';

/** Serves its bodies to some, drawn once, and never to the others. */
export function withholding({ random, victim }: BehaviourHost): Behaviour {
  const isServed = new Map<NodeId, boolean>([[victim, false]]);
  return {
    serve: (asker) => {
      const served = isServed.get(asker) ?? random.uniform() < 0.5;
      isServed.set(asker, served);
      return served;
    },
  };
}
