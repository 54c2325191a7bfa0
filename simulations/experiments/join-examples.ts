import type { ExampleSet, RiskExamples } from '../../node/features/index.ts';

/**
 * Sets of ascending, disjoint ranges as one. Ranges that meet within a UTC day would make two records of it: those of
 * an event split lie days apart.
 *
 * @param sets at least one, of one width.
 */
export function joinRiskExamples(sets: readonly RiskExamples[]): RiskExamples {
  const [first, ...rest] = sets;
  if (first === undefined) throw new RangeError('examples: got no set, expected at least 1');
  return rest.reduce(joinTwo, first);
}

function joinTwo(a: RiskExamples, b: RiskExamples): RiskExamples {
  const column = (
    name: 'x' | 'ewma' | 'usual' | 'drawdown' | 'volatility' | 'lastDrawdown' | 'lastVolatility' | 'hour',
  ) => Float64Array.from([...a[name], ...b[name]]);
  return {
    records: a.records + b.records,
    rows: a.rows + b.rows,
    width: a.width,
    x: column('x'),
    ewma: column('ewma'),
    usual: column('usual'),
    drawdown: column('drawdown'),
    volatility: column('volatility'),
    lastDrawdown: column('lastDrawdown'),
    lastVolatility: column('lastVolatility'),
    hour: column('hour'),
    flags: Uint8Array.from([...a.flags, ...b.flags]),
    recordStart: Int32Array.from([
      ...a.recordStart.subarray(0, a.records),
      ...b.recordStart.map((start) => a.rows + start),
    ]),
  };
}

/**
 * Peg rows of one horizon, one set after the other; each keeps its records, so that what is joined may be of several
 * coins.
 *
 * @param sets at least one.
 */
export function joinPegExamples(sets: readonly ExampleSet[]): ExampleSet {
  const [first] = sets;
  if (first === undefined) throw new RangeError('sets: got none, expected one or more');
  const column = (of: (set: ExampleSet) => Float64Array) => {
    const out = new Float64Array(sets.reduce((sum, set) => sum + of(set).length, 0));
    let at = 0;
    for (const set of sets) {
      out.set(of(set), at);
      at += of(set).length;
    }
    return out;
  };
  const starts = [0];
  for (const { recordStart, records } of sets) {
    const before = starts.at(-1) ?? 0;
    for (let r = 1; r <= records; r++) starts.push(before + recordStart[r]!);
  }
  return {
    horizon: first.horizon,
    width: first.width,
    records: starts.length - 1,
    rows: starts.at(-1) ?? 0,
    x: column(({ x }) => x),
    y: column(({ y }) => y),
    scale: column(({ scale }) => scale),
    deviation: column(({ deviation }) => deviation),
    hour: column(({ hour }) => hour),
    flags: Uint8Array.from(sets.flatMap(({ flags }) => [...flags])),
    recordStart: Int32Array.from(starts),
  };
}
