import type { ServerStepEntry } from './server-step.ts';

/** Steps after a rule. */
export const SERVER_STEPS = {} as const satisfies Record<string, ServerStepEntry>;
