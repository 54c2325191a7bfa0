import { composeLosses } from './compose.ts';
import { ComposedLoss } from './composed-loss.ts';
import { discretise, gridPoints } from './distribution.ts';
import { emptyTails, type LossPair } from './loss-pair.ts';
import type { Aim } from './window.ts';

export type PldOptions = {
  /** The step of the loss grid. Left out: chosen from the composed loss. It grows where `maxPoints` asks for it. */
  readonly interval?: number;
  /** The most points of one grid and of one transform, a power of two from 2^10 to 2^24; 2^22 where left out. */
  readonly maxPoints?: number;
};

export type PairTimes = { readonly pair: LossPair; readonly times: number };

/** Aimed-at length of a transform, for the finest grid that is worth it. */
const COMFORTABLE_POINTS = 2 ** 17;
/** Grid points for a single release: the grid is made coarser down to 16 steps beyond the first, always beyond the second. */
const COMFORTABLE_CELLS = 2 ** 16;
const MOST_CELLS = 2 ** 20;
/** Steps in a standard deviation of one loss. The error of ε falls with their square. */
const FINEST = 256;
const USUAL = 64;
const COARSEST = 16;
/** Losses above this step are dominated in relative terms; exp stays far from its ends. */
const LARGEST_INTERVAL = 0.5;
/** A grid this coarse holds no loss that a double can. */
const LAST_INTERVAL = 2 ** 1000;

/** The P that may be cut off, all copies together, is at most exp(−15) = 3e-7 of the δ that is looked for. */
const LOG_CUT = 15;

/**
 * Composes pairs on a grid that suits them: its step is a fraction of the standard deviation of an average loss,
 * since connecting dots adds at most a variance of step²/6 a release; coarser where the points do not suffice.
 */
export function composePairs(
  pairs: readonly PairTimes[],
  aim: Aim,
  bound: 'upper' | 'lower',
  options: PldOptions,
): ComposedLoss {
  const maxPoints = options.maxPoints ?? 2 ** 22;
  const times = pairs.reduce((sum, pair) => sum + pair.times, 0);
  const logDelta = 'logDelta' in aim ? aim.logDelta : -45;
  const logTail = Math.max(-690, logDelta - LOG_CUT - Math.log(times));
  const deviation = Math.sqrt(
    pairs.reduce((sum, { pair, times: n }) => sum + (n / times) * variance(pair), 0),
  );
  let interval = options.interval ?? chosenInterval(pairs, deviation, times, logTail);
  while (interval < LAST_INTERVAL) {
    const grid = { interval, logTail };
    if (pairs.every(({ pair }) => gridPoints(pair, grid) <= Math.min(maxPoints, MOST_CELLS))) {
      const parts = pairs.map(({ pair, times: n }) => ({
        distribution: discretise(pair, { ...grid, bound }),
        times: n,
      }));
      const composed = composeLosses(parts, aim, maxPoints);
      if (composed !== undefined) return composed;
    }
    interval *= 2;
  }
  return nothingKnown(bound);
}

/** What holds of any loss. */
function nothingKnown(bound: 'upper' | 'lower'): ComposedLoss {
  return new ComposedLoss({
    bound,
    interval: 1,
    first: 0,
    tilted: new Float64Array(1),
    theta: 0,
    logScale: 0,
    error: 0,
    relativeError: 0,
    wrapped: 0,
    infinityMass: bound === 'upper' ? 1 : 0,
    shift: 0,
  });
}

function chosenInterval(
  pairs: readonly PairTimes[],
  deviation: number,
  times: number,
  logTail: number,
): number {
  let fineness = Math.min(FINEST, Math.max(USUAL, COMFORTABLE_POINTS / (16 * Math.sqrt(times))));
  const intervalFor = (steps: number) => powerBelow(Math.min(LARGEST_INTERVAL, deviation / steps));
  const tooMany = () => {
    const interval = intervalFor(fineness);
    return pairs.some(({ pair }) => gridPoints(pair, { interval, logTail }) > COMFORTABLE_CELLS);
  };
  while (fineness > COARSEST && tooMany()) fineness /= 2;
  return intervalFor(fineness);
}

/** The largest power of two that is not above the value: grids of powers of two nest, and simple losses lie on them. */
function powerBelow(value: number): number {
  return 2 ** Math.floor(Math.log2(value));
}

const VARIANCE_CELLS = 1000;

/** The variance of the finite loss under P, roughly and above 0: it only chooses the grid. */
function variance(pair: LossPair): number {
  const [low, high] = pair.range(-45);
  const margin = 1e-6 * (high - low);
  const width = (high - low + 2 * margin) / VARIANCE_CELLS;
  const tails = emptyTails();
  let total = 0;
  let mean = 0;
  let squares = 0;
  pair.tails(low - margin, tails);
  let { pAbove, pBelow } = tails;
  for (let k = 1; k <= VARIANCE_CELLS; k++) {
    const end = low - margin + k * width;
    pair.tails(end, tails);
    const mass = tails.pBelow < pAbove ? tails.pBelow - pBelow : pAbove - tails.pAbove;
    const loss = pair.lossAt(end - width / 2);
    ({ pAbove, pBelow } = tails);
    if (!(mass > 0)) continue;
    total += mass;
    const off = loss - mean;
    mean += (off * mass) / total;
    squares += off * (loss - mean) * mass;
  }
  const cell = (pair.lossAt(high) - pair.lossAt(low)) / VARIANCE_CELLS;
  return Math.max(total > 0 ? squares / total : 0, cell * cell * 1e-4, Number.MIN_VALUE);
}
