import type { Kernels } from '../kernels/kernels.ts';
import { liarCount } from '../options.ts';
import {
  type AggregationResult,
  type AggregationRule,
  defineRule,
  type LeftOut,
  type Rows,
  type RuleCondition,
} from '../rule.ts';
import { trimming } from './coordinate-wise.ts';
import { type IteratedKrum, iteratedKrum } from './iterated-krum.ts';

export type BulyanOptions = {
  /** Liars among the rows. */
  readonly f: number;
};

export const BULYAN_CONDITION: RuleCondition = { text: 'n ≥ 4f + 3', minRows: (f) => 4 * f + 3 };

/**
 * Bulyan over Krum: θ = n − 2f times Krum chooses one of the rows that are left, by its r − f − 2 nearest of the r
 * left; then per coordinate the mean of the β = θ − 2f chosen values nearest to their median.
 *
 * The last choices have fewer rows than Krum's condition asks for: where r − f − 2 falls below 1 (f ≤ 1), one
 * neighbour counts. Two rows that are nearest to each other then tie, and the earlier is taken. Liars may be among
 * those chosen last, but never more than f of θ ≥ 2f + 3.
 *
 * Resists liars that hide in many coordinates a lie too small for any distance: what a coordinate can move is bounded
 * by how far the honest values nearest to its median are apart. Broken by more than f liars, and by fewer than
 * 4f + 3 rows. Within the spread of the honest values f liars still shift it.
 *
 * Source: El Mhamdi, Guerraoui, Rouault, The Hidden Vulnerability of Distributed Learning in Byzantium, 2018,
 * section 4. Choosing by one scoring of all rows instead, as some libraries do, is another rule.
 *
 * @throws {UsageError} RULE_OPTION.
 */
export function bulyan(options: BulyanOptions): AggregationRule {
  const f = liarCount('bulyan', options.f);
  return defineRule({
    name: 'bulyan',
    f,
    condition: BULYAN_CONDITION,
    apply: (rows, { kernels }) => {
      const theta = rows.length - 2 * f;
      const picked = iteratedKrum(kernels.squaredDistances(rows), theta, (r) => r - f - 2);
      return meanOfChosen(rows, kernels, picked, f, theta - 2 * f);
    },
  });
}

/**
 * Bulyan's second part: per coordinate the mean of the `beta` chosen values nearest to the median of the chosen. A
 * chosen row whose values lie strictly outside what is left without the f smallest and f largest, in more than
 * TRIMMED_SHARE_LIMIT of the coordinates, is told of as left out. No one scoring decides, so none is returned.
 */
export function meanOfChosen(
  rows: Rows,
  kernels: Kernels,
  { chosen, scores }: IteratedKrum,
  f: number,
  beta: number,
): AggregationResult {
  const ascending = [...chosen].sort((a, b) => a - b);
  const kept = ascending.map((row) => rows[row] as Float64Array);
  const vector = kernels.meanNearMedian(kept, beta);
  const trimmed = trimming(kept, kernels, f).leftOut.map(({ row, reason }) => ({
    row: ascending[row] as number,
    reason,
  }));
  const isIn = new Set(ascending);
  const beaten: LeftOut[] = [...rows.keys()]
    .filter((row) => !isIn.has(row))
    .map((row) => ({
      row,
      reason: `score ${Number(scores[row]!.toPrecision(6))} when the last of ${chosen.length} rows was chosen`,
    }));
  for (const { row } of trimmed) isIn.delete(row);
  return {
    vector,
    selected: ascending.filter((row) => isIn.has(row)),
    leftOut: [...beaten, ...trimmed].sort((a, b) => a.row - b.row),
  };
}
