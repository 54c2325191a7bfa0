import { expect } from 'chai';
import fc from 'fast-check';
import type { KeyValueStore, StoreOperation } from '../../../protocol/store.ts';

/** A store under test, empty at first. */
export type StoreUnderTest = {
  readonly store: KeyValueStore;
  /** Ends the process that owned the store as a crash would, and opens what is left. */
  readonly crash: () => Promise<KeyValueStore>;
  readonly dispose: () => Promise<void>;
};

const put = (key: string, ...value: number[]): StoreOperation => ({
  type: 'put',
  key,
  value: Uint8Array.from(value),
});
const remove = (key: string): StoreOperation => ({ type: 'delete', key });

async function listing(store: KeyValueStore, prefix: string): Promise<[string, number[]][]> {
  const found: [string, number[]][] = [];
  for await (const [key, value] of store.entries(prefix)) found.push([key, [...value]]);
  return found;
}

/**
 * What every {@link KeyValueStore} must do, so that the core sees no difference between the node's and the
 * simulator's.
 */
export function describeKeyValueStore(name: string, factory: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a key-value store`, () => {
    let subject: StoreUnderTest;
    let store: KeyValueStore;

    beforeEach(async () => {
      subject = await factory();
      store = subject.store;
    });

    afterEach(async () => {
      await subject.dispose();
    });

    it('gives undefined for a key never put and for one deleted', async () => {
      expect(await store.get('a')).to.equal(undefined);
      await store.write([put('a', 1)]);
      await store.write([remove('a'), remove('never')]);
      expect(await store.get('a')).to.equal(undefined);
    });

    it('keeps values of every length, empty and 1 MiB among them', async () => {
      for (const length of [0, 1, 255, 65_536, 1_048_576]) {
        const value = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
        await store.write([{ type: 'put', key: `length/${length}`, value }]);
        const got = await store.get(`length/${length}`);
        expect(got).to.be.instanceOf(Uint8Array);
        expect(Buffer.compare(got ?? Buffer.alloc(0, 'missing'), value)).to.equal(0);
        expect(got?.length).to.equal(length);
      }
    });

    it('lets the later operation win where a key repeats in one write', async () => {
      await store.write([put('a', 1), remove('a'), put('a', 2), put('b', 1), remove('b')]);
      expect(await listing(store, '')).to.deep.equal([['a', [2]]]);
    });

    it('applies writes in the order of the calls, awaited or not', async () => {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.write([put('last', i), put(`n/${i}`, i)])),
      );
      expect([...((await store.get('last')) ?? [])]).to.deep.equal([199]);
      expect(await listing(store, 'n/')).to.have.length(200);
    });

    it('shares no memory with the caller, either way', async () => {
      const value = Uint8Array.of(1, 2, 3);
      const writing = store.write([{ type: 'put', key: 'a', value }]);
      value.fill(9);
      await writing;
      (await store.get('a'))?.fill(8);
      for await (const [, found] of store.entries('a')) found.fill(7);
      expect([...((await store.get('a')) ?? [])]).to.deep.equal([1, 2, 3]);
    });

    it('lists exactly the keys with the prefix, ascending', async () => {
      const keys = [
        'round/1',
        'round/10',
        'round/2',
        'round',
        'round/',
        'rounds',
        'vote/1',
        'Round/1',
        '~',
        '!',
      ];
      await store.write(keys.map((key, i) => put(key, i)));
      const found = (await listing(store, 'round/')).map(([key]) => key);
      expect(found).to.deep.equal(['round/', 'round/1', 'round/10', 'round/2']);
      expect((await listing(store, '')).map(([key]) => key)).to.deep.equal([...keys].sort());
      expect(await listing(store, 'none')).to.deep.equal([]);
    });

    it('lists the entries as they stood when the listing began', async () => {
      await store.write(Array.from({ length: 50 }, (_, i) => put(`k/${String(i).padStart(2, '0')}`, i)));
      const seen: string[] = [];
      for await (const [key, value] of store.entries('k/')) {
        if (seen.length === 0) {
          await store.write([remove('k/30'), put('k/99', 1), put('k/40', 0)]);
        }
        seen.push(`${key}=${value[0]}`);
      }
      expect(seen).to.have.length(50);
      expect(seen[30]).to.equal('k/30=30');
      expect(seen[40]).to.equal('k/40=40');
    });

    it('has after a crash everything that a resolved write put, and nothing deleted', async () => {
      await store.write([put('a', 1), put('b', 2)]);
      await store.write([remove('a'), put('c', 3)]);
      const left = await subject.crash();
      expect(await listing(left, '')).to.deep.equal([
        ['b', [2]],
        ['c', [3]],
      ]);
    });

    it('agrees with a sorted map over any sequence of writes', async () => {
      const key = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', '/', '0', '~') });
      const operation = fc.oneof(
        fc.record({ type: fc.constant('put' as const), key, value: fc.uint8Array({ maxLength: 4 }) }),
        fc.record({ type: fc.constant('delete' as const), key }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 8 }),
          fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', '/', '0', '~') }),
          async (writes, prefix) => {
            const stale = await listing(store, '');
            await store.write(stale.map(([old]) => remove(old)));
            const model = new Map<string, number[]>();
            for (const operations of writes) {
              await store.write(operations);
              for (const change of operations) {
                if (change.type === 'put') model.set(change.key, [...change.value]);
                else model.delete(change.key);
              }
            }
            const expected = [...model]
              .filter(([k]) => k.startsWith(prefix))
              .sort(([a], [b]) => (a < b ? -1 : 1));
            expect(await listing(store, prefix)).to.deep.equal(expected);
            for (const [k, value] of model) expect([...((await store.get(k)) ?? [])]).to.deep.equal(value);
          },
        ),
        { numRuns: 40, seed: 11 },
      );
    });
  });
}
