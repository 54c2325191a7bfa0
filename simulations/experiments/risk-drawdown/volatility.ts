import { RISK_HORIZON_HOURS } from '../../../node/features/index.ts';
import { type Estimate, estimateRows, qlikeRows } from '../../../node/models/metrics/index.ts';
import {
  ewmaVolatility,
  type FittedVolatility,
  fitVolatility,
  forecastVariances,
  garchVolatility,
  harVolatility,
} from '../../../node/models/volatility/index.ts';
import { joined, type Resampled } from './figures.ts';
import type { SplitAsset } from './perpetuals.ts';

/** Variance forecasts of every asset's test rows, one after the other; each fitted on the asset's own past. */
export function volatilityBaselines(
  assets: readonly SplitAsset[],
): readonly { readonly name: string; readonly variance: Float64Array }[] {
  const told = assets.map(({ market, train, test }) => {
    const { close, startHour } = market;
    const returns = Float64Array.from({ length: close.length - 1 }, (_, t) =>
      Math.log(close[t + 1]! / close[t]!),
    );
    // returns[t] was known at the hour of close t + 1.
    const past = returns.subarray(0, train.hour[train.rows - 1]! - startHour + RISK_HORIZON_HOURS);
    const models: FittedVolatility[] = [
      fitVolatility(ewmaVolatility(), past, RISK_HORIZON_HOURS),
      fitVolatility(harVolatility({ form: 'log' }), past, RISK_HORIZON_HOURS),
      fitVolatility(garchVolatility(), past, RISK_HORIZON_HOURS),
    ];
    return models.map(({ name, open }) => {
      const all = forecastVariances(open(), returns);
      return { name, variance: test.hour.map((hour) => all[hour - startHour - 1]!) };
    });
  });
  const names = told[0]?.map(({ name }) => name) ?? [];
  return names.map((name, k) => ({
    name,
    variance: Float64Array.from(told.flatMap((models) => [...(models[k]?.variance ?? [])])),
  }));
}

/** QLIKE of log volatilities, row by row. */
export function qlikeOf(assets: readonly SplitAsset[], variance: Float64Array): Float64Array {
  const realised = joined(assets, ({ volatility }) => volatility).map((log) => Math.exp(2 * log));
  return qlikeRows(realised, variance);
}

/** 1 − mean loss / mean loss of the other, over the same blocks of hours. */
export function qlikeSkill({ drawn, perRow }: Resampled, loss: Float64Array, other: Float64Array): Estimate {
  const estimate = estimateRows(drawn, (byHour) => {
    const times = perRow(byHour);
    let [own, against] = [0, 0];
    for (let i = 0; i < loss.length; i++) {
      own += times[i]! * loss[i]!;
      against += times[i]! * other[i]!;
    }
    return against > 0 ? 1 - own / against : null;
  });
  if (estimate === null) throw new RangeError('bench: got no loss, expected some');
  return estimate;
}
