/**
 * Whether at most `budget` of the open vertices touch every edge between open vertices. Exact.
 *
 * Branch and bound: the vertex with the most edges, the earliest of those, is in the cover, or all its neighbours
 * are. Given up where the budget's vertices could not touch all edges if each had that many. With at most two edges a
 * vertex only paths and cycles are left, whose covers are counted. Never more than {@link searchTreeBound} nodes.
 *
 * @param edges n × n, symmetric, 1 for an edge.
 * @param open n, 1 for a vertex that is there; left as it is.
 */
export function hasCover(edges: readonly Uint8Array[], open: Uint8Array, budget: number): boolean {
  const degrees = degreesOf(edges, open);
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  const degree = Math.max(...degrees);
  const most = degrees.indexOf(degree);
  if (total === 0) return true;
  if (total > 2 * budget * degree) return false;
  if (degree <= 2) return coverOfPaths(edges, open, degrees) <= budget;
  const rest = open.slice();
  rest[most] = 0;
  if (hasCover(edges, rest, budget - 1)) return true;
  if (degree > budget) return false;
  for (let j = 0; j < open.length; j++) if (edges[most]![j] === 1) rest[j] = 0;
  return hasCover(edges, rest, budget - degree);
}

/**
 * The most nodes that {@link hasCover} visits: N(b) = 1 + N(b − 1) + N(b − 3), since a vertex that it branches on has
 * three edges at least.
 */
export function searchTreeBound(budget: number): number {
  const nodes = [1, 2, 3];
  for (let b = nodes.length; b <= budget; b++) nodes.push(1 + nodes[b - 1]! + nodes[b - 3]!);
  return nodes[Math.max(budget, 0)]!;
}

function degreesOf(edges: readonly Uint8Array[], open: Uint8Array): Int32Array {
  const degrees = new Int32Array(open.length);
  for (let i = 0; i < open.length; i++) {
    if (open[i] === 0) continue;
    const row = edges[i]!;
    let degree = 0;
    for (let j = 0; j < open.length; j++) degree += row[j]! & open[j]!;
    degrees[i] = degree;
  }
  return degrees;
}

/** The fewest vertices that cover paths (half of their m vertices, rounded down) and cycles (rounded up). */
function coverOfPaths(edges: readonly Uint8Array[], open: Uint8Array, degrees: Int32Array): number {
  const left = open.slice();
  let cover = 0;
  for (let i = 0; i < left.length; i++) {
    if (left[i] === 0) continue;
    const { vertices, ends } = takeComponent(edges, left, degrees, i);
    cover += (ends === 0 ? vertices + 1 : vertices) >> 1;
  }
  return cover;
}

/** Takes all vertices that hang together with `start` out of `left`; how many they are, and with fewer than two edges. */
function takeComponent(
  edges: readonly Uint8Array[],
  left: Uint8Array,
  degrees: Int32Array,
  start: number,
): { readonly vertices: number; readonly ends: number } {
  const stack = [start];
  let vertices = 0;
  let ends = 0;
  left[start] = 0;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    vertices++;
    if (degrees[i]! < 2) ends++;
    for (let j = 0; j < left.length; j++) {
      if (left[j] === 0 || edges[i]![j] === 0) continue;
      left[j] = 0;
      stack.push(j);
    }
  }
  return { vertices, ends };
}
