import type { RoundTrainer } from '../../coordinator/collaborators.ts';

/**
 * A node whose updates take no time to make: numbers of a linear congruential generator, of about the same norm every
 * time. What a round costs does not depend on what they say.
 *
 * @param size of an update.
 */
export function toyTrainer(index: number, size: number): RoundTrainer {
  const released = new Set<number>();
  return {
    debits: () => released.size,
    hasReleased: (round) => released.has(round),
    train: async (round) => {
      released.add(round);
      let state = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(round, 0x85ebca6b);
      const update = new Int32Array(size);
      for (let i = 0; i < size; i++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        update[i] = state >> 20;
      }
      const privacy = { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 } as const;
      return { update, privacy, ledger: released.size };
    },
  };
}
