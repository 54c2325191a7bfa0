import { drawSchedule, type ScheduleChoice } from './draw-schedule.ts';
import { runSchedule, type ScheduleRun } from './run-schedule.ts';

/** Draws what goes wrong from the seed, runs it, and holds it against what the network promises. */
export async function runScenario(choice: ScheduleChoice): Promise<ScheduleRun> {
  return runSchedule(await drawSchedule(choice));
}
