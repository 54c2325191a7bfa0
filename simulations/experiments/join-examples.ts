import type { RiskExamples } from '../../node/features/index.ts';

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
    name: 'x' | 'ewma' | 'drawdown' | 'volatility' | 'lastDrawdown' | 'lastVolatility' | 'hour',
  ) => Float64Array.from([...a[name], ...b[name]]);
  return {
    records: a.records + b.records,
    rows: a.rows + b.rows,
    width: a.width,
    x: column('x'),
    ewma: column('ewma'),
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
