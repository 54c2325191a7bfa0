import { refused, requireColumns, requireEvents, requireProbabilities, requireWhole } from './input.ts';

/** Rows whose forecasts lie together: what was said, and how often it happened. */
export type ReliabilityBin = {
  readonly rows: number;
  /** Mean probability told. */
  readonly forecast: number;
  /** Share of the rows with an event. */
  readonly observed: number;
};

export type Calibration = {
  /** The bins that have rows, ascending. */
  readonly bins: readonly ReliabilityBin[];
  /** Σ rows/n · |forecast − observed| over the bins (Naeini et al. 2015). */
  readonly expectedError: number;
  /** The largest |forecast − observed| of a bin. */
  readonly maximumError: number;
};

/** Squared error of each row's probability (Brier 1950). @param event 1 or 0 by row. */
export function brierRows(probability: Float64Array, event: Uint8Array): Float64Array {
  requireColumns({ probability, event });
  requireEvents(event);
  requireProbabilities(probability);
  return probability.map((p, i) => (p - event[i]!) ** 2);
}

/**
 * @param cut `width`: bins of equal width in [0, 1]; `count`: bins of as equal numbers of rows as ties allow, which
 *   tells more of rare events.
 */
export function calibration(
  probability: Float64Array,
  event: Uint8Array,
  { bins = 10, cut = 'width' }: { readonly bins?: number; readonly cut?: 'width' | 'count' } = {},
): Calibration {
  const rows = requireColumns({ probability, event });
  requireEvents(event);
  requireProbabilities(probability);
  requireWhole('bins', bins, 1, 1000);
  if (cut !== 'width' && cut !== 'count') throw refused('cut', String(cut), 'width or count');
  const binOf = cut === 'width' ? widthBins(probability, bins) : countBins(probability, bins);
  const count = new Float64Array(bins);
  const told = new Float64Array(bins);
  const came = new Float64Array(bins);
  for (let i = 0; i < rows; i++) {
    const bin = binOf[i]!;
    count[bin]! += 1;
    told[bin]! += probability[i]!;
    came[bin]! += event[i]!;
  }
  const found = Array.from(count, (n, bin) => ({
    rows: n,
    forecast: told[bin]! / n,
    observed: came[bin]! / n,
  })).filter((bin) => bin.rows > 0);
  const error = (bin: ReliabilityBin) => Math.abs(bin.forecast - bin.observed);
  return {
    bins: found,
    expectedError: found.reduce((sum, bin) => sum + (bin.rows / rows) * error(bin), 0),
    maximumError: Math.max(...found.map(error)),
  };
}

/**
 * The expected error for many resamples of the rows, whose bins stay those of all rows.
 *
 * @returns a function of how often each row is taken.
 */
export function openExpectedError(
  probability: Float64Array,
  event: Uint8Array,
  { bins = 10, cut = 'width' }: { readonly bins?: number; readonly cut?: 'width' | 'count' } = {},
): (times: Uint16Array) => number {
  const rows = requireColumns({ probability, event });
  requireEvents(event);
  requireProbabilities(probability);
  requireWhole('bins', bins, 1, 1000);
  const binOf = cut === 'width' ? widthBins(probability, bins) : countBins(probability, bins);
  return (times) => {
    const gap = new Float64Array(bins);
    let taken = 0;
    for (let i = 0; i < rows; i++) {
      gap[binOf[i]!]! += times[i]! * (probability[i]! - event[i]!);
      taken += times[i]!;
    }
    return gap.reduce((sum, value) => sum + Math.abs(value), 0) / taken;
  };
}

function widthBins(probability: Float64Array, bins: number): Int32Array {
  return Int32Array.from(probability, (p) => Math.min(bins - 1, Math.floor(p * bins)));
}

/** Equal probabilities share a bin. */
function countBins(probability: Float64Array, bins: number): Int32Array {
  const order = Float64Array.from(probability).sort();
  const first = new Map<number, number>();
  for (let k = 0; k < order.length; k++) if (!first.has(order[k]!)) first.set(order[k]!, k);
  return Int32Array.from(probability, (p) => Math.floor(((first.get(p) ?? 0) * bins) / order.length));
}
