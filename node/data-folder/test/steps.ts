import type { Migration } from '../index.ts';

export const OWNER = { network: 'ab'.repeat(32), node: '12D3KooWtest' };

export type Step = 'before 1' | 'within 1' | 'after 1' | 'before 2' | 'within 2' | 'after 2';

const text = (value: string) => new TextEncoder().encode(value);

/** Two steps, each of two writes, that can be halted before, between and after them. */
export const STEPS = (at: (step: Step) => Promise<void>): readonly Migration[] =>
  ([1, 2] as const).map((from) => ({
    from,
    to: from + 1,
    run: async (store) => {
      await at(`before ${from}`);
      await store.write([{ type: 'put', key: `a/${from}`, value: text('a') }]);
      await at(`within ${from}`);
      await store.write([{ type: 'put', key: `b/${from}`, value: text('b') }]);
      await at(`after ${from}`);
    },
  }));
