import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { LevelStore, StoreError, type StoreErrorCode } from '../index.ts';
import { describeKeyValueStore } from './conformance.ts';

const writerPath = fileURLToPath(new URL('./acknowledging-writer.ts', import.meta.url));

async function code(action: Promise<unknown>): Promise<StoreErrorCode> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(StoreError);
    return (error as StoreError).code;
  }
  throw new Error('expected a StoreError');
}

const temporaryFolder = () => mkdtemp(join(tmpdir(), 'ballast-store-'));

describeKeyValueStore('LevelStore', async () => {
  const folder = await temporaryFolder();
  let store = await LevelStore.open(folder);
  return {
    store,
    crash: async () => {
      await store.close();
      store = await LevelStore.open(folder);
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describeKeyValueStore('a sub of LevelStore, among neighbours', async () => {
  const folder = await temporaryFolder();
  let root = await LevelStore.open(folder);
  const noise = Uint8Array.of(255);
  for (const neighbour of [root, root.sub('ledge'), root.sub('ledger2'), root.sub('ledger').sub('a')]) {
    await neighbour.write(['a', 'round/1', '!', '~'].map((key) => ({ type: 'put', key, value: noise })));
  }
  return {
    store: root.sub('ledger'),
    crash: async () => {
      await root.close();
      root = await LevelStore.open(folder);
      return root.sub('ledger');
    },
    dispose: async () => {
      await root.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe('LevelStore', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('makes its folder private and refuses one that is not', async () => {
    const inner = join(folder, 'a', 'b');
    await (await LevelStore.open(inner)).close();
    expect((await stat(inner)).mode & 0o777).to.equal(0o700);
    await chmod(inner, 0o750);
    expect(await code(LevelStore.open(inner))).to.equal('DATA_DIR_PERMISSIONS');
  });

  it('says when the folder is in use, and opens once it is free', async () => {
    const first = await LevelStore.open(folder);
    expect(await code(LevelStore.open(folder))).to.equal('DATA_DIR_LOCKED');
    await first.close();
    await (await LevelStore.open(folder)).close();
  });

  it('says when the folder is a file or is damaged', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await code(LevelStore.open(file))).to.equal('DATA_DIR_UNREADABLE');
    const damaged = join(folder, 'damaged');
    await mkdir(damaged, { mode: 0o700 });
    const store = await LevelStore.open(damaged);
    await store.write([{ type: 'put', key: 'a', value: Uint8Array.of(1) }]);
    await store.close();
    for (const name of await readdir(damaged)) {
      if (name.startsWith('MANIFEST')) await truncate(join(damaged, name), 3);
    }
    expect(await code(LevelStore.open(damaged))).to.equal('DATA_DIR_CORRUPT');
  });

  it('refuses malformed keys and names, and anything after close', async () => {
    const store = await LevelStore.open(folder);
    for (const key of ['', '\ud800', 'x'.repeat(1025)]) {
      expect(await code(store.get(key))).to.equal('STORE_KEY_INVALID');
      expect(await code(store.write([{ type: 'delete', key }]))).to.equal('STORE_KEY_INVALID');
    }
    for (const name of ['', 'A', 'a!', 'a.b', 'x'.repeat(65)]) {
      expect(() => store.sub(name))
        .to.throw(StoreError)
        .with.property('code', 'STORE_NAME_INVALID');
    }
    const sub = store.sub('a');
    await store.close();
    expect(await code(store.get('a'))).to.equal('STORE_CLOSED');
    expect(await code(sub.write([{ type: 'delete', key: 'a' }]))).to.equal('STORE_CLOSED');
    expect(await code(collect(sub.entries('')))).to.equal('STORE_CLOSED');
  });

  it('finishes the writes under way when it closes', async () => {
    const store = await LevelStore.open(folder);
    const writes = Array.from({ length: 20 }, (_, i) =>
      store.write([{ type: 'put', key: `k/${i}`, value: Uint8Array.of(i) }]),
    );
    await store.close();
    await Promise.all(writes);
    const again = await LevelStore.open(folder);
    expect(await collect(again.entries('k/'))).to.have.length(20);
    await again.close();
  });

  it('has every acknowledged write after kill -9, and no half of one', async () => {
    const random = linearCongruential(20260731);
    const acknowledged = new Set<number>();
    for (let life = 0; life < 4; life++) {
      const killAfter = 20 + (random() % 600);
      await writeUntilKilled(folder, life * 1_000_000, killAfter, acknowledged);
      const root = await LevelStore.open(folder);
      const store = root.sub('ledger');
      const left = new Map(await collect(store.entries('left/')));
      const right = new Map(await collect(store.entries('right/')));
      for (const i of acknowledged) {
        expect(text(left.get(`left/${i}`)), `left/${i}`).to.equal(`value ${i} ${'x'.repeat(i % 500)}`);
      }
      expect([...left.keys()].map((key) => key.slice('left/'.length)).sort()).to.deep.equal(
        [...right.keys()].map((key) => key.slice('right/'.length)).sort(),
      );
      await root.close();
    }
    expect(acknowledged.size).to.be.greaterThan(80);
  });
});

const text = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Numerical Recipes' generator: enough to choose when to kill. */
function linearCongruential(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

async function writeUntilKilled(
  folder: string,
  first: number,
  killAfter: number,
  acknowledged: Set<number>,
): Promise<void> {
  const child = spawn(process.execPath, [writerPath, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    // A line cut short by the kill is no acknowledgement; readline would still hand it over.
    if (Number(line) >= first) acknowledged.add(Number(line));
    if (++count === killAfter) child.kill('SIGKILL');
  }
  const [, signal] = await exit;
  expect(signal).to.equal('SIGKILL');
  expect(count).to.be.at.least(killAfter);
}
