import { refused, requireColumns, requireEvents, requireWhole } from './input.ts';

/** Steps in which something happened: [from, to), and when it was first warned of. */
export type WarnedEvent = {
  readonly from: number;
  readonly to: number;
  /** Steps from the first alarm of the look-back to the event; null where no alarm came before it. */
  readonly lead: number | null;
  /** Whether an alarm came during it. */
  readonly late: boolean;
};

export type EarlyWarning = {
  readonly events: readonly WarnedEvent[];
  /** Warned before, warned only during, and not at all. */
  readonly early: number;
  readonly late: number;
  readonly missed: number;
  /** Mean and median steps of warning of those warned before; null where there are none. */
  readonly meanLead: number | null;
  readonly medianLead: number | null;
  /** First steps of alarms outside every event and look-back, one a run. */
  readonly falseAlarms: readonly number[];
  /** Steps outside every event and look-back. */
  readonly calmSteps: number;
};

export type EarlyWarningOptions = {
  /** Steps before an event in which an alarm is a warning of it and no false one. */
  readonly lookback: number;
  /** Runs that are fewer steps apart than this are one event, or one alarm. */
  readonly merge: number;
};

/**
 * What alarms were worth before events.
 *
 * Events are the runs of `event`, alarms those of `alarm`, each merged over short pauses. The look-back of an event never
 * reaches into the event before it. An alarm that began before the look-back and goes on into it is a warning, and a
 * false alarm too: it said "now" too early.
 *
 * @param event 1 where the bad thing is.
 * @param alarm 1 where it was warned of, by what was known at that step.
 * @throws BallastError `METRIC_INPUT`.
 */
export function earlyWarning(
  event: Uint8Array,
  alarm: Uint8Array,
  { lookback, merge }: EarlyWarningOptions,
): EarlyWarning {
  const steps = requireColumns({ event, alarm });
  requireEvents(event);
  if (alarm.some((value) => value > 1)) throw refused('alarm', 'another value', '0 or 1');
  requireWhole('lookback', lookback, 1, steps);
  requireWhole('merge', merge, 1, steps);
  const runs = runsOf(event, merge);
  const busy = new Uint8Array(steps);
  const events = runs.map(({ from, to }, k): WarnedEvent => {
    const begin = Math.max(0, runs[k - 1]?.to ?? 0, from - lookback);
    busy.fill(1, begin, to);
    const first = alarm.subarray(begin, from).indexOf(1);
    return {
      from,
      to,
      lead: first < 0 ? null : from - begin - first,
      late: alarm.subarray(from, to).includes(1),
    };
  });
  const leads = events.flatMap(({ lead }) => (lead === null ? [] : [lead])).sort((a, b) => a - b);
  const early = leads.length;
  const late = events.filter((one) => one.lead === null && one.late).length;
  const middle = leads.length / 2;
  return {
    events,
    early,
    late,
    missed: events.length - early - late,
    meanLead: early === 0 ? null : leads.reduce((sum, lead) => sum + lead, 0) / early,
    medianLead:
      early === 0 ? null : ((leads[Math.ceil(middle) - 1] ?? 0) + (leads[Math.floor(middle)] ?? 0)) / 2,
    // One that begins in calm; what goes on after an event belongs to it.
    falseAlarms: runsOf(alarm, merge)
      .filter(({ from }) => busy[from] === 0)
      .map(({ from }) => from),
    calmSteps: busy.reduce((sum, used) => sum + 1 - used, 0),
  };
}

/** Runs of ones, [from, to); those fewer than `merge` steps apart are one. */
function runsOf(values: Uint8Array, merge: number): { readonly from: number; readonly to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 1) continue;
    const last = runs.at(-1);
    if (last !== undefined && i - last.to < merge) last.to = i + 1;
    else runs.push({ from: i, to: i + 1 });
  }
  return runs;
}
