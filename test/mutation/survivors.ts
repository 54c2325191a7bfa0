/** Mutants that no test can kill, since they compute the same. */
export type Survivor = {
  /** One file; all files where left out. */
  readonly path?: string;
  /** The mutated line, trimmed, or what it looks like. */
  readonly code: string | RegExp;
  readonly change: string | RegExp;
  /** Which of the same changes in the same line of code, from 1; all of them where left out. */
  readonly nth?: number;
  readonly reason: string;
};

const BEHIND = 'one step more reads or writes behind the end of typed arrays, where nothing is';
const EMPTY = 'for the last rows the inner loop has no step';
const SAME_AT_BOUND = 'at the bound both ways give the same number';

/** Every survivor, reviewed. One that a test kills after all must go from the list. */
export const SURVIVORS: readonly Survivor[] = [
  {
    code: /^for \(let (\w) = 0; \1 < (\w+)\.length; \1\+\+\) \2\[\1\] = [^;]*;$/,
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/averaging/fednova.ts',
    code: 'total += weight;',
    change: '+= → -=',
    reason: 'the sum of the weights divides twice, so that its sign cancels',
  },
  {
    path: 'aggregation/averaging/q-fedavg.ts',
    code: 'for (const loss of losses) if (loss > largest) largest = loss;',
    change: '> → >=',
    reason: 'of two equal losses either is the largest',
  },
  {
    path: 'aggregation/compose.ts',
    code: 'if (high > Number.MAX_SAFE_INTEGER) return undefined;',
    change: '> → >=',
    reason: 'high is a power of two and that number is not',
  },
  {
    path: 'aggregation/kernels/bounded-means.ts',
    code: 'for (let k = 0; k < mean.length; k++) {',
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/kernels/columns.ts',
    code: 'for (let start = 0; start < d; start += TILE) {',
    change: '< → <=',
    reason: 'a tile that begins at d has no column',
  },
  {
    path: 'aggregation/kernels/columns.ts',
    code: 'const width = Math.min(TILE, d - start);',
    change: '- → +',
    reason: 'columns behind the last are visited too; what a visit writes for them is lost',
  },
  {
    path: 'aggregation/kernels/columns.ts',
    code: /^for \(let c = 0; c < width; c\+\+\) tile/,
    change: '< → <=',
    reason: 'the first value of a column that is not visited, or is written again before it is',
  },
  {
    path: 'aggregation/kernels/columns.ts',
    code: /^for \(let c = 0; c < width; c\+\+\) tile/,
    change: '+ → -',
    nth: 3,
    reason: 'a −0 that is left is added onto 0, by every visit, before it can be seen',
  },
  {
    path: 'aggregation/robust/caf.ts',
    code: 'if (variance < best.variance) best = { variance, weights: current };',
    change: '< → <=',
    reason: 'no two steps have the same variance: none in a million cases of few whole numbers',
  },
  {
    path: 'aggregation/robust/caf.ts',
    code: 'return factor < LEAST_FACTOR ? 0 : weight * factor;',
    change: '< → <=',
    reason: 'a factor of exactly the least that counts is not known to occur',
  },
  {
    path: 'aggregation/robust/clipped-pull.ts',
    code: 'return distance > radius ? radius / distance : 1;',
    change: '> → >=',
    reason: SAME_AT_BOUND,
  },
  {
    path: 'aggregation/robust/dnc.ts',
    code: 'const weights = new Float64Array(rows.length).fill(1);',
    change: '1 → 2',
    reason: 'all weights times a power of two are the same weights, to the bit',
  },
  {
    path: 'aggregation/robust/fltrust.ts',
    code: 'apply: (rows, { reference = new Float64Array(rows[0]?.length ?? 0) }) => {',
    change: '0 → 1',
    reason: 'a reference is needed: its default is there for the type alone',
  },
  {
    path: 'aggregation/robust/foolsgold.ts',
    code: 'return difference < SAME ? 0 : difference;',
    change: '< → <=',
    reason: 'a difference of exactly 2^−30 is not known to occur',
  },
  {
    path: 'aggregation/robust/foolsgold.ts',
    code: /^const vector = total === 0 \? new Float64Array\(rows\[0\]/,
    change: '0 → 1',
    reason: 'a single row has weight 1, so that there are two rows, of one length, where the total is 0',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: 'const OPTIMAL = 1 + 1e-12;',
    change: '+ → -',
    reason: 'it differs where ‖R‖ is the number of rows on the point to 1e−12, which rounding decides',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: 'return on > 0 && lengthOf(view.pull) <= on * OPTIMAL;',
    change: /^(?:<= → <|\* → \/)$/,
    reason: 'it differs where ‖R‖ is the number of rows on the point to 1e−12, which rounding decides',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: 'return on > 0 && lengthOf(view.pull) <= on * OPTIMAL;',
    change: '> → >=',
    reason: 'off all rows the pull is then 0, and the next line returns the same point',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: /^if \(!?\(?sumOf\(\w+\.view\.distances\) < sumOf\(\w*\.?view\.distances\)\)/,
    change: '< → <=',
    reason: 'two points with the same sum of distances, to the bit, are not known to occur',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: 'if (!isOnRow && ratio >= 0.5 && ratio < 1) {',
    change: '>= → >',
    reason: 'a ratio of exactly a half is not known to occur',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: /^if \(countOn\(fromEnd\) === 0 && length <= /,
    change: '<= → <',
    reason: 'a pull of exactly half the last is not known to occur',
  },
  {
    path: 'aggregation/robust/geometric-median-search.ts',
    code: 'for (let doublings = 0; doublings < MAX_DOUBLINGS; doublings++) {',
    change: /^(?:0 → 1|< → <=|index - 1)$/,
    reason: 'the sum rises again long before: the bound only makes the end certain',
  },
  {
    path: 'aggregation/robust/geometric-median.ts',
    code: 'if (iteration > 0) view = viewFrom(rows, point, smoothing);',
    change: '> → >=',
    reason: 'the same view is taken once more',
  },
  {
    path: 'aggregation/robust/mda.ts',
    code: 'if (work <= MDA_WORK_LIMIT) return;',
    change: '<= → <',
    reason: 'no n and f come to exactly the limit',
  },
  {
    path: 'aggregation/robust/signguard.ts',
    code: 'const d = rows[0]?.length ?? 0;',
    change: '0 → 1',
    reason: 'a single row is the largest cluster whatever its signs are counted as',
  },
  {
    path: 'aggregation/robust/signguard.ts',
    code: 'else if (value < 0) negative++;',
    change: '< → >=',
    reason: 'zeros and negatives change places in every count, and the distances between counts stay',
  },
  {
    path: 'aggregation/robust/tightest-subset.ts',
    code: 'let high = candidates.length - 1;',
    change: /^(?:- → \+|1 → 0)$/,
    reason: 'a place behind the largest distance leaves no pair too far, so that the search goes on below it',
  },
  {
    path: 'aggregation/robust/tightest-subset.ts',
    code: 'for (let i = 0; i < n && kept.length < size; i++) {',
    change: '< → <=',
    nth: 1,
    reason: 'as many rows as are wanted are kept before the last was looked at, or with it',
  },
  {
    path: 'aggregation/robust/tightest-subset.ts',
    code: 'for (let j = 0; j < n; j++) {',
    change: /^(?:0 → 1|< → <=)$/,
    reason: 'row 0 is no longer open when a later row is looked at, and there is no row n',
  },
  {
    path: 'aggregation/robust/tightest-subset.ts',
    code: 'while (2 ** halvings < pairs) halvings++;',
    change: '< → <=',
    reason: 'of the numbers of pairs only 1 is a power of two',
  },
  {
    path: 'aggregation/kernels/principal-direction.ts',
    code: 'if (!(value > 0)) return none;',
    change: '> → >=',
    reason: 'rows that differ have a variance above 0, and others were told apart before',
  },
  {
    path: 'aggregation/kernels/principal-direction.ts',
    code: 'for (let j = 0; j < n; j++) sum += gram[i * n + j]! * roots[j]! * vector[j]!;',
    change: '+= → -=',
    reason: 'the sum is squared',
  },
  {
    path: 'aggregation/kernels/pull.ts',
    code: 'for (let start = 0; start < d; start += TILE) {',
    change: '< → <=',
    reason: 'a tile that begins at d has no column',
  },
  {
    path: 'aggregation/kernels/pull.ts',
    code: /^for \(let i = 0; i < whole; i \+= TOGETHER\)/,
    change: 'index - 1',
    nth: 1,
    reason: 'i and whole are multiples of four',
  },
  {
    path: 'aggregation/kernels/dots-with.ts',
    code: 'for (let k = 0; k < whole; k += 4) {',
    change: 'index - 1',
    nth: 1,
    reason: 'k and whole are multiples of four',
  },
  {
    path: 'aggregation/robust/tightest-subset.ts',
    code: 'without[i] = 0;',
    change: 'index - 1',
    reason: 'all rows too far from a row that is kept are dropped: whether it stays open says nothing more',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'if (total > 2 * budget * degree) return false;',
    change: '2 → 3',
    reason: 'it only gives up later',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'if (degree <= 2) return coverOfPaths(edges, open, degrees) <= budget;',
    change: /^(?:<= → <|2 → 1)$/,
    nth: 1,
    reason: 'to branch finds the same as to count, only slower',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'for (let j = 0; j < open.length; j++) if (edges[most]![j] === 1) rest[j] = 0;',
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/kernels/sorting-network.ts',
    code: 'while (top * 2 < n) top *= 2;',
    change: /^(?:\* → \/|< → <=|2 → 1)$/,
    reason: 'a larger beginning only adds passes without a pair',
  },
  {
    path: 'aggregation/kernels/mean-shift.ts',
    code: 'const SLACK = 1 + 2 ** -30;',
    change: '2 → 3',
    reason: 'any small slack outweighs the rounding of means of whole numbers',
  },
  {
    path: 'aggregation/kernels/mean-shift.ts',
    code: 'if (kept.every((better) => squared(better, mode) > reach)) kept.push(mode);',
    change: '> → >=',
    reason: 'with the slack no distance is exactly the reach',
  },
  {
    path: 'aggregation/kernels/mean-shift.ts',
    code: 'return clusters.filter((cluster) => cluster.length > 0);',
    change: '> → >=',
    reason: 'an empty cluster has no row that passes, and is never the largest',
  },
  {
    path: 'aggregation/kernels/weighted-sum.ts',
    code: 'for (let start = 0; start < d; start += TILE) {',
    change: '< → <=',
    reason: 'a tile that begins at d has no column',
  },
  {
    path: 'aggregation/kernels/weighted-sum.ts',
    code: 'for (let k = start; k < end; k++) sum[k] = sum[k]! / divisor;',
    change: '< → <=',
    reason: 'one step more divides a 0 that nothing was added to yet, or what is not there',
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) visit(i, j, values[pair++]!);',
    change: /^(< → <=|index - 1)$/,
    nth: 1,
    reason: EMPTY,
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'return pairIndex(n, to, to + 1) - pairIndex(n, from, from + 1);',
    change: '- → +',
    reason: 'the only group here begins with pair 0; those of threads are tested beside them',
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'for (let pair = 0; pair < values.length; pair++) {',
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'for (let start = 0; start < d; start += TILE) {',
    change: '< → <=',
    reason: 'a tile that begins at d has no column',
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'const d = rows[0]?.length ?? 0;',
    change: '0 → 1',
    reason: 'without rows there is no pair',
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: 'for (let i = from; i < to; i++) {',
    change: /^(< → <=|index - 1)$/,
    reason: EMPTY,
  },
  {
    path: 'aggregation/kernels/squared-distances.ts',
    code: /^for \(let j = row \+ 1; j < n; j\+\+\) result/,
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/kernels/near-median.ts',
    code: 'let high = n - 1;',
    change: /^(1 → 0|- → \+)$/,
    reason: 'what is not there is not nearer than anything, so that the window narrows to the values first',
  },
  {
    path: 'aggregation/kernels/natural-log.ts',
    code: 'for (; m > SQRT2; k++) m /= 2;',
    change: '> → >=',
    reason: 'what is halved at √2 is doubled again by the next loop',
  },
  {
    path: 'aggregation/kernels/mean-shift.ts',
    code: /^if \(squared\(point, mode\) \* SLACK < /,
    change: /^(\* → \/|< → <=)$/,
    reason: 'it differs where a point is as near to two modes, to 2^−30: no such rows are known',
  },
  {
    path: 'aggregation/kernels/mean-shift.ts',
    code: 'for (let step = 0; step < MAX_STEPS; step++) {',
    change: /./,
    reason: 'points settle long before: the bound only makes the end certain',
  },
  {
    path: 'aggregation/kernels/top-eigenpair.ts',
    code: 'for (let i = 0; i < n; i++) vectors[i * n + i] = 1;',
    change: '< → <=',
    reason: BEHIND,
  },
  {
    path: 'aggregation/kernels/top-eigenpair.ts',
    code: /^for \(let sweep = 0, turned = true; /,
    change: /./,
    reason: 'a dozen sweeps leave nothing to turn: the bound only makes the end certain',
  },
  {
    path: 'aggregation/kernels/top-eigenpair.ts',
    code: 'for (let p = 0; p < n; p++) {',
    change: /^(< → <=|index - 1)$/,
    reason: EMPTY,
  },
  {
    path: 'aggregation/kernels/top-eigenpair.ts',
    code: 'for (let k = 0; k < n; k++) {',
    change: '< → <=',
    nth: 1,
    reason: BEHIND,
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'for (let j = 0; j < open.length; j++) degree += row[j]! & open[j]!;',
    change: '< → <=',
    reason: 'what is not there is 0 as a bit',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'for (let i = 0; i < left.length; i++) {',
    change: /^(0 → 1|index - 1)$/,
    reason: 'a component is found from any of its vertices, and vertex 0 alone has no edge',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: 'for (let j = 0; j < left.length; j++) {',
    change: '0 → 1',
    reason: 'components begin at their lowest vertex, so that 0 is never found from another',
  },
  {
    path: 'aggregation/robust/vertex-cover.ts',
    code: /^for \(let b = nodes\.length; /,
    change: 'index + 1',
    reason: 'one number more is made than is asked for',
  },
  {
    path: 'aggregation/robust/weiszfeld.ts',
    code: 'return lengthOf(view.pull) <= tolerance * view.weights.length;',
    change: '<= → <',
    reason: 'a pull of exactly the tolerance is not known to occur',
  },
  {
    path: 'aggregation/kernels/top-eigenpair.ts',
    code: 'const tangent = ratio < 0 ? -size : size;',
    change: '< → <=',
    reason: 'at 0 it turns by 45° one way or the other, and the two vectors change places',
  },
  {
    path: 'aggregation/kernels/rows.ts',
    code: /^(s\d|for \(; k < row\.length; k\+\+\) s0) \+= row\[/,
    change: '+= → -=',
    reason: 'what is added is 0 or NaN',
  },
  {
    path: 'aggregation/kernels/rows.ts',
    code: 'return s0 + s1 + (s2 + s3) === 0;',
    change: '+ → -',
    reason: 'what is added is 0 or NaN',
  },
  {
    path: 'aggregation/kernels/rows.ts',
    code: 'for (; k + 3 < row.length; k += 4) {',
    change: 'index - 1',
    reason: 'the loop behind it takes what this one leaves',
  },
];
