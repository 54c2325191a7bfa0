import { RISK_HORIZON_HOURS, type RiskExamples } from '../../../node/features/index.ts';
import {
  drawdownEvents,
  empiricalQuantile,
  fitRiskNumbers,
  fitShrunkLogistic,
  startLogits,
} from '../../../node/models/index.ts';
import { areaUnderCurve } from '../../../node/models/metrics/index.ts';
import { type Basket, CUTOFF_HOUR, type NamedMarket, splitAssets } from './perpetuals.ts';

const QUARTER_HOURS = 91 * 24;
const QUARTERS = 5;
const RIDGES = [0.003, 0.03, 0.1, 0.3] as const;
/** Features look back seven days at the most by fixed windows. */
const GAP_HOURS = RISK_HORIZON_HOURS + 7 * 24;

type Rows = { readonly x: Float64Array; readonly event: Uint8Array };

/**
 * What the settings were chosen by, all of it before 2022: each of the five quarters left out in turn, with a week on
 * either side, the shrunk logistic of all seven assets, and the mean over quarters of its AUC.
 */
export function printSettings(markets: readonly NamedMarket[], print: (line: string) => void): void {
  const first = CUTOFF_HOUR - QUARTERS * QUARTER_HOURS;
  print(
    'settings, rows before 2022, each quarter left out in turn: mean AUC over quarters by ridge, beside EWMA ranking',
  );
  for (const basket of ['btc', 'btc-eth', 'others'] as const satisfies readonly Basket[]) {
    const assets = splitAssets(markets, basket, CUTOFF_HOUR);
    const [main] = assets;
    if (main === undefined) return;
    const { threshold } = fitRiskNumbers(main.train);
    const judged = assets.map(({ train }) => {
      const own = empiricalQuantile(train.drawdown, 0.95);
      return { train, event: Uint8Array.from(train.drawdown, (fall) => (fall > own ? 1 : 0)) };
    });
    const quarters = Array.from({ length: QUARTERS }, (_, q) => ({
      from: first + q * QUARTER_HOURS,
      to: first + (q + 1) * QUARTER_HOURS,
    }));
    const aucOf = (score: (train: RiskExamples, quarter: number) => Float64Array) => {
      const each = quarters.map(({ from, to }, q) => {
        const [scores, events]: [number[], number[]] = [[], []];
        for (const { train, event } of judged) {
          const told = score(train, q);
          for (let i = 0; i < train.rows; i++) {
            if (train.hour[i]! < from || train.hour[i]! >= to) continue;
            scores.push(told[i]!);
            events.push(event[i]!);
          }
        }
        return areaUnderCurve(Float64Array.from(scores), Uint8Array.from(events)) ?? 0.5;
      });
      return each.reduce((sum, auc) => sum + auc, 0) / each.length;
    };
    const figures = RIDGES.map((ridge) => {
      const fitted = quarters.map(({ from, to }) => {
        const rows = judged.map(({ train }) =>
          rowsOf(
            train,
            drawdownEvents(threshold, train),
            (hour) => hour < from - GAP_HOURS || hour >= to + GAP_HOURS,
          ),
        );
        return fitJoined(rows, main.train.width, ridge);
      });
      return aucOf((train, q) => startLogits(fitted[q] ?? [], train));
    });
    print(
      `${basket.padEnd(8)}  ${RIDGES.map((ridge, i) => `${ridge}: ${figures[i]?.toFixed(3)}`).join('  ')}  EWMA ${aucOf((train) => train.ewma).toFixed(3)}`,
    );
  }
}

/** Every fourth row that is kept: hourly rows say nearly the same. */
function rowsOf(set: RiskExamples, event: Uint8Array, isKept: (hour: number) => boolean): Rows {
  const chosen = [...set.hour.keys()].filter((i) => i % 4 === 0 && isKept(set.hour[i]!));
  const x = new Float64Array(chosen.length * set.width);
  for (const [k, i] of chosen.entries())
    x.set(set.x.subarray(i * set.width, (i + 1) * set.width), k * set.width);
  return { x, event: Uint8Array.from(chosen, (i) => event[i]!) };
}

function fitJoined(parts: readonly Rows[], width: number, ridge: number): readonly number[] {
  const x = new Float64Array(parts.reduce((sum, part) => sum + part.x.length, 0));
  const event = new Uint8Array(x.length / width);
  let row = 0;
  for (const part of parts) {
    x.set(part.x, row * width);
    event.set(part.event, row);
    row += part.event.length;
  }
  return fitShrunkLogistic(x, width, event, ridge);
}
