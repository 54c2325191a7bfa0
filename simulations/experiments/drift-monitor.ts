import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createPrng, dateOfHour, hourOfDate } from '../../node/data/index.ts';
import { type Coin, generateMarkets, loadFolder, trainDefaultModel } from '../../node/evaluation/index.ts';
import { createModel } from '../../node/models/index.ts';
import {
  compareWindow,
  createMonitoredPairs,
  findingsOf,
  INPUT_WINDOW_HOURS,
  inputReference,
  newSubject,
  observeDay,
  observeWindow,
  TRIGGERS,
  type Trigger,
} from '../../node/monitoring/index.ts';

// How often the monitors of docs/monitoring.md raise a false alarm on the generated market, which does not change; how
// long they take to see a change that was planted; and what they see on the recorded markets. Run it with
//
//     node simulations/experiments/drift-monitor.ts [seeds]
//
// The recorded markets are read from BALLAST_DATA (../shared/data unless set), and left out where there are none.

const DAYS = 1_100;
const TRAINED = 0.6;
/** Days of the test after which a change is planted. */
const PLANTED_AFTER = 90;
const ROUNDS = 20;
const print = (line: string) => process.stdout.write(`${line}\n`);
const { positionals } = parseArgs({ allowPositionals: true });
const seeds = Number(positionals[0] ?? 4);

type Alarm = { readonly trigger: Trigger; readonly hour: number; readonly message: string };
type Series = Coin['series'];

/** Where each trigger is raised first, and how often in all, when the coin is watched from `cutoff` on. */
function watch(
  series: Series,
  trained: Awaited<ReturnType<typeof trainDefaultModel>>,
  cutoff: number,
): Alarm[] {
  const [pair] = createMonitoredPairs(
    createModel(trained.model.spec),
    [{ name: 'main', feed: series }],
    undefined,
  );
  if (pair === undefined) return [];
  const end = series.startHour + series.deviation.length;
  const reference = inputReference(pair.inputNames, pair.inputs(series.startHour, cutoff));
  const first = Math.ceil(cutoff / 24);
  const byDay = new Map(
    pair.days({ from: first, to: Math.floor(end / 24) - 1 }, trained.weights).map((day) => [day.day, day]),
  );
  let state = newSubject(first);
  let before = new Set<Trigger>();
  const alarms: Alarm[] = [];
  for (let day = first; day < Math.floor(end / 24); day++) {
    // Outcomes of a day are known a day later.
    const known = byDay.get(day - 2);
    if (known !== undefined) state = observeDay(state, known);
    const next = state.window + INPUT_WINDOW_HOURS;
    if (next <= day * 24)
      state = observeWindow(state, compareWindow(reference, pair.inputs(state.window, next)));
    const found = findingsOf(pair.name, state);
    for (const { trigger, message } of found) {
      if (!before.has(trigger)) alarms.push({ trigger, hour: day * 24, message });
    }
    before = new Set(found.map(({ trigger }) => trigger));
  }
  return alarms;
}

const CHANGES: Readonly<Record<string, (series: Series, at: number, uniform: () => number) => Series>> = {
  'nothing returns to its averages': (series, at, uniform) => {
    const moved = series.deviation.slice();
    for (let t = at; t < moved.length; t++) {
      const from = 1 + Math.floor(uniform() * (at - 1));
      moved[t] = (moved[t - 1] ?? 0) + (series.deviation[from] ?? 0) - (series.deviation[from - 1] ?? 0);
    }
    return { ...series, deviation: moved };
  },
  'a source that speaks every 12 hours': (series, at) => ({
    ...series,
    deviation: series.deviation.map((value, t) =>
      t < at ? value : (series.deviation[t - (t % 12)] ?? value),
    ),
  }),
  'moves of three times the size': (series, at) => ({
    ...series,
    deviation: series.deviation.map((value, t) => (t < at ? value : 3 * value)),
  }),
};

const trainOn = (coins: readonly Coin[], cutoffOf: (coin: Coin) => number) =>
  trainDefaultModel(
    coins.map((coin) => ({
      series: coin.series,
      warmup: coin.warmup,
      rows: [{ from: coin.series.startHour, to: cutoffOf(coin) - 24 }],
    })),
    [],
    { rounds: ROUNDS, heads: [24] },
  );

const falseAlarms = new Map<Trigger, number>();
const delays = new Map<string, Map<Trigger, number[]>>();
let years = 0;
let planted = 0;
for (let seed = 1; seed <= seeds; seed++) {
  const { coins } = await generateMarkets(seed, DAYS);
  const cutoffOf = ({ series }: Coin) =>
    24 * Math.ceil((series.startHour + Math.floor(series.deviation.length * TRAINED)) / 24);
  const trained = await trainOn(coins, cutoffOf);
  for (const coin of coins) {
    const cutoff = cutoffOf(coin);
    years += (coin.series.startHour + coin.series.deviation.length - cutoff) / 8_766;
    planted++;
    for (const { trigger } of watch(coin.series, trained, cutoff)) {
      falseAlarms.set(trigger, (falseAlarms.get(trigger) ?? 0) + 1);
    }
    const change = cutoff + 24 * PLANTED_AFTER;
    for (const [name, plant] of Object.entries(CHANGES)) {
      const series = plant(coin.series, change - coin.series.startHour, createPrng(seed).uniform);
      const own = delays.get(name) ?? new Map<Trigger, number[]>();
      delays.set(name, own);
      const alarms = watch(series, trained, cutoff);
      for (const trigger of TRIGGERS) {
        const first = alarms.find((alarm) => alarm.trigger === trigger && alarm.hour > change);
        if (first !== undefined) own.set(trigger, [...(own.get(trigger) ?? []), (first.hour - change) / 24]);
      }
    }
  }
}
print(
  `generated markets, seeds 1 to ${seeds}, ${years.toFixed(1)} coin-years after training: false alarms a year`,
);
for (const trigger of TRIGGERS.slice(0, 5)) {
  print(`${trigger.padEnd(8)} ${((falseAlarms.get(trigger) ?? 0) / years).toFixed(2)}`);
}
for (const [name, own] of delays) {
  print(`\n${name}: seen of ${planted}, days until then (median, longest)`);
  for (const [trigger, days] of own) {
    const sorted = [...days].sort((a, b) => a - b);
    print(
      `${trigger.padEnd(8)} ${sorted.length}  ${sorted[Math.floor(sorted.length / 2)]}, ${sorted.at(-1)}`,
    );
  }
}

const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (existsSync(folder)) {
  const cutoff = hourOfDate('2022-05-01');
  const { coins } = await loadFolder(folder);
  const hourly = coins.filter(
    ({ stepHours, isWindow, series }) =>
      stepHours === 1 &&
      !isWindow &&
      series.startHour + 4_000 < cutoff &&
      series.startHour + series.deviation.length > cutoff + 2_000,
  );
  const trained = await trainOn(hourly, () => cutoff);
  print('\nrecorded markets, trained before 2022-05-01');
  for (const coin of hourly) {
    for (const { hour, message } of watch(coin.series, trained, cutoff)) {
      print(`${coin.name}, ${dateOfHour(hour).slice(0, 10)}: ${message}`);
    }
  }
}
