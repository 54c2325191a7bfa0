import { leastSquares } from './least-squares.ts';
import {
  realisedVariances,
  refused,
  requireReturn,
  requireReturns,
  VARIANCE_FLOOR,
  type VolatilityModel,
  type VolatilityState,
} from './volatility.ts';

/** Mean realised variance of a step over each window, then of the horizon: c + Σ b · window, or so in logarithms. */
export type HarParameters = {
  readonly form: 'level' | 'log';
  readonly windows: readonly number[];
  /** Constant and one coefficient a window. */
  readonly coefficients: readonly number[];
  /** Level: least forecast of a step. Log: residual variance, half of which turns the median into the mean. */
  readonly least: number;
  readonly residualVariance: number;
  readonly horizon: number;
};

/** Hours of a day, a week and a month. */
const HAR_WINDOWS = [24, 168, 720] as const;
/** The longest window, steps. */
export const MAX_WINDOW = 8784;

/**
 * Heterogeneous autoregression of realised variance (Corsi 2009), by least squares on the horizon itself. The level
 * form is held above the least variance that was seen; the log form returns the mean of a log-normal.
 *
 * @param windows steps, ascending.
 */
export function harVolatility({
  form,
  windows = HAR_WINDOWS,
}: {
  readonly form: 'level' | 'log';
  readonly windows?: readonly number[];
}): VolatilityModel<HarParameters> {
  const sound = windows.every((w, i) => Number.isInteger(w) && w > (windows[i - 1] ?? 0) && w <= MAX_WINDOW);
  if (windows.length < 1 || windows.length > 8 || !sound) {
    throw refused('windows', windows.length, `1 to 8 ascending numbers of steps up to ${MAX_WINDOW}`);
  }
  const longest = windows.at(-1) ?? 1;
  return {
    name: form === 'log' ? 'HAR-RV, log' : 'HAR-RV',
    fit(returns, horizon) {
      requireReturns(returns, longest + horizon + 10 * (windows.length + 1), horizon);
      const inputs = new RollingVariances(windows);
      const realised = realisedVariances(returns, horizon);
      const width = windows.length + 1;
      const x: number[] = [];
      const y: number[] = [];
      let least = Number.POSITIVE_INFINITY;
      for (let t = 0; t < returns.length; t++) {
        inputs.update(returns[t]!);
        if (!inputs.isFull || Number.isNaN(realised[t]!)) continue;
        const target = Math.max(VARIANCE_FLOOR, realised[t]! / horizon);
        least = Math.min(least, target);
        x.push(1, ...inputs.means().map((mean) => (form === 'log' ? Math.log(mean) : mean)));
        y.push(form === 'log' ? Math.log(target) : target);
      }
      const { coefficients, residualVariance } = leastSquares(x, y, width);
      return { form, windows: [...windows], coefficients, least, residualVariance, horizon };
    },
    open: (parameters) => new HarState(parameters),
  };
}

class HarState implements VolatilityState {
  readonly #parameters: HarParameters;
  readonly #inputs: RollingVariances;

  constructor(parameters: HarParameters) {
    this.#parameters = parameters;
    this.#inputs = new RollingVariances(parameters.windows);
  }

  update(value: number): void {
    requireReturn(value);
    this.#inputs.update(value);
  }

  forecast(): number {
    if (!this.#inputs.isFull) return Number.NaN;
    const { form, coefficients, least, residualVariance, horizon } = this.#parameters;
    const [constant = 0, ...slopes] = coefficients;
    const means = this.#inputs.means();
    const sum = slopes.reduce((total, slope, i) => {
      const mean = means[i] ?? 0;
      return total + slope * (form === 'log' ? Math.log(mean) : mean);
    }, constant);
    return horizon * (form === 'log' ? Math.exp(sum + residualVariance / 2) : Math.max(least, sum));
  }
}

/** Mean r² over the last steps of each window, not below the floor. */
class RollingVariances {
  readonly #windows: readonly number[];
  readonly #squares: Float64Array;
  readonly #sums: Float64Array;
  #told = 0;

  constructor(windows: readonly number[]) {
    this.#windows = windows;
    this.#squares = new Float64Array(windows.at(-1) ?? 1);
    this.#sums = new Float64Array(windows.length);
  }

  get isFull(): boolean {
    return this.#told >= this.#squares.length;
  }

  update(value: number): void {
    const size = this.#squares.length;
    const square = value * value;
    for (const [i, window] of this.#windows.entries()) {
      const leaving = this.#told >= window ? this.#squares[(this.#told - window) % size]! : 0;
      this.#sums[i]! += square - leaving;
    }
    this.#squares[this.#told % size] = square;
    this.#told++;
    // Rounding errors of the running sums are swept away once a lap.
    if (this.#told % size === 0) this.#recount();
  }

  means(): number[] {
    return this.#windows.map((window, i) => Math.max(VARIANCE_FLOOR, this.#sums[i]! / window));
  }

  #recount(): void {
    const size = this.#squares.length;
    for (const [i, window] of this.#windows.entries()) {
      let sum = 0;
      for (let k = size - window; k < size; k++) sum += this.#squares[k]!;
      this.#sums[i] = sum;
    }
  }
}
