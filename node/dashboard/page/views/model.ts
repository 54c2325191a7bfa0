import { html, nothing, type TemplateResult } from 'lit-html';
import type { DriftJson, PegHistoryJson, ShadowJson, SkillJson } from '../../../api/index.ts';
import { bodyOf } from '../answers.ts';
import type { ChartSpec } from '../chart-spec.ts';
import { percentText } from '../numbers.ts';
import type { Actions, PageState } from '../state.ts';
import { exactTime } from '../time.ts';
import { badge, card, chartPlace, shown } from './parts.ts';

const [FAN, SKILL] = ['chart-fan', 'chart-skill'] as const;
const HOUR_S = 3_600;
/** Lines of the chart of skill: the first heads of a model. */
const COLOURS = ['--line', '--second', '--third', '--fourth', '--muted'] as const;

/** How well the published model forecasts. */
export function modelView({ answers, horizon }: PageState, actions: Actions): TemplateResult {
  return html`${card(
    'Forecast and outcome',
    shown(answers.forecasts, (history) => fanPart(history, horizon, actions)),
    true,
  )}
${card('Skill over versions', shown(answers.skill, skillPart), true)}
${card('Drift', shown(answers.drift, driftPart))}
${card('Candidate in the shadow', shown(answers.shadow, shadowPart))}`;
}

/** The horizon that is shown: the longest unless another is chosen. */
const chosenOf = (history: PegHistoryJson, horizon: number | undefined) =>
  history.horizons.find(({ horizonHours }) => horizonHours === horizon) ?? history.horizons.at(-1);

function fanPart(history: PegHistoryJson, horizon: number | undefined, actions: Actions): TemplateResult {
  const chosen = chosenOf(history, horizon);
  if (chosen === undefined) return html`<p>the model has no peg head</p>`;
  return html`<p>Deviation from the target in basis points: what came, and what version ${history.version} forecasts ${chosen.horizonHours} h before, from what was known then.</p>
<p class="choices" role="group" aria-label="horizon">${history.horizons.map(({ horizonHours }) => html`<button type="button" aria-pressed=${horizonHours === chosen.horizonHours ? 'true' : 'false'} @click=${() => actions.chooseHorizon(horizonHours)}>${horizonHours} h</button>`)}</p>
${chartPlace(FAN, fanWords(history, chosen))}
<p class="quiet">${fanWords(history, chosen)}</p>`;
}

function fanWords(
  { levels, outcomes, hour }: PegHistoryJson,
  chosen: PegHistoryJson['horizons'][number],
): string {
  const [low, high] = [chosen.quantiles[0] ?? [], chosen.quantiles.at(-1) ?? []];
  const pairs = outcomes.deviationBp.flatMap((value, i) => {
    const at = outcomes.startHour + i - chosen.startHour;
    const [least, most] = [low[at], high[at]];
    if (value === null || least === null || least === undefined || most === null || most === undefined)
      return [];
    return [value >= least && value <= most];
  });
  const inside = pairs.filter(Boolean).length;
  const share =
    pairs.length === 0
      ? 'none is over yet'
      : `${percentText(inside / pairs.length, 0)} of ${pairs.length} outcomes lie within`;
  return `Intervals from ${percentText(levels[0] ?? 0, 0)} to ${percentText(levels.at(-1) ?? 1, 0)}: ${share}. Public data to ${exactTime(hour * HOUR_S * 1_000)}.`;
}

function skillPart(skill: SkillJson): TemplateResult {
  if (skill.versions.length === 0)
    return html`<p>no version was decided since this node began; older ones are measured at <code>/v1/models/{version}/report</code></p>`;
  return html`${chartPlace(SKILL, skillWords(skill))}
<p class="quiet">1 − loss ÷ loss of the baseline on held-out public data: above 0 is better than it.</p>
<details><summary>all baselines of the newest version</summary><div class="scroll" role="region" aria-label="all baselines" tabindex="0"><table><thead><tr><th scope="col">head</th><th scope="col">loss</th><th scope="col">baseline</th><th scope="col">skill</th></tr></thead><tbody>
${skill.heads.flatMap(({ head, unit, loss, baselines }) => baselines.map(({ name, skill: values }) => html`<tr><th scope="row">${head}</th><td>${loss.at(-1)?.toPrecision(4) ?? 'none'} ${unit === '1' ? '' : unit}</td><td>${name}</td><td>${skillText(values.at(-1))}</td></tr>`))}
</tbody></table></div></details>`;
}

const skillText = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'none' : percentText(value, 1);

const mainBaseline = ({ baselines }: SkillJson['heads'][number]) =>
  baselines.find(({ name }) => name === 'B2' || name === 'ewma') ?? baselines[0];

function skillWords(skill: SkillJson): string {
  const now = skill.heads.map((head) => {
    const main = mainBaseline(head);
    return `${head.head} ${skillText(main?.skill.at(-1))} against ${main?.name}`;
  });
  return `Skill of ${skill.versions.length} versions; the newest, ${skill.versions.at(-1)}: ${now.join(', ')}.`;
}

function driftPart({ findings, subjects, retraining, round }: DriftJson): TemplateResult {
  const known = subjects.filter(({ days }) => days > 0);
  return html`${findings.length === 0 ? html`<p>${badge('nothing has changed', 'good')} <span class="quiet">looked at in round ${round}</span></p>` : html`<ul class="items">${findings.map(({ message }) => html`<li>${badge('drift', 'warm')} ${message}</li>`)}</ul>`}
${retraining.recommended ? html`<p>training is recommended: ${retraining.reasons.join(', ')}</p>` : nothing}
${known.length === 0 ? nothing : html`<dl>${known.map(({ subject, days, skill, coverage }) => html`<div><dt>${subject}, ${days} days</dt><dd>skill ${skillText(skill)}${coverage === null ? '' : `; ${percentText(coverage, 0)} of outcomes within the 80 % interval`}</dd></div>`)}</dl>`}`;
}

function shadowPart({ trial }: ShadowJson): TemplateResult {
  if (trial === null) return html`<p class="quiet">this node compares no candidate</p>`;
  const { candidate, verdict, blocks, skill, reasons } = trial;
  return html`<p>${candidate}: ${badge(verdict, verdict === 'approve' ? 'good' : 'plain')} after ${blocks} blocks, skill ${percentText(skill, 1)}</p>
<ul class="items">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`;
}

/** The fan of one horizon beside the outcomes, and skill by version. */
export function modelCharts({
  answers,
  horizon,
}: Pick<PageState, 'answers' | 'horizon'>): readonly ChartSpec[] {
  const [history, skill] = [bodyOf(answers.forecasts), bodyOf(answers.skill)];
  const chosen = history && chosenOf(history, horizon);
  return [
    ...(history === undefined || chosen === undefined ? [] : [fanChart(history, chosen)]),
    ...(skill === undefined || skill.versions.length === 0 ? [] : [skillChart(skill)]),
  ];
}

function fanChart(history: PegHistoryJson, chosen: PegHistoryJson['horizons'][number]): ChartSpec {
  const { outcomes, levels } = history;
  const from = Math.min(outcomes.startHour, chosen.startHour);
  const to = Math.max(history.hour, chosen.startHour + (chosen.quantiles[0]?.length ?? 0) - 1);
  const hours = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const column = (start: number, values: readonly (number | null)[]) =>
    hours.map((hour) => values[hour - start] ?? null);
  const quantile = (q: number) => column(chosen.startHour, chosen.quantiles[q] ?? []);
  const middle = levels.indexOf(0.5);
  return {
    id: FAN,
    words: fanWords(history, chosen),
    axis: 'time',
    unit: 'bp',
    x: hours.map((hour) => hour * HOUR_S),
    series: [
      {
        label: percentText(levels.at(-1) ?? 1, 0),
        colour: '--fan-edge',
        values: quantile(levels.length - 1),
      },
      { label: percentText(levels[0] ?? 0, 0), colour: '--fan-edge', values: quantile(0) },
      { label: 'median', colour: '--second', values: quantile(middle), dash: [4, 3] },
      {
        label: 'outcome',
        colour: '--line',
        values: column(outcomes.startHour, outcomes.deviationBp),
        width: 2,
      },
    ],
    band: { upper: 0, lower: 1, colour: '--fan' },
  };
}

const skillChart = (skill: SkillJson): ChartSpec => ({
  id: SKILL,
  words: skillWords(skill),
  axis: 'number',
  unit: '%',
  x: skill.versions,
  series: skill.heads.slice(0, COLOURS.length).map((head, i) => {
    const main = mainBaseline(head);
    const values = main?.skill ?? [];
    return {
      label: `${head.head} against ${main?.name}`,
      colour: COLOURS[i] ?? '--muted',
      values: values.map((value) => (value === null ? null : value * 100)),
      width: 2,
      hasPoints: skill.versions.length < 40,
    };
  }),
  reach: [0],
});
