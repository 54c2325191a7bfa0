import { BoundedCache } from '../../../protocol/cache.ts';
import { quadratureLogMoment } from './moment-quadrature.ts';
import { fractionalLogMoment } from './moment-series.ts';
import { integerLogMoment } from './moment-sum.ts';

/** How far the divergence below may be off, relatively; the tests confirm a tenth of it. */
export const MOMENT_ERROR = 1e-10;

/** What a series must promise to be taken. */
const SERIES_TOLERANCE = 2e-11;

/** Some twenty mechanisms at all default orders. */
const KEPT = 4_096;
/** Whoever projects or calibrates asks for the same mechanism again and again; it costs some 60 ms at all orders. */
const known = new BoundedCache<number>(KEPT);

/** A rate below is taken for this one: that charges more, and nothing that could be seen. */
const LEAST_RATE = 1e-100;

/**
 * The Rényi divergence of order α of a Gaussian sum in which the one unit that differs takes part with probability q:
 * (1 − q)·N(0, σ²) + q·N(1, σ²) against N(0, σ²), the larger of the two directions (Mironov, Talwar and Zhang 2019,
 * Theorem 5).
 *
 * Exact to a relative 1e-10, which is added, so that it is never below the truth. By the binomial sum for integer
 * orders, by the signed series for the others, and by quadrature where the series would lose digits (a moment close to
 * 1: much noise or a small rate) or be slow (orders near 1); where none of them can be had (hardly any noise), the
 * divergence without sampling, which is no less.
 *
 * @param order above 1. @param sigma σ against the sensitivity. @param rate q, from 0 to 1.
 */
export function sampledGaussianDivergence(order: number, sigma: number, rate: number): number {
  if (rate === 0) return 0;
  if (order === Number.POSITIVE_INFINITY) return order;
  if (rate === 1) return unsampled(order, sigma);
  const q = Math.max(rate, LEAST_RATE);
  const key = `${order}/${sigma}/${q}`;
  const earlier = known.get(key);
  if (earlier !== undefined) return earlier;
  const divergence = divergenceOf(order, sigma, q);
  known.set(key, divergence, 1);
  return divergence;
}

function divergenceOf(order: number, sigma: number, q: number): number {
  const logMoment = Number.isInteger(order)
    ? integerLogMoment(order, sigma, q)
    : (fractionalLogMoment(order, sigma, q, SERIES_TOLERANCE) ?? quadratureLogMoment(order, sigma, q));
  const plain = unsampled(order, sigma);
  return logMoment === undefined ? plain : Math.min(plain, (logMoment / (order - 1)) * (1 + MOMENT_ERROR));
}

function unsampled(order: number, sigma: number): number {
  return (order / (2 * sigma * sigma)) * (1 + MOMENT_ERROR);
}
