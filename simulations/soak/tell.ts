import { PLANS, type PlanName, SIZES } from '../world/draw-schedule.ts';
import { describeFault, type Schedule } from '../world/fault.ts';
import type { SeedResult } from './run-seed.ts';

/** A schedule in one line. */
export function tellSchedule({ nodes, rounds, acceptance, faults }: Schedule): string {
  const told = faults.map(describeFault).join('; ');
  return `${nodes} nodes, ${rounds} rounds, gates accept ${acceptance}: ${told || 'nothing fails'}`;
}

/** What happened for a seed, and, where it broke a promise, the command that shows it again. */
export function tellSeed({ seed, schedule, violations, outcomes }: SeedResult, options: string): string {
  const told = `seed ${seed}: ${tellSchedule(schedule)}\n  ${outcomes}`;
  if (violations.length === 0) return told;
  const broken = violations.map(({ code, text }) => `${code}: ${text}`).join('\n  ');
  return `${told}\n  ${broken}\n  replay: npm run soak -- --from ${seed} --seeds 1${options}`;
}

/** The options that a replay needs besides its seed. */
export function replayOptions(choice: {
  readonly nodes?: number;
  readonly plan?: PlanName;
  readonly rounds?: number;
}): string {
  return (['nodes', 'plan', 'rounds'] as const)
    .flatMap((name) => (choice[name] === undefined ? [] : [` --${name} ${choice[name]}`]))
    .join('');
}

export const isPlan = (text: string): text is PlanName => (PLANS as readonly string[]).includes(text);
export const PLAN_LIST = [...new Set(PLANS)].join(', ');
export const SIZE_LIST = SIZES.join(', ');
