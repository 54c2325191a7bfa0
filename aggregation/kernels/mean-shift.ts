/** Points of three coordinates. */
export type Point = readonly [number, number, number];

const MAX_STEPS = 100;
/** Distances are compared give or take this share, since a mean may round. */
const SLACK = 1 + 2 ** -30;

/**
 * Mean-shift clusters with a flat kernel: from each point the mean of all points within the bandwidth of where it
 * stands is taken again and again, until the same points lie within it or 100 steps are done. Where that ends is a mode.
 * Modes rank by how many points lie within the bandwidth of them, then by the earlier point; one within the bandwidth of
 * a better one is dropped. Each point belongs to the nearest mode that is left, of two equally near the better.
 *
 * The squared bandwidth is the median, the lower of two, of each point's squared distance to the nearest majority of
 * points, itself included.
 *
 * Points of whole numbers give the same clusters in any order, ties apart: sums of them are exact.
 *
 * Source: Cheng, Mean Shift, Mode Seeking, and Clustering, 1995; ranking and merging of modes as in scikit-learn.
 *
 * @returns the clusters by rank of their modes: ascending indices of points, none of them empty.
 */
export function meanShiftClusters(points: readonly Point[]): number[][] {
  const reach = squaredBandwidth(points) * SLACK;
  const within = (mode: Point): number[] =>
    [...points.keys()].filter((i) => squared(points[i] as Point, mode) <= reach);
  const modes = points
    .map((point) => seek(points, point, within))
    .sort((a, b) => b.members.length - a.members.length);
  const kept: Point[] = [];
  for (const { mode } of modes) {
    if (kept.every((better) => squared(better, mode) > reach)) kept.push(mode);
  }
  const clusters = kept.map((): number[] => []);
  for (const [i, point] of points.entries()) {
    let nearest = 0;
    for (const [at, mode] of kept.entries()) {
      if (squared(point, mode) * SLACK < squared(point, kept[nearest] as Point)) nearest = at;
    }
    clusters[nearest]?.push(i);
  }
  return clusters.filter((cluster) => cluster.length > 0);
}

function seek(
  points: readonly Point[],
  start: Point,
  within: (mode: Point) => number[],
): { readonly mode: Point; readonly members: readonly number[] } {
  let mode = start;
  let members = within(mode);
  for (let step = 0; step < MAX_STEPS; step++) {
    mode = meanOfPoints(members.map((i) => points[i] as Point));
    const next = within(mode);
    if (next.join() === members.join()) break;
    members = next;
  }
  return { mode, members };
}

function squaredBandwidth(points: readonly Point[]): number {
  const majority = points.map((point) => {
    const distances = Float64Array.from(points, (other) => squared(point, other)).sort();
    return distances[points.length >> 1] as number;
  });
  return Float64Array.from(majority).sort()[(points.length - 1) >> 1] as number;
}

function meanOfPoints(points: readonly Point[]): Point {
  const sum: [number, number, number] = [0, 0, 0];
  for (const [x, y, z] of points) {
    sum[0] += x;
    sum[1] += y;
    sum[2] += z;
  }
  return [sum[0] / points.length, sum[1] / points.length, sum[2] / points.length];
}

function squared([a, b, c]: Point, [x, y, z]: Point): number {
  return (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z);
}
