import type { RoundTrainer } from '../../coordinator/collaborators.ts';
import { SCENARIO_PARAMETERS } from './parameters.ts';
import type { SeededRandom } from './random.ts';

/**
 * A trainer that learns nothing: each update has `size` random numbers of about the same size and of one sign, and is
 * the same however often its round is asked for.
 */
export function randomTrainer(random: SeededRandom, size: number, sign: 1 | -1): RoundTrainer {
  const { unit, relation, delta } = SCENARIO_PARAMETERS.privacy;
  const released = new Map<number, Int32Array>();
  return {
    debits: () => released.size,
    hasReleased: (round) => released.has(round),
    train: async (round) => {
      const draw = () => sign * (10_000 + random.below(1_000));
      const update = released.get(round) ?? Int32Array.from({ length: size }, draw);
      released.set(round, update);
      return { update, privacy: { unit, relation, epsilon: null, delta }, ledger: released.size };
    },
  };
}
