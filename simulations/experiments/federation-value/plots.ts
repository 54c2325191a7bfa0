import { at, escapeText } from '../../../node/evaluation/report/html.ts';
import type { PegHorizon } from '../../../node/features/index.ts';
import type { Estimate } from '../../../node/models/metrics/index.ts';

const STYLE =
  '<style>text{font:13px sans-serif;fill:#333}.grid{stroke:#ddd;fill:none}.title{font-weight:bold;font-size:15px}</style>';
const COLOURS = ['#0072b2', '#d55e00', '#009e73'] as const;
const WIDTH = 720;
const AREA = { left: 64, right: 690, top: 50 } as const;

type Curve = readonly { readonly round: number; readonly federated: number; readonly local: number }[];

/** Skill by rounds: federated as a line, local as a broken one. */
export function roundsPlot(
  series: readonly { readonly horizon: PegHorizon; readonly curve: Curve }[],
): string {
  const title = 'Mean skill against B2 after rounds: federated, and alone (broken)';
  const bottom = 400;
  const all = series.flatMap(({ curve }) => curve);
  const x = scaleOf(
    all.map(({ round }) => Math.log(round)),
    AREA.left,
    AREA.right,
  );
  const y = scaleOf([0, ...all.flatMap(({ federated, local }) => [federated, local])], bottom, AREA.top);
  const rounds = [...new Set(all.map(({ round }) => round))].sort((a, b) => a - b);
  const parts = [
    ...[0, 0.05, 0.1, 0.15, 0.2].map((skill) => horizontal(y(skill), `${(100 * skill).toFixed(0)} %`)),
    ...rounds.map(
      (round) =>
        `<text x="${at(x(Math.log(round)))}" y="${bottom + 20}" text-anchor="middle">${round}</text>`,
    ),
  ];
  for (const [i, { horizon, curve }] of series.entries()) {
    const path = (of: 'federated' | 'local') =>
      curve
        .map((point, k) => `${k === 0 ? 'M' : 'L'}${at(x(Math.log(point.round)))} ${at(y(point[of]))}`)
        .join('');
    const colour = COLOURS[i % COLOURS.length];
    parts.push(
      `<path d="${path('federated')}" stroke="${colour}" stroke-width="2" fill="none"/>`,
      `<path d="${path('local')}" stroke="${colour}" stroke-width="2" stroke-dasharray="5 4" fill="none"/>`,
      `<text x="${AREA.left + 8 + 90 * i}" y="${bottom + 44}" style="fill:${colour}">● ${horizon} h</text>`,
    );
  }
  return svg(title, bottom + 60, parts);
}

type InsuredNode = { readonly node: string; readonly local: number; readonly federated: number };

/** What each node has alone (hollow) and federated (full), by event. */
export function insurancePlot(
  events: readonly { readonly event: string; readonly nodes: readonly InsuredNode[] }[],
): string {
  const title = 'Skill against B2 at 24 h in the event, alone (hollow) and federated (full)';
  const rows = events.flatMap(({ event, nodes }) => nodes.map((node) => ({ event, ...node })));
  const bottom = AREA.top + 20 + 17 * rows.length;
  const left = 150;
  const x = scaleOf([0, ...rows.flatMap(({ local, federated }) => [local, federated])], left, AREA.right);
  const parts = [0, 0.05, 0.1, 0.15, 0.2, 0.25].map(
    (skill) =>
      `<path class="grid" d="M${at(x(skill))} ${AREA.top}V${bottom}"/><text x="${at(x(skill))}" y="${bottom + 18}" text-anchor="middle">${(100 * skill).toFixed(0)} %</text>`,
  );
  for (const [i, { event, node, local, federated }] of rows.entries()) {
    const y = AREA.top + 18 + 17 * i;
    const colour = COLOURS[events.findIndex((one) => one.event === event) % COLOURS.length];
    parts.push(
      `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escapeText(`${event} ${node}`)}</text>`,
      `<path d="M${at(x(local))} ${y}H${at(x(federated))}" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${at(x(local))}" cy="${y}" r="4" fill="#fff" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${at(x(federated))}" cy="${y}" r="4.5" fill="${colour}"/>`,
    );
  }
  return svg(title, bottom + 34, parts);
}

/** What joining is worth: a gain and its interval a row. */
export function gainsPlot(rows: readonly { readonly label: string; readonly gain: Estimate }[]): string {
  const title = 'What joining is worth: points of skill gained against alone, with 95 % intervals';
  const bottom = AREA.top + 20 + 17 * rows.length;
  const left = 400;
  const bounds = ({ value, low, high }: Estimate) => [low ?? value, high ?? value];
  const values = [0, ...rows.flatMap(({ gain }) => bounds(gain))];
  const x = scaleOf(values, left, AREA.right);
  const marks = [-0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5].filter(
    (mark) => mark >= Math.min(...values) && mark <= Math.max(...values),
  );
  const parts = marks.map(
    (gain) =>
      `<path class="grid" d="M${at(x(gain))} ${AREA.top}V${bottom}"${gain === 0 ? ' style="stroke:#888"' : ''}/><text x="${at(x(gain))}" y="${bottom + 18}" text-anchor="middle">${(100 * gain).toFixed(0).replace('-', '−')}</text>`,
  );
  for (const [i, { label, gain }] of rows.entries()) {
    const y = AREA.top + 18 + 17 * i;
    const [low, high] = bounds(gain).map((bound) => at(x(bound)));
    const colour = gain.value > 0 ? COLOURS[0] : COLOURS[1];
    parts.push(
      `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escapeText(label)}</text>`,
      `<path d="M${low} ${y}H${high}" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${at(x(gain.value))}" cy="${y}" r="4.5" fill="${colour}"/>`,
    );
  }
  return svg(title, bottom + 34, parts);
}

function horizontal(y: number, label: string): string {
  return `<path class="grid" d="M${AREA.left} ${at(y)}H${AREA.right}"/><text x="${AREA.left - 8}" y="${at(y + 4)}" text-anchor="end">${label}</text>`;
}

function scaleOf(values: readonly number[], from: number, to: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  return (value) => from + ((value - least) / span) * (to - from);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">\n` +
    `${STYLE}\n<rect width="${WIDTH}" height="${height}" fill="#fff"/>\n<text class="title" x="20" y="28">${escapeText(title)}</text>\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}
