import { type ComposedPart, cumulant, type LossLaw, outline } from './cumulant.ts';

/** What an answer is wanted for: the ε of a δ, given as its logarithm, or the δ of an ε. */
export type Aim = { readonly logDelta: number } | { readonly epsilon: number };

/** Where a composition is looked at: under which tilt, and between which losses. */
export type CompositionWindow = {
  /** θ ≥ 0: every mass is weighed by exp(θ·loss), so that the losses that matter are the likely ones. */
  readonly theta: number;
  readonly low: number;
  readonly high: number;
  /** P of a composed loss above `high`: at most this. */
  readonly above: number;
  /** The tilted mass of composed losses outside the window: at most this. It comes in on the other side. */
  readonly outside: number;
};

/** The P above the window is at most exp(−20) = 2e-9 of the δ that is looked for. */
const LOG_ABOVE = 20;
/** The tilted mass on either side of the window is at most exp(−28). */
const LOG_OUTSIDE = 28;
/** A tilt is at most this much a grid point. */
const LARGEST_TILT = 16;
const LOG_GENTLE = 6;
const SEARCH_STEPS = 48;

/**
 * Chooses tilt and window by Chernoff bounds. The choice is made on outlines of the distributions, the bounds that
 * are handed back are computed from all of them.
 *
 * @param laws of the parts, whole.
 */
export function chooseWindow(
  parts: readonly ComposedPart[],
  laws: readonly LossLaw[],
  aim: Aim,
): CompositionWindow {
  const outlines = parts.map(({ distribution, times }) => ({ law: outline(distribution), times }));
  const rough = (theta: number) => sum(outlines, ({ law, times }) => times * cumulant(law, theta));
  const exact = (theta: number) =>
    laws.reduce((total, law, index) => total + (parts[index]?.times ?? 0) * cumulant(law, theta), 0);
  const interval = parts[0]?.distribution.interval ?? 1;
  const variance = Math.max(
    interval * interval,
    sum(outlines, ({ law, times }) => times * varianceOf(law)),
  );
  const scale = 1 / Math.sqrt(variance);
  const largest = LARGEST_TILT / interval;
  const [theta, logDelta] = tiltFor(rough, aim, scale, largest);

  const reach = LOG_ABOVE - logDelta;
  const upward = leastOf((t) => (rough(t) + reach) / t, Math.sqrt(2 * reach) * scale, largest);
  const atTilt = exact(theta);
  // The end beyond which the law tilted to θ + step (on the other side: of −step) is at most exp(−28).
  const tiltedEnd = (side: 1 | -1) => {
    const excess = (s: number) => (rough(theta + side * s) - rough(theta) + LOG_OUTSIDE) / s;
    const step = leastOf(excess, Math.sqrt(2 * LOG_OUTSIDE) * scale, largest);
    return (side * (exact(theta + side * step) - atTilt + LOG_OUTSIDE)) / step;
  };
  const edge = (end: 'first' | 'last') =>
    sum(parts, ({ distribution, times }) => times * edgeOf(distribution, end));
  const [bottom, top] = [edge('first'), edge('last')];
  const low = Math.max(bottom, tiltedEnd(-1) - interval);
  const high = Math.min(top, Math.max(tiltedEnd(1), (exact(upward) + reach) / upward) + interval);
  return {
    theta,
    low: low <= high ? low : bottom,
    high,
    above: high === top ? 0 : Math.exp(-reach),
    outside: (low === bottom ? 0 : Math.exp(-LOG_OUTSIDE)) + (high === top ? 0 : Math.exp(-LOG_OUTSIDE)),
  };
}

/** The tilt θ ≥ 0 under which the losses that decide the answer are the mean, and ln of the δ there, roughly. */
function tiltFor(
  rough: (theta: number) => number,
  aim: Aim,
  scale: number,
  largest: number,
): [theta: number, logDelta: number] {
  if ('logDelta' in aim) {
    const want = Math.max(1e-3, -aim.logDelta);
    const theta = leastOf((t) => (rough(t) + want) / t, Math.sqrt(2 * want) * scale, largest);
    return [gentlest(rough, (rough(theta) + want) / theta, theta), aim.logDelta];
  }
  const exponent = (t: number) => rough(t) - t * aim.epsilon;
  const theta = leastOf(exponent, scale, largest);
  const logDelta = exponent(theta);
  // Chernoff bounds are above the δ by about the inverse of θ times a deviation.
  if (logDelta >= -1e-6) return [0, -20];
  return [gentlest(rough, aim.epsilon, theta), Math.max(-700, 2 * logDelta - 10)];
}

/**
 * The least tilt whose Chernoff bound at ε is within a factor exp(6) of that of the best one: the rounding is smaller
 * than δ by far with either, and a steeper tilt, which losses near their largest ask for, leaves nothing to be seen
 * beside its aim.
 */
function gentlest(rough: (theta: number) => number, epsilon: number, best: number): number {
  const bound = (theta: number) => rough(theta) - theta * epsilon;
  const enough = bound(best) + LOG_GENTLE;
  if (enough >= 0) return 0;
  let [low, high] = [0, best];
  for (let step = 0; step < SEARCH_STEPS && high - low > 1e-2 * high; step++) {
    const middle = (low + high) / 2;
    if (bound(middle) <= enough) high = middle;
    else low = middle;
  }
  return high;
}

/** Roughly where a function that falls and then rises on (0, largest] is least: golden section on ln. */
function leastOf(f: (t: number) => number, start: number, largest: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(Math.min(start, largest)) - 12;
  let high = Math.min(Math.log(largest), Math.log(start) + 8);
  if (high <= low) return largest;
  let a = high - ratio * (high - low);
  let b = low + ratio * (high - low);
  let fa = f(Math.exp(a));
  let fb = f(Math.exp(b));
  for (let step = 0; step < SEARCH_STEPS && high - low > 1e-3; step++) {
    if (fa <= fb) {
      high = b;
      b = a;
      fb = fa;
      a = high - ratio * (high - low);
      fa = f(Math.exp(a));
    } else {
      low = a;
      a = b;
      fa = fb;
      b = low + ratio * (high - low);
      fb = f(Math.exp(b));
    }
  }
  return Math.exp((low + high) / 2);
}

function varianceOf({ logMasses, losses }: LossLaw): number {
  let total = 0;
  let mean = 0;
  for (let k = 0; k < losses.length; k++) {
    const mass = Math.exp(logMasses[k]!);
    total += mass;
    mean += mass * losses[k]!;
  }
  mean /= total;
  let variance = 0;
  for (let k = 0; k < losses.length; k++) variance += Math.exp(logMasses[k]!) * (losses[k]! - mean) ** 2;
  return variance / total;
}

function edgeOf({ first, masses, interval }: ComposedPart['distribution'], end: 'first' | 'last'): number {
  return (end === 'first' ? first : first + masses.length - 1) * interval;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}
