import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { DecisionJson, ParameterJson } from '../../../api/index.ts';
import { amountText, durationText, shareOf, stepText, valueText } from '../amounts.ts';
import { bodyOf } from '../answers.ts';
import type { ChartSpec } from '../chart-spec.ts';
import type { Actions, PageState } from '../state.ts';
import { timeAgo } from '../time.ts';
import { breakerPart } from './breaker.ts';
import { card, chartPlace, meter, shown } from './parts.ts';

const HISTORY = 'chart-parameter';
const RISKS: Readonly<Record<ParameterJson['risk'], string>> = { both: 'up, down', up: 'up', down: 'down' };

/** Parameters between their bounds, how they came to be where they are, and what holds the models. */
export function parametersView(state: PageState, actions: Actions): TemplateResult {
  const { answers, nowMs } = state;
  const known = bodyOf(answers.parameters)?.items ?? [];
  return html`${card(
    'History of a parameter',
    shown(answers.parameters, () => historyPart(state, known, actions)),
    true,
  )}
${card(
  'Parameters',
  shown(answers.parameters, ({ items }) => table(items, nowMs)),
  true,
)}
${card('Breaker and overrides', breakerPart(answers, known, nowMs), true)}`;
}

/** The parameter that is chosen: the one that changed last unless a reader says otherwise. */
const chosenParameter = (
  known: readonly ParameterJson[],
  changes: readonly DecisionJson[],
  name: string | undefined,
): ParameterJson | undefined =>
  known.find((item) => item.name === name) ??
  known.find(({ id }) => id === changes.find(({ kind }) => kind !== 'wish')?.parameter) ??
  known[0];

function historyPart(
  { answers, parameter, nowMs, isCloseUp }: PageState,
  known: readonly ParameterJson[],
  actions: Actions,
): TemplateResult {
  const changes = bodyOf(answers.decisions)?.items ?? [];
  const chosen = chosenParameter(known, changes, parameter);
  if (chosen === undefined) return html`<p>governance has configured no parameter</p>`;
  const own = changes.filter((item) => item.parameter === chosen.id && item.kind !== 'wish');
  const { unit, bounds, allowed, value } = chosen;
  return html`<p><label>parameter <select @change=${(event: Event) => actions.chooseParameter((event.target as unknown as { value: string }).value)}>${known.map(({ name }) => html`<option value=${name} ?selected=${name === chosen.name}>${name}</option>`)}</select></label></p>
<p class="figure"><strong>${amountText(value, unit)}</strong> <span class="quiet">between ${valueText(bounds.minimum, unit)} and ${valueText(bounds.maximum, unit)}; a model may now write ${valueText(allowed.lowest, unit)} to ${valueText(allowed.highest, unit)}</span></p>
${own.length === 0 ? html`<p>no change is in the decision log yet</p>` : html`<p class="choices" role="group" aria-label="range of the chart">${[false, true].map((isNear) => html`<button type="button" aria-pressed=${isNear === isCloseUp ? 'true' : 'false'} @click=${() => actions.closeUp(isNear)}>${isNear ? 'close up' : 'with its bounds'}</button>`)}</p>${chartPlace(HISTORY, historyWords(chosen, own))}`}
${own.slice(0, 5).map((item) => html`<p class="change">${item.atMs === null ? `block ${item.block}` : timeAgo(item.atMs, nowMs)}: <strong>${valueText(item.before, unit)} → ${valueText(item.after, unit)}</strong> by ${item.kind === 'model' ? `version ${item.version}` : 'governance'}${item.words === null ? '' : `: ${item.words}`}</p>`)}
${own.length > 5 ? html`<p><a href="#decisions">all decisions</a></p>` : nothing}`;
}

const historyWords = ({ name, unit, value }: ParameterJson, own: readonly DecisionJson[]): string =>
  `${name}: ${own.length} changes, now ${amountText(value, unit)}.`;

const table = (items: readonly ParameterJson[], nowMs: number): TemplateResult =>
  html`<div class="scroll" role="region" aria-label="parameters" tabindex="0"><table class="parameters"><caption class="hidden">parameters, their bounds and budgets</caption>
<thead><tr>${['parameter', 'value between its bounds', 'budget for rises', 'budget for falls', 'drains in', 'raises risk', 'a model may now write', 'last change'].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${items.map((item) => row(item, nowMs))}</tbody></table></div>`;

function row(parameter: ParameterJson, nowMs: number): TemplateResult {
  const { name, risk, budgets, lastChange } = parameter;
  return html`<tr><th scope="row">${name}</th><td>${range(parameter)}</td><td>${budget(parameter, 'up')}</td><td>${budget(parameter, 'down')}</td><td>${durationText(budgets.windowSeconds)}</td><td>${RISKS[risk]}</td><td>${mayNow(parameter)}</td><td>${lastChange === null ? html`<span class="quiet">not seen by this node</span>` : timeAgo(lastChange.atMs, nowMs)}</td></tr>`;
}

function range({ value, unit, bounds, allowed, name }: ParameterJson): TemplateResult {
  const { minimum, maximum } = bounds;
  const at = (amount: string) => Math.round(shareOf(amount, minimum, maximum) * 192) + 4;
  const words = `${name} is ${amountText(value, unit)}, from ${amountText(minimum, unit)} to ${amountText(maximum, unit)}`;
  const [low, high] = [at(allowed.lowest), at(allowed.highest)];
  return html`<strong>${amountText(value, unit)}</strong>
<svg class="range" viewBox="0 0 200 14" role="img" aria-label=${words}>${svg`<rect class="track" y="5" width="200" height="4" rx="2"/><rect class="allowed" x=${low} y="4" width=${Math.max(0, high - low)} height="6"/><circle class="dot" cx=${at(value)} cy="7" r="5"/>`}</svg>
<span class="quiet ends"><span>${valueText(minimum, unit)}</span><span>${valueText(maximum, unit)}</span></span>`;
}

function budget({ budgets, steps, unit, name }: ParameterJson, direction: 'up' | 'down'): TemplateResult {
  const { total, used, left } = budgets[direction];
  if (total === '0' || steps[direction] === '0') return html`<span class="quiet">closed</span>`;
  const share = shareOf(used, '0', total);
  const level = share > 0.9 ? 'late' : share > 0.7 ? 'warm' : 'calm';
  const words = `${name}, ${direction}: ${stepText(used, unit)} of ${stepText(total, unit)} used`;
  return html`${stepText(left, unit)} left ${meter(share, words, level)}<span class="quiet">${stepText(used, unit)} of ${stepText(total, unit)} used</span>`;
}

/** What a model may write at this moment, all counted in. */
function mayNow({ value, unit, allowed, overriddenUntilMs }: ParameterJson): string | TemplateResult {
  const { lowest, highest, fallReadyAtMs, riseReadyAtMs } = allowed;
  if (overriddenUntilMs !== null) return 'nothing: overridden';
  if (lowest !== value || highest !== value)
    return html`<span class="whole">${valueText(lowest, unit)}</span> to <span class="whole">${valueText(highest, unit)}</span>`;
  if (fallReadyAtMs === null && riseReadyAtMs === null) return 'nothing: halted';
  return 'nothing yet';
}

/** The value of the chosen parameter over its changes, with the bounds and what a model may write now. */
export function parameterCharts({ answers, parameter, nowMs, isCloseUp }: PageState): readonly ChartSpec[] {
  const [known, changes] = [bodyOf(answers.parameters)?.items ?? [], bodyOf(answers.decisions)?.items ?? []];
  const chosen = chosenParameter(known, changes, parameter);
  if (chosen === undefined) return [];
  const own = changes
    .filter(({ parameter: id, kind, atMs }) => id === chosen.id && kind !== 'wish' && atMs !== null)
    .toReversed();
  if (own.length === 0) return [];
  const [scale, unit] = chosen.unit.startsWith('wad') ? [1e16, '%'] : [1, chosen.unit];
  const shift = chosen.unit.endsWith('+0.5') ? 50 : 0;
  const amount = (text: string) => Number(text) / scale - shift;
  const first = own[0];
  const x = [(first?.atMs ?? 0) / 1_000 - 1, ...own.map(({ atMs }) => (atMs ?? 0) / 1_000)];
  x.push(Math.max(nowMs / 1_000, (x.at(-1) ?? 0) + 1));
  const values = [
    amount(first?.before ?? '0'),
    ...own.map(({ after }) => amount(after)),
    amount(chosen.value),
  ];
  const flat = (text: string) => x.map(() => amount(text));
  return [
    {
      id: HISTORY,
      words: historyWords(chosen, own),
      axis: 'time',
      unit,
      x,
      series: [
        { label: 'highest now', colour: '--fan-edge', values: flat(chosen.allowed.highest) },
        { label: 'lowest now', colour: '--fan-edge', values: flat(chosen.allowed.lowest) },
        ...(isCloseUp
          ? []
          : [
              { label: 'upper bound', colour: '--late', values: flat(chosen.bounds.maximum), dash: [4, 3] },
              { label: 'lower bound', colour: '--late', values: flat(chosen.bounds.minimum), dash: [4, 3] },
            ]),
        { label: 'value', colour: '--line', values, isStepped: true, width: 2, hasPoints: own.length < 40 },
      ],
      band: { upper: 0, lower: 1, colour: '--fan' },
    },
  ];
}
