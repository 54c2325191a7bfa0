import type { Attacked, Subject } from './law-cases.ts';

type Bound = NonNullable<Subject['bound']>;

/** What the documentation of each rule says that f liars cannot pass, by the rule's name. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  'geometric-median': ({ honest, rows, liars }) => {
    const centre = meanOf(honest);
    const n = rows.length;
    const f = liars.length;
    return { centre, radius: ((2 * (n - f)) / (n - 2 * f)) * reach(honest, centre) };
  },
  'geometric-median/byzfl': ({ honest, rows, liars }) => {
    const centre = zero(honest);
    const n = rows.length;
    return {
      centre,
      radius: (1 + n / (n - liars.length)) ** 3 * Math.max(0.1, reach(honest, centre)),
    };
  },
  // One step with the default radius of 1: f rows move it by 2f/n from what it is with others in their place.
  'centred-clipping': (given) => inPlaceOfLies(given, (2 * given.liars.length) / given.rows.length),
  'norm-bounding': (given) => inPlaceOfLies(given, (2 * given.liars.length) / given.rows.length),
  // Never longer than the median norm, and that never than the longest honest row.
  signguard: ({ honest }) => ({ centre: zero(honest), radius: reach(honest, zero(honest)) }),
  fltrust: ({ honest, options: { reference } }) => ({
    centre: zero(honest),
    radius: reach(reference === undefined ? [] : [reference], zero(honest)),
  }),
};

/** Behind a step that shortens rows, to what the honest ones have at most, coordinate by coordinate. */
export const shortened: Bound = ({ honest }) => {
  const centre = zero(honest);
  return { centre, radius: Math.sqrt(centre.length) * reach(honest, centre) };
};

function inPlaceOfLies({ rule, rows, options, honest, liars }: Attacked, radius: number): ReturnType<Bound> {
  const honestOnly = rows.map((row, i) => (liars.includes(i) ? (honest[0] as Float64Array) : row));
  return { centre: rule.aggregate(honestOnly, options).vector, radius };
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  return zero(rows).map((_, k) => rows.reduce((sum, row) => sum + (row[k] as number), 0) / rows.length);
}

function zero(rows: readonly Float64Array[]): Float64Array {
  return new Float64Array(rows[0]?.length ?? 0);
}

/** The largest distance of a row from the centre. */
function reach(rows: readonly Float64Array[], centre: Float64Array): number {
  return Math.max(...rows.map((row) => Math.hypot(...row.map((x, k) => x - (centre[k] as number)))));
}
