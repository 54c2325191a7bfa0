import { expect } from 'chai';
import { MemoryStore } from '../../privacy/test/support.ts';
import type { Digest } from '../../protocol/digest.ts';
import { Blobs } from '../blobs.ts';
import { Retention, type RetentionParts } from '../retention.ts';
import { PARAMETERS as parameters } from './support.ts';

describe('retention', () => {
  it('keeps a model for as long as decisions elsewhere rest on it, and no longer', async () => {
    const store = new MemoryStore();
    const blobs = new Blobs(store);
    let kept: readonly Digest[] = [];
    const parts = {
      options: { parameters },
      collaborators: { keptModels: () => kept },
      log: { head: { round: 0 }, get: async () => undefined },
      votes: { forgetting: async () => [] },
      blobs,
    } as unknown as RetentionParts;
    const retention = new Retention(parts);
    const digest = await blobs.put(1, new Uint8Array([1]));
    const other = await blobs.put(1, new Uint8Array([2]));
    const over = async (round: number) => {
      const newest = { round, modelDigest: 'aa', stateDigest: 'bb', standing: 'cc' };
      await store.write(await retention.over(round, newest));
    };
    const { rounds } = parameters.retention;
    kept = [digest];
    for (let round = 1; round <= 3 * rounds; round++) await over(round);
    expect(await blobs.get(digest)).to.deep.equal(new Uint8Array([1]));
    expect(await blobs.get(other)).to.equal(undefined);
    kept = [];
    for (let round = 3 * rounds + 1; round <= 4 * rounds + 1; round++) await over(round);
    expect(await blobs.get(digest)).to.equal(undefined);
  });
});
