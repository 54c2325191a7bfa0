import {
  forecastVariances,
  realisedVariances,
  refused,
  requireReturn,
  requireReturns,
  VARIANCE_FLOOR,
  type VolatilityModel,
  type VolatilityState,
} from './volatility.ts';

/** σ²_t = σ²_{t−1} + a (r²_t − σ²_{t−1}), a = 1 − 2^(−1/halfLife); `gain` undoes what it is off by on average. */
export type EwmaParameters = { readonly halfLife: number; readonly gain: number; readonly horizon: number };

/** Half-lives in steps that a fit chooses among. */
const EWMA_HALF_LIVES = [6, 12, 24, 48, 96, 168, 336] as const;

/**
 * Exponentially weighted variance (RiskMetrics 1996). The fit takes the half-life with the least QLIKE on the returns
 * themselves, unless one is given.
 */
export function ewmaVolatility({
  halfLife,
}: {
  readonly halfLife?: number;
} = {}): VolatilityModel<EwmaParameters> {
  if (halfLife !== undefined && !(halfLife > 0 && halfLife < 1e6)) {
    throw refused('halfLife', halfLife, 'steps above 0');
  }
  const open = (parameters: EwmaParameters) => new EwmaState(parameters);
  return {
    name: 'EWMA',
    fit(returns, horizon) {
      requireReturns(returns, 4 * horizon + 100, horizon);
      const realised = realisedVariances(returns, horizon);
      let best: EwmaParameters = { halfLife: halfLife ?? EWMA_HALF_LIVES[0], gain: 1, horizon };
      let least = Number.POSITIVE_INFINITY;
      for (const candidate of halfLife === undefined ? EWMA_HALF_LIVES : [halfLife]) {
        const forecast = forecastVariances(open({ halfLife: candidate, gain: 1, horizon }), returns);
        const { gain, loss } = scaledQlike(forecast, realised);
        if (loss < least) {
          least = loss;
          best = { halfLife: candidate, gain, horizon };
        }
      }
      return best;
    },
    open,
  };
}

/** The factor on forecasts that makes QLIKE least, and the QLIKE with it (up to a constant of the returns). */
function scaledQlike(forecast: Float64Array, realised: Float64Array): { gain: number; loss: number } {
  let [ratios, logs, rows] = [0, 0, 0];
  for (let t = 100; t < forecast.length; t++) {
    if (!(realised[t]! > 0) || !(forecast[t]! > 0)) continue;
    ratios += realised[t]! / forecast[t]!;
    logs += Math.log(realised[t]! / forecast[t]!);
    rows++;
  }
  const gain = rows === 0 ? 1 : ratios / rows;
  return { gain, loss: rows === 0 ? 0 : Math.log(gain) - logs / rows };
}

class EwmaState implements VolatilityState {
  readonly #weight: number;
  readonly #factor: number;
  #variance = Number.NaN;

  constructor({ halfLife, gain, horizon }: EwmaParameters) {
    this.#weight = 1 - 2 ** (-1 / halfLife);
    this.#factor = gain * horizon;
  }

  update(value: number): void {
    requireReturn(value);
    const square = value * value;
    if (Number.isNaN(this.#variance)) this.#variance = square;
    else this.#variance += this.#weight * (square - this.#variance);
  }

  forecast(): number {
    return this.#factor * Math.max(VARIANCE_FLOOR, this.#variance);
  }
}
