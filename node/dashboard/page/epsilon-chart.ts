import type { PrivacyAccountJson } from '../../api/index.ts';
import { type Html, html, nothing } from './html.ts';
import { epsilonText, ticks } from './numbers.ts';
import { type EpsilonSeries, epsilonSeries, type Point } from './series.ts';

const WIDTH = 680;
const HEIGHT = 260;
const AREA = { left: 44, right: 668, top: 16, bottom: 218 };
/** More points than this are a line without dots. */
const MOST_DOTS = 60;

/** ε after each release as a line, as it would go on as a dashed one, and the budget that it must not pass. */
export function epsilonChart(account: PrivacyAccountJson): Html {
  const { budget } = account;
  if (budget === null) return nothing;
  const series = epsilonSeries(account);
  const all = [...series.spent, ...series.projected];
  const from = Math.min(...all.map(({ at }) => at));
  const to = Math.max(from + 1, ...all.map(({ at }) => at));
  const most = 1.08 * Math.max(budget, ...all.map(({ epsilon }) => epsilon));
  const x = (at: number) => round(AREA.left + ((at - from) / (to - from)) * (AREA.right - AREA.left));
  const y = (epsilon: number) => round(AREA.bottom - (epsilon / most) * (AREA.bottom - AREA.top));
  const line = (points: readonly Point[]) =>
    points.map(({ at, epsilon }) => `${x(at)},${y(epsilon)}`).join(' ');
  const dots = series.spent.length <= MOST_DOTS ? series.spent : series.spent.slice(-1);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="chart-title chart-words">
<title id="chart-title">ε after each ${series.axis}</title>
<desc id="chart-words">${chartWords(account, series)}</desc>
${ticks(most, 5).map((value) => html`<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${y(value)}" y2="${y(value)}"/><text class="tick end" x="${AREA.left - 8}" y="${y(value) + 4}">${plain(value)}</text>`)}
${ticks(to - from, 8, true).map((step) => html`<text class="tick middle" x="${x(from + step)}" y="${AREA.bottom + 18}">${from + step}</text>`)}
<text class="tick end" x="${AREA.right}" y="${HEIGHT - 6}">${series.axis}</text>
<line class="budget" x1="${AREA.left}" x2="${AREA.right}" y1="${y(budget)}" y2="${y(budget)}"/>
<text class="label" x="${AREA.left + 6}" y="${y(budget) - 6}">budget ${plain(budget)}</text>
${series.projected.length > 1 ? html`<polyline class="projected" points="${line(series.projected)}"/>` : nothing}
<polyline class="spent" points="${line(series.spent)}"/>
${dots.map(({ at, epsilon }) => html`<circle class="dot" cx="${x(at)}" cy="${y(epsilon)}" r="3"><title>${series.axis} ${at}: ε ${epsilonText(epsilon)}</title></circle>`)}
</svg>`;
}

/** The same numbers for those who do not see the chart. */
export function epsilonTable(account: PrivacyAccountJson): Html {
  const { axis, spent, projected } = epsilonSeries(account);
  const row = ({ at, epsilon }: Point, kind: string) =>
    html`<tr><td>${at}</td><td>${epsilonText(epsilon)}</td><td>${kind}</td></tr>`;
  return html`<table><thead><tr><th scope="col">${axis}</th><th scope="col">ε after it</th><th scope="col"></th></tr></thead><tbody>
${spent.filter(({ epsilon }) => epsilon > 0).map((point) => row(point, 'spent'))}
${projected.slice(1).map((point) => row(point, 'projected'))}
</tbody></table>`;
}

function chartWords({ budget }: PrivacyAccountJson, { axis, spent, projected }: EpsilonSeries): string {
  const now = spent.at(-1);
  const end = projected.length > 1 ? projected.at(-1) : undefined;
  const sofar = `After ${axis} ${now?.at ?? 0}, ε is ${epsilonText(now?.epsilon ?? 0)} of a budget of ${budget}.`;
  if (end === undefined) return sofar;
  return `${sofar} At the present noise it reaches ${epsilonText(end.epsilon)} in ${axis} ${end.at}.`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const plain = (value: number): string => String(Number(value.toPrecision(6)));
