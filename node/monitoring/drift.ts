import {
  ACCURACY_TESTS,
  type AccuracyTest,
  accuracyFactors,
  betsOf,
  type ForecastDay,
} from './accuracy-drift.ts';
import { advance, type Detector, evidenceOf, newDetector, sinceOf } from './detector.ts';
import { INPUT_WINDOW_HOURS, type InputWindow, inputFactors, P_BETS } from './input-drift.ts';

/** Days, and windows, that pass on average until a test raises a false alarm: a year for each. */
export const THRESHOLDS = { days: 365 / 2, windows: (365 * 24) / INPUT_WINDOW_HOURS } as const;
/** Days of forecasts that are kept to say how far things have moved. */
export const DAYS_KEPT = 120;
/** Share of the model in a day's forecasts below which the market is beyond what the model was trained on. */
const LEAST_SHARE = 0.5;
/**
 * What a head must have done, over so many days in a row, before its accuracy can drift: losses no more than this share
 * of its baseline's, and, of an 80 % interval, misses within these bounds. A young model has yet to come there.
 */
export const SETTLED = { days: 14, loss: 1.02, misses: { least: 0.1, most: 0.3 } } as const;
/** Days of data time without a new version after which a round is due, drift or not. */
export const SCHEDULE_DAYS = 90;

/** What sets a retraining off (accuracy: `loss`; calibration: `narrow`, `wide`; rare conditions: `range`). */
export const TRIGGERS = ['inputs', 'loss', 'narrow', 'wide', 'range', 'schedule'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** What is remembered of one head on one collateral. */
export type SubjectState = {
  /** Days before this one have been observed. */
  readonly day: number;
  /** First hour of the next input window. */
  readonly window: number;
  readonly inputs: Detector;
  readonly tests: Readonly<Record<AccuracyTest, Detector>>;
  /** The last `DAYS_KEPT` days, ascending. */
  readonly recent: readonly ForecastDay[];
  readonly lastWindow: InputWindow | null;
  /** It has been what it promises once: from then on accuracy is tested. */
  readonly isSettled: boolean;
};

/** @param day the first UTC day to be observed. */
export function newSubject(day: number): SubjectState {
  const hour = day * 24;
  // Two for each bet: see `observeDay`.
  const test = (name: AccuracyTest) => newDetector(2 * betsOf(name), hour);
  return {
    day,
    window: hour,
    inputs: newDetector(P_BETS.length, hour),
    tests: { loss: test('loss'), narrow: test('narrow'), wide: test('wide') },
    recent: [],
    lastWindow: null,
    isSettled: false,
  };
}

/**
 * One day. Its outcomes reach 24 hours into the next, so even and odd days are bet on apart: what a day will show is
 * then unknown when its bet is made.
 */
export function observeDay(state: SubjectState, day: ForecastDay): SubjectState {
  if (day.day < state.day) return state;
  const recent = [...state.recent, day].slice(-DAYS_KEPT);
  const next = { ...state, day: day.day + 1, recent };
  if (!state.isSettled) return { ...next, isSettled: hasSettled(recent) };
  const tests = { ...state.tests };
  for (const name of ACCURACY_TESTS) {
    const factors = accuracyFactors(name, day);
    const none = factors.map(() => Number.NaN);
    const both = day.day % 2 === 0 ? [...factors, ...none] : [...none, ...factors];
    tests[name] = advance(tests[name], both, day.day * 24, THRESHOLDS.days);
  }
  return { ...next, tests };
}

function hasSettled(recent: readonly ForecastDay[]): boolean {
  const days = recent.slice(-SETTLED.days);
  if (days.length < SETTLED.days) return false;
  const sum = (of: (day: ForecastDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const missed = sum((day) => day.missed ?? 0.2) / days.length;
  const { least, most } = SETTLED.misses;
  return (
    sum(({ loss }) => loss) <= SETTLED.loss * sum(({ baseline }) => baseline) &&
    missed >= least &&
    missed <= most
  );
}

/** One window of `INPUT_WINDOW_HOURS`. */
export function observeWindow(state: SubjectState, window: InputWindow): SubjectState {
  if (window.fromHour < state.window) return state;
  return {
    ...state,
    window: window.toHour,
    inputs: advance(state.inputs, inputFactors(window), window.fromHour, THRESHOLDS.windows),
    lastWindow: window,
  };
}

/** Something that has changed. */
export type Finding = {
  /** `head/collateral`; `model` for the schedule. */
  readonly subject: string;
  readonly trigger: Trigger;
  /** Hours since the epoch at which the change began, as near as can be told. */
  readonly sinceHour: number;
  /** Stake won against "nothing has changed", and what it takes; 1 of 1 where nothing is bet on. */
  readonly evidence: number;
  readonly threshold: number;
  /** One line for an operator: what moved, since when, how far. */
  readonly message: string;
};

export function findingsOf(subject: string, state: SubjectState): Finding[] {
  const found: Finding[] = [];
  const { inputs, lastWindow, tests, recent } = state;
  if (inputs.isRaised && lastWindow !== null) {
    const { name, median, trainingMedian, rank, times } = lastWindow.moved;
    found.push(
      finding(subject, 'inputs', inputs, THRESHOLDS.windows, (since) => {
        const place = `above ${percent(rank)} of the training hours`;
        return `inputs have moved since ${since}: ${name} furthest, median ${median.toFixed(2)} in the last 3 days, ${trainingMedian.toFixed(2)} in training (${place}), ${times.toFixed(1)} times as far as usual`;
      }),
    );
  }
  for (const name of ACCURACY_TESTS) {
    const detector = tests[name];
    if (!detector.isRaised) continue;
    const from = Math.floor(sinceOf(detector) / 24);
    const days = recent.filter(({ day }) => day >= from);
    found.push(finding(subject, name, detector, THRESHOLDS.days, (since) => sentence(name, days, since)));
  }
  const last = recent.at(-1);
  if (last?.share != null && last.share < LEAST_SHARE) {
    const message = `${subject}: the usual change is beyond the public range on ${dateOf(last.day * 24)}: the model's share of its forecasts is ${last.share.toFixed(2)}, the rest is scaled persistence`;
    found.push({ subject, trigger: 'range', sinceHour: last.day * 24, evidence: 1, threshold: 1, message });
  }
  return found;
}

/** A finding where the last version is older than `SCHEDULE_DAYS` of data time. */
export function scheduleFinding(lastVersionHour: number, hour: number): Finding[] {
  const days = Math.floor((hour - lastVersionHour) / 24);
  if (days < SCHEDULE_DAYS) return [];
  const message = `model: no new version for ${days} days of data, since ${dateOf(lastVersionHour)}`;
  return [
    { subject: 'model', trigger: 'schedule', sinceHour: lastVersionHour, evidence: 1, threshold: 1, message },
  ];
}

function finding(
  subject: string,
  trigger: Trigger,
  detector: Detector,
  threshold: number,
  say: (since: string) => string,
): Finding {
  const sinceHour = sinceOf(detector);
  const message = `${subject}: ${say(dateOf(sinceHour))}`;
  return { subject, trigger, sinceHour, evidence: evidenceOf(detector), threshold, message };
}

function sentence(test: AccuracyTest, days: readonly ForecastDay[], since: string): string {
  const mean = (of: (day: ForecastDay) => number) =>
    days.reduce((sum, day) => sum + of(day), 0) / Math.max(1, days.length);
  const span = `${days.length} days`;
  if (test === 'loss') {
    const worse = mean(({ loss }) => loss) / mean(({ baseline }) => baseline) - 1;
    return `worse than its baseline since ${since}: loss ${percent(Math.abs(worse))} ${worse >= 0 ? 'above' : 'below'} it over ${span}, above on most`;
  }
  const held = 1 - mean(({ missed }) => missed ?? Number.NaN);
  return `80 % intervals are too ${test} since ${since}: they held ${percent(held)} of the outcomes of ${span}`;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const dateOf = (hour: number) => new Date(hour * 3_600_000).toISOString().slice(0, 10);
