import { pinball } from '../pinball.ts';
import { refused, requireColumns, requireQuantiles } from './input.ts';

/** The most members of an ensemble. */
export const MAX_MEMBERS = 10_000;

/**
 * Continuous ranked probability score of each row, in the unit of the actuals: 2 ∫₀¹ ρ_τ(Q(τ), y) dτ (Gneiting and
 * Ranjan 2011, eq. 12), exact for the quantile function that is linear between the levels and constant beyond the
 * outer ones. What lies beyond the outer levels is therefore judged as mass on them.
 *
 * @param quantiles rows × levels, row-major, ascending in a row.
 */
export function crpsOfQuantiles(
  quantiles: Float64Array,
  levels: readonly number[],
  actual: Float64Array,
): Float64Array {
  const rows = requireQuantiles(quantiles, levels, actual);
  const width = levels.length;
  return Float64Array.from({ length: rows }, (_, i) => {
    const at = actual[i]!;
    const first = quantiles[i * width]!;
    const last = quantiles[(i + 1) * width - 1]!;
    let sum =
      segment(0, levels[0] ?? 0, first, first, at) + segment(levels[width - 1] ?? 1, 1, last, last, at);
    for (let q = 1; q < width; q++) {
      const own = i * width + q;
      sum += segment(levels[q - 1] ?? 0, levels[q] ?? 1, quantiles[own - 1]!, quantiles[own]!, at);
    }
    return 2 * sum;
  });
}

/** ∫ ρ_τ(Q(τ), y) dτ over [from, to], Q linear from `low` to `high`: Simpson's rule, exact on either side of y. */
function segment(from: number, to: number, low: number, high: number, at: number): number {
  if (at <= low || at >= high) return simpson(from, to, low, high, at);
  const cut = from + ((to - from) * (at - low)) / (high - low);
  return simpson(from, cut, low, at, at) + simpson(cut, to, at, high, at);
}

function simpson(from: number, to: number, low: number, high: number, at: number): number {
  const middle = pinball((from + to) / 2, (low + high) / 2, at);
  return ((to - from) / 6) * (pinball(from, low, at) + 4 * middle + pinball(to, high, at));
}

/**
 * The same score of ensembles: E|X − y| − ½ E|X − X′| over the members.
 *
 * @param members rows × members, row-major, in any order.
 * @param fair with X ≠ X′ among the members (Ferro 2014), which no longer favours larger ensembles; needs two.
 */
export function crpsOfEnsemble(
  members: Float64Array,
  size: number,
  actual: Float64Array,
  { fair = false }: { readonly fair?: boolean } = {},
): Float64Array {
  const rows = requireColumns({ actual });
  requireColumns({ members });
  if (!Number.isInteger(size) || size < (fair ? 2 : 1) || size > MAX_MEMBERS) {
    throw refused('size', String(size), `${fair ? 2 : 1} to ${MAX_MEMBERS} members`);
  }
  if (members.length !== rows * size) {
    throw refused('members', `${members.length} values`, `${rows} rows of ${size}`);
  }
  return Float64Array.from({ length: rows }, (_, i) => {
    const own = members.slice(i * size, (i + 1) * size).sort();
    let [error, spread] = [0, 0];
    for (let k = 0; k < size; k++) {
      error += Math.abs(own[k]! - actual[i]!);
      // Σ |x_k − x_l| over ordered pairs of a sorted list.
      spread += 2 * (2 * k + 1 - size) * own[k]!;
    }
    return error / size - spread / (2 * size * (fair ? size - 1 : size));
  });
}
