/** A unit as Grafana names it. */
export type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'reqps' | 'bool_yes_no' | 'none';

export type Panel = {
  readonly title: string;
  readonly unit: Unit;
  readonly kind: 'series' | 'number' | 'states';
  /** Columns of 24. */
  readonly width: number;
  /** Expressions of Prometheus, each with the name of its series. */
  readonly queries: readonly (readonly [expression: string, legend: string])[];
  readonly help?: string;
};

export type Row = { readonly title: string; readonly panels: readonly Panel[] };
export type Dashboard = { readonly uid: string; readonly title: string; readonly rows: readonly Row[] };

/** Where a panel shows the chosen nodes alone. */
export const CHOSEN = 'instance=~"$instance"';

export const series = (
  title: string,
  unit: Unit,
  queries: Panel['queries'],
  { width = 8, help }: { readonly width?: number; readonly help?: string } = {},
): Panel => ({ title, unit, kind: 'series', width, queries, ...(help === undefined ? {} : { help }) });

/** The last value, large. */
export const number = (title: string, unit: Unit, expression: string, width = 4): Panel => ({
  title,
  unit,
  kind: 'number',
  width,
  queries: [[expression, '{{instance}}']],
});

/** A line of time for each series, coloured where it is 1. */
export const states = (title: string, expression: string, legend: string, width = 12): Panel => ({
  title,
  unit: 'none',
  kind: 'states',
  width,
  queries: [[expression, legend]],
});
