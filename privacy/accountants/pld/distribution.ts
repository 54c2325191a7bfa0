import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { emptyTails, type LossPair, MAX_EXPONENT, type Tails } from './loss-pair.ts';

/**
 * A distribution of the privacy loss on a grid. `upper`: its δ(ε) is nowhere below the pair's that it was made of;
 * `lower`: nowhere above.
 */
export type PrivacyLossDistribution = {
  readonly bound: 'upper' | 'lower';
  /** The step of the grid. */
  readonly interval: number;
  /** masses[k] is P of the loss (first + k)·interval + shift. */
  readonly first: number;
  readonly masses: Float64Array;
  /** P of an infinite loss, what was cut off above included. */
  readonly infinityMass: number;
  /** Added to every loss: what moves the grid, and the rounding of where losses lie, up or down. */
  readonly shift: number;
};

export type GridOptions = {
  readonly interval: number;
  /** ln of the P that may be cut off on either side. */
  readonly logTail: number;
  readonly bound: 'upper' | 'lower';
};

const NEGLIGIBLE = 1e-300;

/** Merged losses this little below a grid point, in steps, count as on it; the shift makes up for it. */
const LEVEL = 2 ** -22;

/** The number of grid points that {@link discretise} would make. */
export function gridPoints(pair: LossPair, options: Omit<GridOptions, 'bound'>): number {
  const [first, last] = gridRange(pair, options);
  return last - first + 1;
}

/**
 * Puts a pair's loss on the grid.
 *
 * `upper` connects the dots of δ (Doroshenko, Ghazi, Kamath, Kumar and Manurangsi 2022, Algorithm 1): the P and Q of
 * the losses between two neighbouring grid points go to these two, both sums kept. As a function of exp(ε), δ is
 * then straight between grid points, where the true one is convex. What lies below the grid is raised to its first
 * point, what lies above counts as infinite.
 *
 * `lower` merges the losses around each grid point into one, ln a/b, which is post-processing, and moves the grid so
 * that the likeliest of them is on it. Outwards from there a share of the next merged loss is merged in that brings
 * the last one to its grid point; where no share does, the loss is lowered to the next grid point. What lies below
 * the grid is dropped, above lowered to its end.
 *
 * Every evaluation error of a and b is turned to the safe side, so the bounds hold for the floating-point numbers.
 */
export function discretise(pair: LossPair, options: GridOptions): PrivacyLossDistribution {
  return options.bound === 'upper' ? connectDots(pair, options) : mergeCells(pair, options);
}

function gridRange(pair: LossPair, { interval, logTail }: Omit<GridOptions, 'bound'>): [number, number] {
  const [low, high] = pair.range(logTail);
  return [Math.floor(pair.lossAt(low) / interval), Math.ceil(pair.lossAt(high) / interval)];
}

function connectDots(pair: LossPair, options: GridOptions): PrivacyLossDistribution {
  const { interval } = options;
  const [first, last] = gridRange(pair, options);
  const masses = new Float64Array(last - first + 1);
  const slack = slackOf(pair, first, last, interval);
  const kept = Math.max(0, 1 - 4 * slack - 8 * UNIT_ROUNDOFF);
  const share = -Math.expm1(-interval);
  const cell = new CellWalk(pair, first * interval);
  masses[0] = cell.pBelow * (1 + cell.error);
  for (let i = first; i < last; i++) {
    const loss = i * interval;
    cell.advance(loss + interval);
    const p = cell.p + cell.pError;
    const q = Math.max(0, cell.q - cell.qError) * kept;
    const up = q > 0 && loss < MAX_EXPONENT ? Math.min(p, Math.max(0, p - q * Math.exp(loss)) / share) : p;
    const k = i - first;
    masses[k] = masses[k]! + (p - up);
    masses[k + 1] = masses[k + 1]! + up;
  }
  const above = cell.pAbove * (1 + cell.error);
  const bounded = pair.largestLoss < Number.POSITIVE_INFINITY;
  if (bounded) masses[last - first] = masses[last - first]! + above;
  const infinityMass = pair.infinityMass + (bounded ? 0 : above + NEGLIGIBLE * masses.length);
  return { bound: 'upper', interval, first, masses, infinityMass, shift: slack };
}

function mergeCells(pair: LossPair, options: GridOptions): PrivacyLossDistribution {
  const { interval } = options;
  const [start, last] = gridRange(pair, options);
  // One point more, for what is lowered from the first.
  const first = start - 1;
  const size = last - first + 1;
  const rounding = slackOf(pair, first, last, interval);
  const raised = 1 + 4 * rounding + 8 * UNIT_ROUNDOFF;
  // P of each cell, and its Q times exp(loss): equal where the merged loss is the grid point.
  const [merged, level] = [new Float64Array(size), new Float64Array(size)];
  let largest = 0;
  const cell = new CellWalk(pair, (first - 0.5) * interval);
  for (let k = 0; k < size; k++) {
    const loss = (first + k) * interval;
    cell.advance(k === size - 1 ? Number.POSITIVE_INFINITY : loss + interval / 2);
    merged[k] = Math.max(0, cell.p - cell.pError);
    level[k] = loss < MAX_EXPONENT ? (cell.q + cell.qError) * raised * Math.exp(loss) : Infinity;
    if (merged[k]! > merged[largest]!) largest = k;
  }
  const aside = Math.log(merged[largest]! / level[largest]!);
  const offset = Math.abs(aside) <= interval / 2 ? aside : 0;
  const masses = lowered(merged, level, largest, Math.exp(offset), interval);
  const shift = offset - rounding - LEVEL * interval;
  return { bound: 'lower', interval, first, masses, infinityMass: pair.infinityMass, shift };
}

/**
 * Merged losses onto grid points that have `raise` for a factor of Q, outwards from one that fits.
 */
function lowered(
  merged: Float64Array,
  level: Float64Array,
  centre: number,
  raise: number,
  interval: number,
): Float64Array {
  const size = merged.length;
  const down = Math.exp(-interval);
  const fits = -Math.expm1(-LEVEL * interval);
  const masses = new Float64Array(size);
  // Upwards losses tend to fall short of their grid points: the next higher ones lend.
  let p = merged[centre]!;
  let q = level[centre]! * raise;
  for (let k = centre; k < size; k++) {
    let nextP = merged[k + 1] ?? 0;
    let nextQ = (level[k + 1] ?? 0) * raise;
    const share = (q - p) / (nextP - nextQ * down);
    if (q - p <= fits * p) masses[k]! += p;
    else if (share >= 0 && share <= 1) {
      masses[k]! += p + share * nextP;
      nextP *= 1 - share;
      nextQ *= 1 - share;
    } else if (k > 0) masses[k - 1]! += p;
    p = nextP;
    q = nextQ;
  }
  // Downwards they tend to pass them: the next lower ones lend.
  p = merged[centre - 1] ?? 0;
  q = (level[centre - 1] ?? 0) * raise;
  for (let k = centre - 1; k >= 0; k--) {
    let nextP = merged[k - 1] ?? 0;
    let nextQ = (level[k - 1] ?? 0) * raise;
    const share = (p - q) / (nextQ / down - nextP);
    if (q - p > fits * p) {
      if (k > 0) masses[k - 1]! += p;
    } else if (share > 0 && share <= 1) {
      masses[k]! += p + share * nextP;
      nextP *= 1 - share;
      nextQ *= 1 - share;
    } else masses[k]! += p;
    p = nextP;
    q = nextQ;
  }
  return masses;
}

function slackOf(pair: LossPair, first: number, last: number, interval: number): number {
  return Math.max(pair.lossError(first * interval), pair.lossError(last * interval));
}

/** The P and Q between boundaries that rise, each with a bound on its error. */
class CellWalk {
  p = 0;
  q = 0;
  pError = 0;
  qError = 0;
  readonly #pair: LossPair;
  #here: Tails = emptyTails();
  #before: Tails = emptyTails();

  constructor(pair: LossPair, loss: number) {
    this.#pair = pair;
    this.#read(loss);
  }

  get pBelow(): number {
    return this.#here.pBelow;
  }

  get pAbove(): number {
    return this.#here.pAbove;
  }

  /** Relative error of both. */
  get error(): number {
    return this.#here.error * UNIT_ROUNDOFF;
  }

  advance(loss: number): void {
    const before = this.#here;
    this.#here = this.#before;
    this.#before = before;
    this.#read(loss);
    const here = this.#here;
    const error = Math.max(here.error, before.error) * UNIT_ROUNDOFF;
    // From the side where the numbers are smaller.
    const pLeft = here.pBelow < before.pAbove;
    this.p = Math.max(0, pLeft ? here.pBelow - before.pBelow : before.pAbove - here.pAbove);
    this.pError = error * (pLeft ? here.pBelow + before.pBelow : before.pAbove + here.pAbove);
    const qLeft = here.qBelow < before.qAbove;
    this.q = Math.max(0, qLeft ? here.qBelow - before.qBelow : before.qAbove - here.qAbove);
    this.qError = error * (qLeft ? here.qBelow + before.qBelow : before.qAbove + here.qAbove);
  }

  #read(loss: number): void {
    const y = loss === Number.POSITIVE_INFINITY ? loss : this.#pair.coordinateOf(loss);
    const out = this.#here;
    if (Number.isFinite(y)) {
      this.#pair.tails(y, out);
      return;
    }
    const total = 1 - this.#pair.infinityMass;
    out.pAbove = y < 0 ? total : 0;
    out.pBelow = total - out.pAbove;
    out.qAbove = out.pAbove;
    out.qBelow = out.pBelow;
    out.error = 4;
  }
}
