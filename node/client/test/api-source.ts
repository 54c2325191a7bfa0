import { headAfter } from '../../../coordinator/entry.ts';
import type { ApiSource } from '../../api/index.ts';
import { memorySource } from '../../api/test/support.ts';
import { committee, type Published, ROLL } from './published.ts';

/** What the real API of a node reads, out of what is published. */
export function sourceOf(published: Published): ApiSource {
  const certificates = [...published.certificates.values()];
  const last = certificates.at(-1);
  return memorySource({
    document: published.document,
    network: published.network,
    ...(last === undefined ? {} : { head: () => headAfter(last.entry) }),
    certificate: async (round) => certificates.find(({ entry }) => entry.round === round),
    roll: async () => ROLL,
    roundOf: async (version) => published.certificates.get(version)?.entry.round,
    weights: async (digest) => published.weights.get(digest),
    committee: async (epoch) => (epoch === 0 ? committee : undefined),
  });
}
