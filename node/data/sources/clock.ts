import { setTimeout as wait } from 'node:timers/promises';
import type { SourceClock } from './data-source.ts';

/** The clock of this machine. */
export const systemClock: SourceClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
