import type { Estimate } from '../../../node/models/metrics/index.ts';

export type Row = readonly string[];

export function gaining(gains: readonly Estimate[]): string {
  return `${gains.filter(({ value }) => value > 0).length} of ${gains.length}`;
}

export function worst(gains: readonly Estimate[]): string {
  const [least] = [...gains].sort((a, b) => a.value - b.value);
  return least === undefined ? '–' : interval(least);
}

/** In points: 12.3, −0.4. */
export function points(share: number): string {
  const text = (100 * Math.abs(share)).toFixed(1);
  return share < 0 && text !== '0.0' ? `−${text}` : text;
}

export function interval({ value, low, high }: Estimate): string {
  return low === null || high === null ? points(value) : `${points(value)} [${points(low)}, ${points(high)}]`;
}

export function table(head: Row, rows: readonly Row[]): string {
  if (rows.length === 0) return 'No figures yet: the results file has none of these cells.';
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
