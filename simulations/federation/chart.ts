/** Most columns of a chart; longer series are thinned out. */
const COLUMNS = 60;
const LINES = 7;

export type Series = { readonly mark: string; readonly values: readonly number[] };

/**
 * A chart in text: a column a value, the lines scaled to all series together; where two meet the earlier one is seen.
 *
 * @param series of the same length, at least one value; values that are not finite are left out.
 * @returns lines without line ends.
 */
export function textChart(series: readonly Series[]): string[] {
  const finite = series.flatMap(({ values }) => values).filter(Number.isFinite);
  if (finite.length === 0) return [];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const length = Math.max(...series.map(({ values }) => values.length));
  const columns = Math.min(COLUMNS, length);
  // The last column is the last value.
  const at = (column: number): number =>
    columns === 1 ? 0 : Math.round((column * (length - 1)) / (columns - 1));
  const lineOf = (value: number): number =>
    high === low ? LINES - 1 : Math.round(((high - value) / (high - low)) * (LINES - 1));
  const lines = Array.from({ length: LINES }, () => Array.from({ length: columns }, () => ' '));
  for (const { mark, values } of [...series].reverse()) {
    for (let column = 0; column < columns; column++) {
      const value = values[at(column)];
      const line = value !== undefined && Number.isFinite(value) ? lines[lineOf(value)] : undefined;
      if (line !== undefined) line[column] = mark;
    }
  }
  const labels = [high, low].map((value) => value.toPrecision(4));
  const width = Math.max(...labels.map((label) => label.length));
  const labelOf = (line: number): string =>
    (line === 0 ? labels[0] : line === LINES - 1 ? labels[1] : '') ?? '';
  return lines.map((line, i) => `${labelOf(i).padStart(width)} ┤${line.join('')}`.trimEnd());
}
