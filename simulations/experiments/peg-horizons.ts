import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { eventSplit, hourOfDate, STRESS_EVENTS } from '../../node/data/index.ts';
import { type ExampleSet, PEG_HORIZONS, type PegHorizon, WARMUP_HOURS } from '../../node/features/index.ts';
import {
  createPegModel,
  empiricalQuantile,
  fitPublicNumbers,
  modelShare,
  type PegModelSpec,
  type SkillInterval,
} from '../../node/models/index.ts';
import { joinPegExamples } from './join-examples.ts';
import { type Coin, loadDaily, loadOracles, loadWindows, rowsOf } from './peg-horizons/data.ts';
import { type Forecaster, type Gate, type Losses, lossesOf, skillsOf } from './peg-horizons/judge.ts';
import { trainByAdam } from './peg-horizons/training.ts';

// What the peg model can learn at 1, 4 and 24 hours on recorded markets, without federation and without noise: pooled
// over coins and by each alone, judged on later months, on events left out in turn, and on coins left out in turn, by
// which the gate was chosen. Run it with
//
//     node simulations/experiments/peg-horizons.ts
//
// The recorded markets are read from BALLAST_DATA (../shared/data unless set).

const SPECS: readonly (readonly [string, PegModelSpec])[] = [
  ['linear', { kind: 'linear' }],
  ['mlp 16', { kind: 'mlp', hidden: 16 }],
];
const CUT = hourOfDate('2022-05-01');
const DAILY_CUT = hourOfDate('2023-01-01') / 24;
/** Days, of daily closes, and hours, of an exchange's window, that only fill averages. */
const DAILY_WARMUP = 60;
const WINDOW_WARMUP = 48;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
const interval = ({ skill, low, high }: SkillInterval) =>
  `${percent(skill)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`.padEnd(24);

function train(sets: readonly ExampleSet[], spec: PegModelSpec): Forecaster {
  const examples = joinPegExamples(sets);
  const model = createPegModel(spec, examples.horizon);
  return { model, weights: trainByAdam(model, examples), numbers: fitPublicNumbers(examples) };
}

const b2Of = (losses: Losses) => percent(skillsOf([losses]).B2.skill);

function later(coins: readonly Coin[]): void {
  print(
    'trained before 2022-05-01, tested after; skill against each baseline, by coin against B2 (pooled / alone)',
  );
  print(
    'horizon  model    weights  B0                       B2                       B3                       cover',
  );
  const rows = rowsOf();
  for (const horizon of PEG_HORIZONS) {
    for (const [label, spec] of SPECS) {
      const before = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, to: CUT - horizon }]));
      const tests = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, from: CUT }])[0]!);
      const pooled = train(before.flat(), spec);
      const losses = tests.map((set) => lossesOf(pooled, set));
      const { B0, B2, B3, coverage } = skillsOf(losses);
      print(
        `${`${horizon} h`.padEnd(7)}  ${label.padEnd(7)}  ${String(pooled.model.size).padStart(7)}  ${interval(B0)} ${interval(B2)} ${interval(B3)} ${percent(coverage)}`,
      );
      const by = coins.map(({ name }, i) => {
        const alone = lossesOf(train(before[i]!, spec), tests[i]!);
        // Both against the pooled B2.
        return `${name} ${b2Of(losses[i]!)} /${b2Of({ ...alone, B2: losses[i]!.B2 })}`;
      });
      print(`                 ${by.join('   ')}`);
    }
  }
}

/**
 * Trained on the oracles, on all that does not touch an event, and tested in it: on the oracles, and on an exchange's
 * minutes by the hour. The minutes' windows are 9 to 31 days: averages are hardly warm there, and at
 * 24 h there are few independent rows.
 */
async function events(coins: readonly Coin[], folder: string): Promise<void> {
  print('\nevents left out in turn; skill against B2: gated, not, and gated with at most 95 % of the model');
  print('event    horizon  model    gated                    without   95 %                     on');
  const rows = rowsOf();
  const windowRows = rowsOf(WINDOW_WARMUP);
  const windows = await loadWindows(folder);
  let least = Number.POSITIVE_INFINITY;
  for (const [name, event] of Object.entries(STRESS_EVENTS)) {
    for (const horizon of PEG_HORIZONS) {
      const splits = coins.map(({ series }) =>
        eventSplit({ from: series.startHour, to: series.startHour + series.deviation.length }, event, {
          horizonHours: horizon,
          lookbackHours: WARMUP_HOURS,
        }),
      );
      const before = coins.flatMap((coin, i) => rows(coin, horizon, splits[i]!.train));
      const oracles = coins.flatMap((coin, i) => rows(coin, horizon, [splits[i]!.test]));
      const minutes = windows
        .filter((window) => window.event === name)
        .flatMap((window) => windowRows(window, horizon, [ALWAYS]));
      for (const [label, spec] of SPECS) {
        const forecaster = train(before, spec);
        for (const [on, sets] of [
          ['oracles', oracles],
          ['minutes', minutes],
        ] as const) {
          const filled = sets.filter((set) => set.rows > 0);
          if (filled.length === 0) continue;
          const { B2 } = skillsOf(filled.map((set) => lossesOf(forecaster, set)));
          const bare = skillsOf(filled.map((set) => lossesOf(forecaster, set, () => 1)));
          const most: Gate = ({ scale }, row) => 0.95 * modelShare(forecaster.numbers.anchor, scale[row]!);
          const less = skillsOf(filled.map((set) => lossesOf(forecaster, set, most)));
          least = Math.min(least, B2.skill);
          print(
            `${name.padEnd(8)} ${`${horizon} h`.padEnd(7)}  ${label.padEnd(7)}  ${interval(B2)} ${percent(bare.B2.skill)}  ${interval(less.B2)} ${on}, ${filled.reduce((sum, set) => sum + set.rows, 0)} rows`,
          );
        }
      }
    }
  }
  print(`least skill against B2 on an event: ${percent(least)}`);
}

/** What the gate was chosen by: each coin left out in turn, before the test begins. */
function gates(coins: readonly Coin[]): void {
  print('\ncoins left out in turn, before 2022-05-01; skill against B2 by what the gate reads');
  print('horizon  model       none        S      S, |d|  S, at most 95 %    90 %     85 %');
  const rows = rowsOf();
  for (const horizon of PEG_HORIZONS) {
    for (const [label, spec] of SPECS) {
      const before = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, to: CUT - horizon }]).flat());
      const losses = new Map<number, Losses[]>();
      for (const [i, own] of before.entries()) {
        const others = joinPegExamples(before.filter((_, j) => j !== i).flat());
        const forecaster = train([others], spec);
        const reach = empiricalQuantile(others.deviation.map(Math.abs), 0.999);
        const most =
          (share: number): Gate =>
          ({ scale }, row) =>
            share * modelShare(forecaster.numbers.anchor, scale[row]!);
        const both: Gate = (set, row) =>
          Math.min(most(1)(set, row), Math.max(0, Math.min(1, 2 - Math.abs(set.deviation[row]!) / reach)));
        const candidates: readonly Gate[] = [() => 1, most(1), both, most(0.95), most(0.9), most(0.85)];
        for (const [g, gate] of candidates.entries()) {
          losses.set(g, [...(losses.get(g) ?? []), ...own.map((set) => lossesOf(forecaster, set, gate))]);
        }
      }
      const skills = [...losses.values()].map((of) => percent(skillsOf(of).B2.skill));
      print(`${`${horizon} h`.padEnd(7)}  ${label.padEnd(7)}  ${skills.join('  ')}`);
    }
  }
}

/** A step is a day, so that the model of one hour ahead is one of one day ahead; its 26 features count in days. */
async function daily(folder: string): Promise<void> {
  // The mean over coins stands beside the total: two that broke weigh most in that.
  print('\ndaily closes of six coins, 1 day ahead, trained before 2023, tested to the end of 2025');
  print('features  model    weights  B0                       B2                       B3');
  const coins = await loadDaily(folder);
  const rows = rowsOf(DAILY_WARMUP);
  const horizon: PegHorizon = 1;
  for (const [label, spec] of SPECS) {
    const before = coins.flatMap((coin) => rows(coin, horizon, [{ ...ALWAYS, to: DAILY_CUT - horizon }]));
    const tests = coins.flatMap((coin) => rows(coin, horizon, [{ ...ALWAYS, from: DAILY_CUT }]));
    const forecaster = train(before, spec);
    const losses = tests.map((set) => lossesOf(forecaster, set));
    const { B0, B2, B3 } = skillsOf(losses);
    print(
      `${String(forecaster.model.inputs).padEnd(8)}  ${label.padEnd(7)}  ${String(forecaster.model.size).padStart(7)}  ${interval(B0)} ${interval(B2)} ${interval(B3)}`,
    );
    const mean = losses.reduce((sum, own) => sum + skillsOf([own]).B2.skill, 0) / losses.length;
    print(
      `                  mean ${percent(mean)}   ${coins.map(({ name }, i) => `${name} ${b2Of(losses[i]!)}`).join('   ')}`,
    );
  }
}

parseArgs();
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (existsSync(folder)) {
  const coins = await loadOracles(folder);
  later(coins);
  gates(coins);
  await events(coins, folder);
  await daily(folder);
} else print(`nothing at ${folder}: set BALLAST_DATA to the recorded markets`);
