import { createPrng } from '../../node/data/index.ts';
import { type ExampleSet, ROWS_PER_RECORD } from '../../node/features/index.ts';

/**
 * A node's examples with days of its own and days of the public venue: each day is its own with probability
 * `heterogeneity`, drawn once for (seed, node, day) and for all rounds. Where a day is not, and the public venue has
 * rows of it, those take the place of the node's own. At 1 nothing is replaced; at 0 any two nodes have the same rows
 * on each day that both have.
 *
 * Source: the γ-similarity of Karimireddy et al., SCAFFOLD, 2020, section 7, by days instead of samples.
 *
 * @param own rows by ascending hour, as `shared`, and of its width.
 */
export function withSharedDays(
  own: ExampleSet,
  shared: ExampleSet,
  heterogeneity: number,
  { seed, node }: { readonly seed: number; readonly node: number },
): ExampleSet {
  if (heterogeneity === 1) return own;
  const sharedRecord = new Map(Array.from({ length: shared.records }, (_, r) => [dayOf(shared, r), r]));
  const segments = Array.from({ length: own.records }, (_, record): Segment => {
    const day = dayOf(own, record);
    const replacement = sharedRecord.get(day);
    const isOwn = createPrng(seed, 0xda, node, day).uniform() < heterogeneity;
    return isOwn || replacement === undefined ? segmentOf(own, record) : segmentOf(shared, replacement);
  });
  return joined(segments, own);
}

type Segment = { readonly of: ExampleSet; readonly from: number; readonly to: number };

function segmentOf(of: ExampleSet, record: number): Segment {
  return { of, from: of.recordStart[record]!, to: of.recordStart[record + 1]! };
}

function dayOf({ hour, recordStart }: ExampleSet, record: number): number {
  return Math.floor(hour[recordStart[record]!]! / ROWS_PER_RECORD);
}

/** One record a segment, in the order given. */
function joined(
  segments: readonly Segment[],
  { horizon, width }: Pick<ExampleSet, 'horizon' | 'width'>,
): ExampleSet {
  const rows = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const recordStart = new Int32Array(segments.length + 1);
  const result = {
    x: new Float64Array(rows * width),
    y: new Float64Array(rows),
    scale: new Float64Array(rows),
    deviation: new Float64Array(rows),
    hour: new Float64Array(rows),
    flags: new Uint8Array(rows),
  };
  let at = 0;
  for (const [record, { of, from, to }] of segments.entries()) {
    result.x.set(of.x.subarray(from * width, to * width), at * width);
    result.y.set(of.y.subarray(from, to), at);
    result.scale.set(of.scale.subarray(from, to), at);
    result.deviation.set(of.deviation.subarray(from, to), at);
    result.hour.set(of.hour.subarray(from, to), at);
    result.flags.set(of.flags.subarray(from, to), at);
    at += to - from;
    recordStart[record + 1] = at;
  }
  return { horizon, records: segments.length, rows, width, ...result, recordStart };
}
