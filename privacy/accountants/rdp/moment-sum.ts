import { logBinomials, logExpm1, logSumExp, softplus } from './log-space.ts';

/**
 * log E[(1 − q + q·e^((2x − 1)/(2σ²)))^α] over x ~ N(0, σ²) for an integer order α ≥ 2: the moment whose logarithm is
 * (α − 1) times the Rényi divergence of the sampled Gaussian (Mironov, Talwar and Zhang 2019, section 3.3).
 *
 * The sum is Σ_k C(α, k)·(1 − q)^(α−k)·q^k·(e^((k²−k)/(2σ²)) − 1), plus 1: as the binomial probabilities add up to 1,
 * taking 1 off every factor leaves only positive terms and no digit is lost where the moment is close to 1.
 *
 * @param sigma σ against the sensitivity. @param rate q, above 0 and below 1.
 */
export function integerLogMoment(order: number, sigma: number, rate: number): number {
  const logRate = Math.log(rate);
  const logRest = Math.log1p(-rate);
  const binomials = logBinomials(order);
  const logs: number[] = [];
  for (let k = 0; k <= order; k++) {
    const logBinomial = binomials.next().value;
    if (k < 2) continue;
    const exponent = (k * (k - 1)) / (2 * sigma * sigma);
    logs.push(logBinomial + k * logRate + (order - k) * logRest + logExpm1(exponent));
  }
  return softplus(logSumExp(logs));
}
