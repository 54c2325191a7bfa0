import { drawSchedule, type ScheduleChoice } from '../world/draw-schedule.ts';
import type { Schedule } from '../world/fault.ts';
import type { Violation } from '../world/invariants/invariant.ts';
import { runSchedule } from '../world/run-schedule.ts';

/** What became of one seed: plain data, so that a thread can send it. */
export type SeedResult = {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
  /** For people: round, outcome and view of each certificate. */
  readonly outcomes: string;
  /** Certificates, and those of them that a later view than the first made. */
  readonly rounds: number;
  readonly laterViews: number;
};

export async function runSeed(choice: ScheduleChoice): Promise<SeedResult> {
  return outcomeOf(await drawSchedule(choice));
}

/** Runs one schedule. */
export async function outcomeOf(schedule: Schedule): Promise<SeedResult> {
  const { report, violations } = await runSchedule(schedule);
  const certificates = [...report.certificates.values()].flat();
  return {
    seed: schedule.seed,
    schedule,
    violations,
    outcomes: certificates.map(({ entry, view }) => `${entry.round}:${entry.outcome}@${view}`).join(' '),
    rounds: report.certificates.size,
    laterViews: certificates.filter(({ view }) => view > 0).length,
  };
}
