import type { Survivor } from '../survivors.ts';

/** Every mutant of a contract that no test can kill, reviewed. One that is killed after all must go from the list. */
export const CONTRACT_SURVIVORS: readonly Survivor[] = [];
