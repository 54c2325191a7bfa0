import { expect } from 'chai';
import { describeKeyValueStore } from '../../../node/store/test/conformance.ts';
import { MemoryStore } from '../memory-store.ts';
import { Scheduler } from '../scheduler.ts';

/** Virtual time that passes by itself, in order. */
const passing = {
  after: (_ms: number, run: () => void) => {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  },
};

describeKeyValueStore('the simulated disk', async () => {
  const store = new MemoryStore(passing, 1);
  return {
    store,
    crash: async () => {
      store.crash();
      return store;
    },
    dispose: async () => undefined,
  };
});

describe('the simulated disk in a crash', () => {
  const put = (key: string) => ({ type: 'put' as const, key, value: Uint8Array.of(1) });

  async function keysOf(store: MemoryStore): Promise<string[]> {
    const keys: string[] = [];
    for await (const [key] of store.entries('')) keys.push(key);
    return keys;
  }

  it('loses what was not durable, whole writes at a time, and never tells its writer', async () => {
    const scheduler = new Scheduler(0);
    const store = new MemoryStore(scheduler, 10);
    const told: string[] = [];
    const write = (...keys: string[]) =>
      store.write(keys.map(put)).then(() => {
        told.push(keys.join());
      });
    void write('a', 'b');
    scheduler.after(5, () => void write('c', 'd'));
    scheduler.after(12, () => store.crash());
    scheduler.after(13, () => void write('e'));
    await scheduler.run(() => false, 100);
    expect(told).to.deep.equal(['a,b', 'e']);
    expect(await keysOf(store)).to.deep.equal(['a', 'b', 'e']);
  });

  it('is not durable before its time', async () => {
    const scheduler = new Scheduler(0);
    const store = new MemoryStore(scheduler, 10);
    void store.write([put('a')]);
    await scheduler.run(() => false, 9);
    expect(await store.get('a')).to.equal(undefined);
    await scheduler.run(() => false, 11);
    expect([...((await store.get('a')) ?? [])]).to.deep.equal([1]);
  });

  it('loses durable keys too where it is told to be faulty', async () => {
    const store = new MemoryStore(passing, 1);
    await store.write([put('sent/1'), put('log/1')]);
    store.crash((key) => key.startsWith('sent/'));
    expect(await keysOf(store)).to.deep.equal(['log/1']);
  });
});
