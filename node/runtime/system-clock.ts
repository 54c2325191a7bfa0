import type { Clock } from '../../coordinator/index.ts';

/** The machine's clock and timers. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
