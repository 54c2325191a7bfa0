import { LevelStore } from '../index.ts';

/**
 * Writes numbered pairs without end and says each number on stdout once its write has resolved; several writes
 * are under way at any time.
 */
const store = (await LevelStore.open(process.argv[2] ?? '')).sub('ledger');
const first = Number(process.argv[3] ?? 0);
let next = first;

async function writer(): Promise<never> {
  for (;;) {
    const i = next++;
    const value = new TextEncoder().encode(`value ${i} ${'x'.repeat(i % 500)}`);
    await store.write([
      { type: 'put', key: `left/${i}`, value },
      { type: 'put', key: `right/${i}`, value },
      { type: 'put', key: 'last', value },
    ]);
    process.stdout.write(`${i}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, writer));
