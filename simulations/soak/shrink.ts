import type { Fault, Schedule } from '../world/fault.ts';
import { runSchedule } from '../world/run-schedule.ts';

/** Whether a schedule still breaks what is looked for. */
export type Fails = (schedule: Schedule) => Promise<boolean>;

/** Schedules that shrinking runs, at most. */
const MAX_RUNS = 200;

/** The same violation, by its code, and nothing else that comes first. */
export function failsWith(code: string): Fails {
  return async (schedule) => (await runSchedule(schedule)).violations[0]?.code === code;
}

/**
 * A smaller schedule that fails as well: faults are taken away as long as it does (Zeller and Hildebrandt,
 * Simplifying and Isolating Failure-Inducing Input, 2002, section 3.2), then rounds, nodes and times are made
 * smaller. Every try is a run, and the same schedule gives the same run; so what is returned fails for sure.
 */
export async function shrink(schedule: Schedule, fails: Fails, maxRuns = MAX_RUNS): Promise<Schedule> {
  let runs = 0;
  let best = schedule;
  const attempt = async (smaller: Schedule): Promise<boolean> => {
    if (runs >= maxRuns) return false;
    runs += 1;
    if (!(await fails(smaller))) return false;
    best = smaller;
    return true;
  };
  await dropFaults(() => best, attempt);
  if (best.rounds > 1) await attempt({ ...best, rounds: 1 });
  if (best.acceptance < 1) await attempt({ ...best, acceptance: 1 });
  await dropNodes(() => best, attempt);
  await shortenTimes(() => best, attempt);
  await dropFaults(() => best, attempt);
  return best;
}

type Attempt = (smaller: Schedule) => Promise<boolean>;

/** ddmin over the list of faults: parts of it, from halves to single faults, are left out. */
async function dropFaults(best: () => Schedule, attempt: Attempt): Promise<void> {
  for (let parts = 2; best().faults.length > 0; ) {
    const { faults } = best();
    const length = Math.max(1, Math.ceil(faults.length / parts));
    let isSmaller = false;
    for (let from = 0; from < faults.length && !isSmaller; from += length) {
      const left = faults.filter((_, i) => i < from || i >= from + length);
      isSmaller = await attempt({ ...best(), faults: left });
    }
    if (isSmaller) parts = Math.max(2, parts - 1);
    else if (length === 1) return;
    else parts = Math.min(2 * parts, faults.length);
  }
}

/** Nodes with the highest indices go first, those that a fault names stay. */
async function dropNodes(best: () => Schedule, attempt: Attempt): Promise<void> {
  const named = best().faults.flatMap((fault) => {
    if (fault.kind === 'partition') return fault.groups.flat();
    return 'node' in fault ? [fault.node] : [];
  });
  const fewest = Math.max(4, ...named.map((node) => node + 1));
  for (let nodes = fewest; nodes < best().nodes; nodes++) if (await attempt({ ...best(), nodes })) return;
}

/** Halves how long each fault lasts, as often as that leaves a failure. */
async function shortenTimes(best: () => Schedule, attempt: Attempt): Promise<void> {
  for (let i = 0; i < best().faults.length; i++) {
    for (let isShorter = true; isShorter; ) {
      const fault = best().faults[i];
      const shorter = fault === undefined ? undefined : halved(fault);
      if (shorter === undefined) break;
      const faults = best().faults.map((each, k) => (k === i ? shorter : each));
      isShorter = await attempt({ ...best(), faults });
    }
  }
}

function halved(fault: Fault): Fault | undefined {
  if (!('atMs' in fault) || fault.forMs < 100) return undefined;
  return { ...fault, forMs: Math.floor(fault.forMs / 2) };
}
