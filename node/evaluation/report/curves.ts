import type { Calibration } from '../../models/metrics/index.ts';
import type { Fan } from '../held-out.ts';
import { ticks } from './forest.ts';
import { at, escapeText, plain } from './html.ts';

const WIDTH = 360;
const HEIGHT = 190;
const AREA = { left: 38, right: 354, top: 8, bottom: 164 };

/** What was forecast as a band and a line, and what came as another. */
export function fanChart(fan: Fan): string {
  const { hour, actual, low, middle, high } = fan;
  // A few extreme hours would flatten all others: what lies beyond is drawn at the edge.
  const sorted = [...actual, ...low, ...high].sort((a, b) => a - b);
  const bottom = sorted[Math.floor(0.005 * sorted.length)] ?? 0;
  const top = sorted[Math.ceil(0.995 * (sorted.length - 1))] ?? 1;
  const room = 0.05 * (top - bottom) || 1;
  const [from, to] = [hour[0] ?? 0, hour.at(-1) ?? 1];
  const x = (t: number) => AREA.left + ((t - from) / (to - from || 1)) * (AREA.right - AREA.left);
  const y = (d: number) => {
    const held = Math.max(bottom - room, Math.min(top + room, d));
    return AREA.bottom - ((held - bottom + room) / (top - bottom + 2 * room)) * (AREA.bottom - AREA.top);
  };
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${at(x(hour[i] ?? 0))},${at(y(value))}`);
  const band = [...line(low), ...line(high).reverse()].join(' ');
  const levels = ticks(bottom - room, top + room)
    .map(
      (d) =>
        `<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${at(y(d))}" y2="${at(y(d))}"/>` +
        `<text class="muted end" x="${AREA.left - 4}" y="${at(y(d) + 4)}">${plain(d)
          .replace(/\.0+$/, '')
          .replace(/(\.\d*?)0+$/, '$1')}</text>`,
    )
    .join('');
  const dates = [0, 1, 2]
    .map((k) => from + ((to - from) * k) / 2)
    .map(
      (t, k) =>
        `<text class="muted ${k === 0 ? '' : k === 2 ? 'end' : 'middle'}" x="${at(x(t))}" y="${HEIGHT - 8}">${dateOf(t)}</text>`,
    )
    .join('');
  const title = `${fan.coin}, ${fan.horizonHours} h ahead, bp: ${fan.forecaster}`;
  return (
    `<figure><figcaption>${escapeText(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">` +
    `${levels}<polygon class="fan" points="${band}"/><polyline class="middle-line" points="${line(middle).join(' ')}"/>` +
    `<polyline class="line" points="${line(actual).join(' ')}"/>${dates}</svg></figure>`
  );
}

/** What was told against what happened: points on the diagonal keep their promise. */
export function reliabilityDiagram(title: string, { bins }: Calibration): string {
  const most = Math.max(0.05, ...bins.flatMap(({ forecast, observed }) => [forecast, observed])) * 1.08;
  const size = { left: 44, right: 228, top: 8, bottom: 184 };
  const x = (p: number) => size.left + (p / most) * (size.right - size.left);
  const y = (p: number) => size.bottom - (p / most) * (size.bottom - size.top);
  const grid = ticks(0, most)
    .map(
      (p) =>
        `<line class="grid" x1="${size.left}" x2="${size.right}" y1="${at(y(p))}" y2="${at(y(p))}"/>` +
        `<text class="muted end" x="${size.left - 4}" y="${at(y(p) + 4)}">${Math.round(100 * p)}</text>` +
        `<text class="muted middle" x="${at(x(p))}" y="${size.bottom + 14}">${Math.round(100 * p)}</text>`,
    )
    .join('');
  const dots = bins
    .map(
      ({ rows, forecast, observed }) =>
        `<circle class="s1" cx="${at(x(forecast))}" cy="${at(y(observed))}" r="3.7"><title>told ${plain(100 * forecast)} %, came ${plain(100 * observed)} %, ${rows} hours</title></circle>`,
    )
    .join('');
  return (
    `<figure><figcaption>${escapeText(title)}</figcaption><svg viewBox="0 0 240 220" role="img" aria-label="${escapeText(`${title}: told against happened`)}">` +
    `${grid}<line class="zero" x1="${at(x(0))}" y1="${at(y(0))}" x2="${at(x(most))}" y2="${at(y(most))}"/>${dots}` +
    `<text class="muted end" x="${size.right}" y="214">told, %; upwards: happened, %</text></svg></figure>`
  );
}

function dateOf(hour: number): string {
  return new Date(hour * 3_600_000).toISOString().slice(0, 10);
}
