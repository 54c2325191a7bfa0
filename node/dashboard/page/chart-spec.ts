/** One line of a chart; colours are names of CSS variables. */
export type ChartSeries = {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly isStepped?: boolean;
  readonly hasPoints?: boolean;
};

/** A chart as data: the page draws it where an element has its id. */
export type ChartSpec = {
  readonly id: string;
  /** What it shows, for those who do not see it. */
  readonly words: string;
  /** Of `x`: whole numbers such as rounds, or seconds since the epoch. */
  readonly axis: 'number' | 'time';
  readonly unit: string;
  readonly x: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Filled between two series, by their places. */
  readonly band?: { readonly upper: number; readonly lower: number; readonly colour: string };
  /** Values that the vertical axis has to reach. */
  readonly reach?: readonly number[];
};

/** Words at the ticks of a time axis in UTC: days as dates, what is shorter as a time, with the date where it changes. */
export function axisTimes(splits: readonly number[], stepSeconds: number): string[] {
  let before = '';
  return splits.map((seconds) => {
    const text = new Date(seconds * 1_000).toISOString();
    const day = text.slice(5, 10);
    if (stepSeconds >= 86_400) return day;
    const time = text.slice(11, stepSeconds < 60 ? 19 : 16);
    const words = day === before ? time : `${time}\n${day}`;
    before = day;
    return words;
  });
}
