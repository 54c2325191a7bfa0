import type { BinnedTable } from './bins.ts';

/** One regression tree. Node 0 is the root; the children of node i are `left[i]` and `left[i] + 1`, 0 at a leaf. */
export type Tree = {
  /** Column that a node asks for. */
  readonly column: readonly number[];
  /** Rows at or below it go left. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  /** What a leaf adds. */
  readonly value: readonly number[];
};

export type GrowthOptions = {
  readonly depth: number;
  /** Fewest rows of a leaf. */
  readonly leafRows: number;
  /** Added to the curvature of a leaf (ridge). */
  readonly ridge: number;
};

/** Slopes and curvatures of the loss in each row's prediction. */
export type Derivatives = { readonly slope: Float64Array; readonly curvature: Float64Array };

/**
 * Grows a tree level by level over histograms of slopes and curvatures; a split is the one of the largest gain
 * ½(G_l²/(H_l+λ) + G_r²/(H_r+λ) − G²/(H+λ)) (Chen and Guestrin 2016, equation 7), the first column and the lowest edge
 * among equals.
 *
 * @param sample rows to grow on; reordered so that each leaf's rows stand together.
 * @param columns that may be split.
 * @param leafValue what a leaf of these rows of the sample adds; −G/(H+λ) where left out.
 */
export function growTree(
  table: BinnedTable,
  { slope, curvature }: Derivatives,
  sample: Int32Array,
  columns: readonly number[],
  { depth, leafRows, ridge }: GrowthOptions,
  leafValue?: (rows: Int32Array) => number,
): Tree {
  const tree = {
    column: [] as number[],
    threshold: [] as number[],
    left: [] as number[],
    value: [] as number[],
  };
  const add = (): number => {
    tree.column.push(0);
    tree.threshold.push(0);
    tree.left.push(0);
    return tree.value.push(0) - 1;
  };
  const score = (g: number, h: number) => (g * g) / (h + ridge);
  const g = new Float64Array(256);
  const h = new Float64Array(256);
  const n = new Int32Array(256);
  const spare = new Int32Array(sample.length);

  const bestSplit = (from: number, to: number, sumG: number, sumH: number) => {
    const best = { gain: 1e-12, column: -1, edge: 0 };
    for (const j of columns) {
      const edges = table.edges[j]!;
      if (edges.length === 0) continue;
      g.fill(0, 0, edges.length + 1);
      h.fill(0, 0, edges.length + 1);
      n.fill(0, 0, edges.length + 1);
      const offset = j * table.rows;
      for (let k = from; k < to; k++) {
        const i = sample[k]!;
        const b = table.bin[offset + i]!;
        g[b]! += slope[i]!;
        h[b]! += curvature[i]!;
        n[b]!++;
      }
      let [gl, hl, nl] = [0, 0, 0];
      for (let b = 0; b < edges.length; b++) {
        gl += g[b]!;
        hl += h[b]!;
        nl += n[b]!;
        if (nl < leafRows) continue;
        if (to - from - nl < leafRows) break;
        const gain = score(gl, hl) + score(sumG - gl, sumH - hl) - score(sumG, sumH);
        if (gain > best.gain) Object.assign(best, { gain, column: j, edge: b });
      }
    }
    return best;
  };

  /** Rows of the left child first, in the order that they had. */
  const partition = (from: number, to: number, column: number, edge: number): number => {
    const offset = column * table.rows;
    let [at, right] = [from, 0];
    for (let k = from; k < to; k++) {
      const i = sample[k]!;
      if (table.bin[offset + i]! <= edge) sample[at++] = i;
      else spare[right++] = i;
    }
    sample.set(spare.subarray(0, right), at);
    return at;
  };

  let open = [{ node: add(), from: 0, to: sample.length }];
  for (let level = 0; open.length > 0; level++) {
    const next: typeof open = [];
    for (const { node, from, to } of open) {
      let [sumG, sumH] = [0, 0];
      for (let k = from; k < to; k++) {
        sumG += slope[sample[k]!]!;
        sumH += curvature[sample[k]!]!;
      }
      const split =
        level < depth && to - from >= 2 * leafRows
          ? bestSplit(from, to, sumG, sumH)
          : { column: -1, edge: 0 };
      if (split.column === -1) {
        tree.value[node] =
          leafValue === undefined ? -sumG / (sumH + ridge) : leafValue(sample.subarray(from, to));
        continue;
      }
      const middle = partition(from, to, split.column, split.edge);
      tree.column[node] = split.column;
      tree.threshold[node] = table.edges[split.column]![split.edge]!;
      const left = add();
      tree.left[node] = left;
      next.push({ node: left, from, to: middle }, { node: add(), from: middle, to });
    }
    open = next;
  }
  return tree;
}

/** What a tree adds to one row of inputs. */
export function evaluateTree(tree: Tree, x: Float64Array, offset: number): number {
  let node = 0;
  while (tree.left[node]! !== 0) {
    node = tree.left[node]! + (x[offset + tree.column[node]!]! <= tree.threshold[node]! ? 0 : 1);
  }
  return tree.value[node]!;
}
