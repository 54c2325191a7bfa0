import { ComposedLoss } from './composed-loss.ts';
import { convolveTilted } from './convolve.ts';
import { type ComposedPart, cumulant, wholeLaw } from './cumulant.ts';
import { type Aim, chooseWindow } from './window.ts';

/** Indices beyond this would not be exact. */
const MAX_INDEX = 2 ** 50;

/**
 * The loss of all parts together, looked at near the δ or ε that is aimed for; further off the answers stay on their
 * side, but lose accuracy.
 *
 * @param parts of one bound and one interval.
 * @param maxPoints the longest transform, a power of two.
 * @returns undefined when the window has more points than that: take a coarser interval.
 */
export function composeLosses(
  parts: readonly ComposedPart[],
  aim: Aim,
  maxPoints: number,
): ComposedLoss | undefined {
  const head = parts[0]?.distribution;
  if (head === undefined) throw new RangeError('composeLosses: got no parts, expected at least one');
  const { bound, interval } = head;
  const shift = parts.reduce((sum, { distribution, times }) => sum + times * distribution.shift, 0);
  // Copies with an infinite loss add at most linearly.
  const infinite = parts.reduce(
    (log, { distribution, times }) => log + times * Math.log1p(-distribution.infinityMass),
    0,
  );
  const infinityMass = (0 - Math.expm1(infinite)) * (bound === 'upper' ? 1 + 1e-12 : 1 - 1e-12);
  const common = { bound, interval, shift };
  if (parts.length === 1 && parts[0]?.times === 1) {
    return new ComposedLoss({
      ...common,
      first: head.first,
      tilted: head.masses,
      theta: 0,
      logScale: 0,
      error: 0,
      relativeError: 0,
      wrapped: 0,
      infinityMass,
    });
  }
  const laws = parts.map(({ distribution }) => wholeLaw(distribution));
  const window = chooseWindow(parts, laws, 'epsilon' in aim ? { epsilon: aim.epsilon - shift } : aim);
  const first = Math.floor(window.low / interval);
  const points = Math.ceil(window.high / interval) - first + 1;
  if (!(points <= maxPoints && Math.abs(first) < MAX_INDEX)) return undefined;
  const size = 2 ** Math.max(4, Math.ceil(Math.log2(points)));
  const cumulants = laws.map((law) => cumulant(law, window.theta));
  const { masses, error, logScale, relativeError } = convolveTilted(
    parts,
    window.theta,
    cumulants,
    first,
    size,
  );
  return new ComposedLoss({
    ...common,
    first,
    tilted: masses,
    theta: window.theta,
    logScale,
    error,
    relativeError,
    wrapped: bound === 'lower' ? window.outside : 0,
    infinityMass: bound === 'upper' ? Math.min(1, infinityMass + window.above) : infinityMass,
  });
}
