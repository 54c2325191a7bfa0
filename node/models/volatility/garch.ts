import { minimise } from './nelder-mead.ts';
import {
  requireReturn,
  requireReturns,
  VARIANCE_FLOOR,
  type VolatilityModel,
  type VolatilityState,
} from './volatility.ts';

/** σ²_{t+1} = ω + α r²_t + β σ²_t, with α + β < 1. */
export type GarchParameters = {
  readonly omega: number;
  readonly alpha: number;
  readonly beta: number;
  /** σ² before the first return. */
  readonly start: number;
  readonly horizon: number;
};

/** The most that α + β may be: beyond it the long-run variance is not told from the last one. */
const MAX_PERSISTENCE = 0.9999;

/**
 * GARCH(1,1) (Bollerslev 1986) by Gaussian quasi-maximum likelihood, which finds the parameters whatever the shape of
 * the shocks (Bollerslev and Wooldridge 1992). All three parameters are searched, from two fixed starts.
 */
export function garchVolatility(): VolatilityModel<GarchParameters> {
  return {
    name: 'GARCH(1,1)',
    fit(returns, horizon) {
      requireReturns(returns, 500, horizon);
      const squares = returns.map((value) => value * value);
      const mean = Math.max(VARIANCE_FLOOR, squares.reduce((sum, value) => sum + value, 0) / squares.length);
      const starts = [
        [0.05, 0.93],
        [0.15, 0.7],
      ] as const;
      const [first, second] = starts.map(([alpha, beta]) => {
        const found = minimise(
          (at) => likelihood(squares, mean, parametersAt(at, mean)),
          pointOf(alpha, beta),
        );
        // A second simplex from the first one's end: the first may have collapsed on a slope.
        return minimise((at) => likelihood(squares, mean, parametersAt(at, mean)), found.at, { step: 0.1 });
      });
      const best =
        first !== undefined && !(second !== undefined && second.value < first.value) ? first : second;
      return { ...parametersAt(best?.at ?? pointOf(0.05, 0.93), mean), start: mean, horizon };
    },
    open: (parameters) => new GarchState(parameters),
  };
}

type Coefficients = Pick<GarchParameters, 'omega' | 'alpha' | 'beta'>;

/** Free variables: log of ω over what the mean variance implies, logits of α + β and of α's share in it. */
function parametersAt([level = 0, sum = 0, share = 0]: readonly number[], mean: number): Coefficients {
  const persistence = MAX_PERSISTENCE / (1 + Math.exp(-sum));
  const alpha = persistence / (1 + Math.exp(-share));
  return {
    omega: mean * (1 - persistence) * Math.exp(Math.max(-20, Math.min(20, level))),
    alpha,
    beta: persistence - alpha,
  };
}

function pointOf(alpha: number, beta: number): number[] {
  const persistence = (alpha + beta) / MAX_PERSISTENCE;
  return [0, Math.log(persistence / (1 - persistence)), Math.log(alpha / beta)];
}

/** Half the mean of ln σ² + r²/σ². */
function likelihood(squares: Float64Array, start: number, { omega, alpha, beta }: Coefficients): number {
  let [variance, sum] = [start, 0];
  for (let t = 0; t < squares.length; t++) {
    sum += Math.log(variance) + squares[t]! / variance;
    variance = Math.max(VARIANCE_FLOOR, omega + alpha * squares[t]! + beta * variance);
  }
  return sum / (2 * squares.length);
}

class GarchState implements VolatilityState {
  readonly #parameters: GarchParameters;
  #variance: number;
  #told = 0;

  constructor(parameters: GarchParameters) {
    this.#parameters = parameters;
    this.#variance = parameters.start;
  }

  update(value: number): void {
    requireReturn(value);
    const { omega, alpha, beta } = this.#parameters;
    this.#variance = Math.max(VARIANCE_FLOOR, omega + alpha * value * value + beta * this.#variance);
    this.#told++;
  }

  /** Σ_k E[σ²_{t+k}]: the next one, and its way back to the long-run variance. */
  forecast(): number {
    if (this.#told === 0) return Number.NaN;
    const { omega, alpha, beta, horizon } = this.#parameters;
    const persistence = alpha + beta;
    const longRun = omega / (1 - persistence);
    const weight = (1 - persistence ** horizon) / (1 - persistence);
    return horizon * longRun + weight * (this.#variance - longRun);
  }
}
