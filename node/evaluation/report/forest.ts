import type { Estimate } from '../../models/metrics/index.ts';
import { at, escapeText } from './html.ts';

export type ForestRow = {
  readonly label: string;
  readonly points: readonly {
    readonly series: number;
    readonly name: string;
    readonly estimate: Estimate | null;
  }[];
};

export type ForestOptions = {
  readonly title: string;
  /** What a value is, as on the axis: `+10 %`. */
  readonly text: (value: number) => string;
  /** Values beyond are drawn at the edge, with an arrow. */
  readonly limits: readonly [least: number, most: number];
  /** A line to compare with, and a band to be in. */
  readonly reference?: number;
  readonly band?: readonly [from: number, to: number];
};

const WIDTH = 360;
const AREA = { left: 10, right: 348, top: 6 };
const LABEL_HEIGHT = 23;
const POINT_HEIGHT = 12;
const AXIS_HEIGHT = 24;

/** Marks that are told apart without colours, in the order of the series. */
const MARKS = ['●', '■', '▲', '◆', '▼', '★'];

/** Values with their intervals, one line a point, under the label of their row: legible at phone width. */
export function forest(rows: readonly ForestRow[], options: ForestOptions): string {
  const { title, text, limits, reference, band } = options;
  const points = rows.flatMap((row) => row.points);
  const [low, high] = domain(
    points.map(({ estimate }) => estimate),
    limits,
    [...(reference === undefined ? [] : [reference]), ...(band ?? [])],
  );
  const x = (value: number) =>
    AREA.left + ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * (AREA.right - AREA.left);
  const height =
    AREA.top +
    rows.reduce((sum, row) => sum + LABEL_HEIGHT + POINT_HEIGHT * row.points.length, 0) +
    AXIS_HEIGHT;
  const bottom = height - AXIS_HEIGHT;
  const parts: string[] = [];
  if (band !== undefined) {
    parts.push(
      `<rect class="band" x="${at(x(band[0]))}" y="0" width="${at(x(band[1]) - x(band[0]))}" height="${at(bottom)}"/>`,
    );
  }
  for (const tick of ticks(low, high)) {
    parts.push(
      `<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="0" y2="${at(bottom)}"/>`,
      `<text class="muted middle" x="${at(Math.max(24, Math.min(WIDTH - 24, x(tick))))}" y="${at(height - 8)}">${escapeText(text(tick))}</text>`,
    );
  }
  if (reference !== undefined) {
    parts.push(
      `<line class="zero" x1="${at(x(reference))}" x2="${at(x(reference))}" y1="0" y2="${at(bottom)}"/>`,
    );
  }
  let y = AREA.top;
  for (const row of rows) {
    parts.push(`<text x="${AREA.left}" y="${at(y + 14)}">${escapeText(row.label)}</text>`);
    y += LABEL_HEIGHT;
    for (const { series, name, estimate } of row.points) {
      if (estimate !== null) parts.push(point(series, name, estimate, y + 2, x, low, high, text));
      y += POINT_HEIGHT;
    }
  }
  return (
    `<figure><figcaption>${escapeText(title)}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${at(height)}" role="img" aria-label="${escapeText(title)}">${parts.join('')}</svg></figure>`
  );
}

/** The marks of series and what they stand for. */
export function key(names: readonly { readonly series: number; readonly name: string }[]): string {
  const items = names.map(
    ({ series, name }) =>
      `<li><span class="s${series % 6}" aria-hidden="true">${MARKS[series % 6]}</span> ${escapeText(name)}</li>`,
  );
  return `<ul class="key">${items.join('')}</ul>`;
}

function point(
  series: number,
  name: string,
  { value, low, high }: Estimate,
  y: number,
  x: (value: number) => number,
  least: number,
  most: number,
  text: (value: number) => string,
): string {
  const style = `s${series % 6}`;
  const interval =
    low === null || high === null
      ? ''
      : `<line class="${style}" stroke-width="2" x1="${at(x(low))}" x2="${at(x(high))}" y1="${at(y)}" y2="${at(y)}"/>`;
  const title = `${name}: ${text(value)}${low === null || high === null ? '' : ` (${text(low)} to ${text(high)})`}`;
  const beyond =
    value < least
      ? `<path class="${style}" d="M${at(x(least) - 6)} ${at(y)}l7 -4v8z"/>`
      : value > most
        ? `<path class="${style}" d="M${at(x(most) + 6)} ${at(y)}l-7 -4v8z"/>`
        : mark(series % 6, x(value), y, style);
  return `<g><title>${escapeText(title)}</title>${interval}${beyond}</g>`;
}

function mark(shape: number, x: number, y: number, style: string): string {
  const paths = [
    '',
    'M-3.5 -3.5h7v7h-7z',
    'M0 -4.5l4.5 8h-9z',
    'M0 -5l5 5l-5 5l-5 -5z',
    'M0 4.5l4.5 -8h-9z',
    'M0 -5.5l1.5 4h4l-3.2 2.4l1.2 4l-3.5 -2.5l-3.5 2.5l1.2 -4l-3.2 -2.4h4z',
  ];
  return shape === 0
    ? `<circle class="${style}" cx="${at(x)}" cy="${at(y)}" r="3.7"/>`
    : `<path class="${style}" transform="translate(${at(x)} ${at(y)})" d="${paths[shape] ?? ''}"/>`;
}

function domain(
  estimates: readonly (Estimate | null)[],
  [least, most]: readonly [number, number],
  also: readonly number[],
): [number, number] {
  const values = estimates.flatMap((estimate) =>
    estimate === null
      ? []
      : [estimate.value, estimate.low ?? estimate.value, estimate.high ?? estimate.value],
  );
  const inside = [...values, ...also].map((value) => Math.max(least, Math.min(most, value)));
  if (inside.length === 0) return [least, most];
  const [low, high] = [Math.min(...inside), Math.max(...inside)];
  const room = 0.04 * (high - low) || 0.01;
  return [Math.max(least, low - room), Math.min(most, high + room)];
}

/** Three to seven round values within [low, high]. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? rough;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}
