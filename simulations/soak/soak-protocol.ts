import type { ScheduleChoice } from '../world/draw-schedule.ts';
import type { SeedResult } from './run-seed.ts';

/** What a soak thread is asked, one choice at a time, and what it answers. */
export type ToSoakThread = ScheduleChoice;
export type FromSoakThread = { readonly result: SeedResult } | { readonly failure: string };
