import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hourOfDate } from '../../node/data/index.ts';
import { baselineForecaster } from '../../node/evaluation/baselines.ts';
import { loadFolder } from '../../node/evaluation/index.ts';
import { absoluteChange, ewma } from '../../node/features/rolling.ts';
import { correctQuantiles, type TrackingRule } from '../../node/models/conformal/index.ts';
import { pinballRows } from '../../node/models/metrics/index.ts';

// How the rule and the rate of the conformal corrections were chosen: B2's intervals on the hourly coins, fitted before
// 2021-12-20 and corrected from there to 2022-05-01, before any named event. Run it with
//
//     node simulations/experiments/conformal-rules.ts [from] [to]
//
// The recorded markets are read from BALLAST_DATA (../shared/data unless set).

const LEVELS = [0.1, 0.5, 0.9] as const;
const RULES: readonly (readonly [rule: TrackingRule, rate: number])[] = [
  ['aci', 0.001],
  ['aci', 0.003],
  ['aci', 0.008],
  ['pi', 0.02],
  ['pi', 0.05],
  ['pi', 0.1],
];
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);

const { positionals } = parseArgs({ allowPositionals: true });
const [from = '2021-12-20', to = '2022-05-01'] = positionals;
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (!existsSync(folder)) throw new RangeError(`${folder}: got nothing, expected recorded markets`);
const [cutoff, end] = [hourOfDate(from), hourOfDate(to)];
const { coins } = await loadFolder(folder);
print(`hourly coins, corrected from ${from} to ${to}; coverage of 80 % intervals, pinball against B2's own`);
for (const horizon of [1, 4, 24]) {
  print(`\n${horizon} h ahead`);
  const heads: string[] = [];
  const rows = RULES.map(([rule, rate]) => ({ name: `${rule}, ${rate}`.padEnd(12), cells: [] as string[] }));
  const plain: string[] = [];
  for (const { name, series, warmup, stepHours, isWindow } of coins) {
    const first = series.startHour + warmup;
    const last = Math.min(end, series.startHour + series.deviation.length) - horizon;
    if (stepHours !== 1 || isWindow || cutoff - horizon - first < 1000 || last - cutoff < 500) continue;
    const train = [{ from: first, to: cutoff - horizon }];
    const asked = { series, warmup, rows: { from: first, to: last } };
    const quantiles = baselineForecaster('B2', [horizon])
      .fit([{ series, warmup, rows: train }])
      .forecast(asked)
      .get(horizon)?.quantiles;
    if (quantiles === undefined) continue;
    const shift = warmup + horizon;
    const actual = series.deviation.subarray(shift, shift + last - first);
    const scale = ewma(absoluteChange(series.deviation, horizon), 24)
      .map((s) => Math.max(0.5, s || 0.5))
      .subarray(warmup, warmup + last - first);
    const judged = (given: Float64Array) => {
      const skip = cutoff - first;
      const own = given.subarray(skip * LEVELS.length);
      const came = actual.subarray(skip);
      let inside = 0;
      for (let i = 0; i < came.length; i++) {
        if (came[i]! >= own[3 * i]! && came[i]! <= own[3 * i + 2]!) inside++;
      }
      const loss = pinballRows(own, LEVELS, came).reduce((sum, value) => sum + value, 0);
      return { coverage: inside / came.length, loss };
    };
    const base = judged(quantiles);
    heads.push(name.padStart(24));
    plain.push(`${percent(base.coverage)}${' '.repeat(16)}`);
    for (const [k, [rule, rate]] of RULES.entries()) {
      const corrected = correctQuantiles(
        { levels: LEVELS, rule, rate },
        { quantiles, scale, actual, horizon },
      );
      const { coverage, loss } = judged(corrected);
      rows[k]?.cells.push(`${percent(coverage)} (${(loss / base.loss).toFixed(3)})`.padEnd(24));
    }
  }
  print(`${' '.repeat(12)}${heads.join('')}`);
  print(`${'B2'.padEnd(12)}${plain.join('')}`);
  for (const { name, cells } of rows) print(`${name}${cells.join('')}`);
}
