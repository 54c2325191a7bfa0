import type { Transport } from '../../coordinator/index.ts';
import type { KeyValueStore } from '../../protocol/store.ts';

/** What may be wrong with a member: each goes against a promise that killing members is to test. */
export const MUTANTS = ['forgetful-votes', 'late-ledger'] as const;
export type Mutant = (typeof MUTANTS)[number];

export type MemberStores = { readonly round: KeyValueStore; readonly ledger: KeyValueStore };

/** How far a late disk is behind. */
const LATE_MS = 1_500;

/** A member's stores as its mutant would have them; without one they are left as they are. */
export function mutated(mutant: Mutant | undefined, stores: MemberStores): MemberStores {
  if (mutant === 'forgetful-votes') return { ...stores, round: late(stores.round, isVote) };
  if (mutant === 'late-ledger') return { ...stores, ledger: late(stores.ledger, () => true) };
  return stores;
}

/** Who forgets its votes and hears from the others what they remember of it abstains; this one hears nothing. */
export function mutatedWitness(
  mutant: Mutant | undefined,
  fetchWitness: Transport['fetchWitness'],
): Transport['fetchWitness'] {
  if (mutant !== 'forgetful-votes') return fetchWitness;
  return () => Promise.resolve([]);
}

const isVote = (key: string): boolean => key.startsWith('sent/') || key.startsWith('lock/');

/** A write of such a key is reported as durable at once and reaches the disk some time later, or never. */
function late(store: KeyValueStore, isLate: (key: string) => boolean): KeyValueStore {
  const pending = new Map<string, Uint8Array | undefined>();
  return {
    get: async (key) => (pending.has(key) ? pending.get(key) : store.get(key)),
    entries: (prefix) => store.entries(prefix),
    write: async (operations) => {
      const delayed = operations.filter(({ key }) => isLate(key));
      for (const operation of delayed)
        pending.set(operation.key, operation.type === 'put' ? operation.value : undefined);
      if (delayed.length > 0) setTimeout(() => void store.write(delayed), LATE_MS);
      await store.write(operations.filter(({ key }) => !isLate(key)));
    },
  };
}
