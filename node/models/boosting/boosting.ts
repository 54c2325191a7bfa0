import { BallastError } from '../../../protocol/errors.ts';
import { empiricalQuantile } from '../pinball.ts';
import { sigmoid } from '../risk-numbers.ts';
import { binColumns } from './bins.ts';
import { evaluateTree, growTree, type Tree } from './tree.ts';

/** Pinball loss at a level, or log loss of an event of 0 or 1. */
export type BoostingLoss = { readonly kind: 'pinball'; readonly level: number } | { readonly kind: 'log' };

export type BoostingOptions = {
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  /** Shares of rows and columns that each tree is grown on. */
  readonly rowShare: number;
  readonly columnShare: number;
  readonly leafRows: number;
  readonly bins: number;
  readonly ridge: number;
};

/** Sizes of the usual boosted market model: 200 trees of depth 6, rate 0.1, 80 % of rows and of columns. */
export const BOOSTING: BoostingOptions = {
  trees: 200,
  depth: 6,
  learningRate: 0.1,
  rowShare: 0.8,
  columnShare: 0.8,
  leafRows: 20,
  bins: 64,
  ridge: 1,
};

/** Trees whose sum, with the base, is a prediction: a quantile, or a logit. Plain JSON. */
export type TreeEnsemble = {
  readonly loss: BoostingLoss;
  readonly width: number;
  readonly base: number;
  readonly trees: readonly Tree[];
};

/**
 * Gradient boosting over histograms (Friedman 2001; Ke et al. 2017). Leaves of a pinball loss hold the quantile of their
 * residuals, those of a log loss a Newton step. A **local** reference: trees of different nodes have no mean, so that
 * no network can federate them.
 *
 * @param x rows × width, row-major, finite; `y` of each row.
 * @param uniform in [0, 1), seeded: rows and columns are drawn by it, and by nothing else.
 * @throws BallastError `BOOSTING_INPUT`.
 */
export function fitBoosting(
  { x, y, width }: { readonly x: Float64Array; readonly y: Float64Array; readonly width: number },
  loss: BoostingLoss,
  options: BoostingOptions,
  uniform: () => number,
): TreeEnsemble {
  requireOptions(loss, options, x.length / width, y);
  const table = binColumns(x, width, options.bins);
  const { rows } = table;
  const base = baseOf(loss, y);
  const told = new Float64Array(rows).fill(base);
  const slope = new Float64Array(rows);
  const curvature = new Float64Array(rows).fill(1);
  const trees: Tree[] = [];
  for (let k = 0; k < options.trees; k++) {
    derive(loss, y, told, slope, curvature);
    const sample = drawShare(rows, options.rowShare, uniform);
    const columns = drawShare(width, options.columnShare, uniform);
    const tree = growTree(table, { slope, curvature }, sample, [...columns], options, (leaf) =>
      loss.kind === 'pinball'
        ? quantileOfResiduals(leaf, y, told, loss.level)
        : newton(leaf, slope, curvature, options.ridge),
    );
    const shrunk = { ...tree, value: tree.value.map((value) => options.learningRate * value) };
    trees.push(shrunk);
    for (let i = 0; i < rows; i++) told[i]! += evaluateTree(shrunk, x, i * width);
  }
  return { loss, width, base, trees };
}

/** Predictions of rows of inputs: quantiles, or logits. @throws BallastError `BOOSTING_INPUT` for another width. */
export function predictBoosting({ width, base, trees }: TreeEnsemble, x: Float64Array): Float64Array {
  const rows = x.length / width;
  if (!Number.isInteger(rows)) throw invalid('inputs', `${x.length} values`, `rows of ${width}`);
  const out = new Float64Array(rows).fill(base);
  for (const tree of trees) for (let i = 0; i < rows; i++) out[i]! += evaluateTree(tree, x, i * width);
  return out;
}

function baseOf(loss: BoostingLoss, y: Float64Array): number {
  if (loss.kind === 'pinball') return empiricalQuantile(y, loss.level);
  const mean = (y.reduce((sum, value) => sum + value, 0) + 0.5) / (y.length + 1);
  return Math.log(mean / (1 - mean));
}

function derive(
  loss: BoostingLoss,
  y: Float64Array,
  told: Float64Array,
  slope: Float64Array,
  curvature: Float64Array,
): void {
  for (let i = 0; i < y.length; i++) {
    if (loss.kind === 'pinball') slope[i] = told[i]! > y[i]! ? 1 - loss.level : -loss.level;
    else {
      const p = sigmoid(told[i]!);
      slope[i] = p - y[i]!;
      curvature[i] = p * (1 - p);
    }
  }
}

function quantileOfResiduals(rows: Int32Array, y: Float64Array, told: Float64Array, level: number): number {
  return empiricalQuantile(
    Float64Array.from(rows, (i) => y[i]! - told[i]!),
    level,
  );
}

function newton(rows: Int32Array, slope: Float64Array, curvature: Float64Array, ridge: number): number {
  let [g, h] = [0, 0];
  for (const i of rows) {
    g += slope[i]!;
    h += curvature[i]!;
  }
  return -g / (h + ridge);
}

/** ⌈share · count⌉ different numbers below `count`, ascending (selection sampling: Knuth, volume 2, algorithm S). */
function drawShare(count: number, share: number, uniform: () => number): Int32Array {
  const wanted = Math.ceil(share * count);
  const out = new Int32Array(wanted);
  let taken = 0;
  for (let i = 0; taken < wanted; i++) {
    if (share === 1 || uniform() * (count - i) < wanted - taken) out[taken++] = i;
  }
  return out;
}

function requireOptions(
  loss: BoostingLoss,
  { trees, depth, learningRate, rowShare, columnShare, leafRows, ridge }: BoostingOptions,
  rows: number,
  y: Float64Array,
): void {
  const isShare = (value: number) => value > 0 && value <= 1;
  if (y.length !== rows || rows === 0) throw invalid('labels', `${y.length}`, `${rows}, at least 1`);
  const isLabel = (value: number) =>
    loss.kind === 'log' ? value === 0 || value === 1 : Number.isFinite(value);
  const wrong = y.findIndex((value) => !isLabel(value));
  if (wrong !== -1)
    throw invalid(`labels[${wrong}]`, `${y[wrong]}`, loss.kind === 'log' ? '0 or 1' : 'a number');
  if (loss.kind === 'pinball' && !(loss.level > 0 && loss.level < 1))
    throw invalid('level', `${loss.level}`, 'above 0 and below 1');
  if (!(Number.isInteger(trees) && trees >= 1 && trees <= MOST_TREES))
    throw invalid('trees', `${trees}`, `1 to ${MOST_TREES}`);
  if (!(Number.isInteger(depth) && depth >= 1 && depth <= MOST_DEPTH))
    throw invalid('depth', `${depth}`, `1 to ${MOST_DEPTH}`);
  if (!isShare(learningRate)) throw invalid('learningRate', `${learningRate}`, 'above 0, 1 at most');
  if (!isShare(rowShare) || !isShare(columnShare))
    throw invalid('rowShare, columnShare', `${rowShare}, ${columnShare}`, 'above 0, 1 at most');
  if (!(leafRows >= 1 && ridge >= 0))
    throw invalid('leafRows, ridge', `${leafRows}, ${ridge}`, '1 and 0 at least');
}

/** Largest ensemble that is fitted or read. */
export const MOST_TREES = 2_000;
export const MOST_DEPTH = 12;

function invalid(field: string, got: string, expected: string): BallastError {
  return new BallastError('BOOSTING_INPUT', `${field}: got ${got}, expected ${expected}`, {
    metadata: { field },
  });
}
