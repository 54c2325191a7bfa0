import type { ParameterJson } from '../../api/index.ts';
import { amountText, durationText, shareOf, stepText, valueText } from './amounts.ts';
import { type Html, html } from './html.ts';

const RANGE = { width: 200, height: 14 };
const BUDGET = { width: 120, height: 10 };
const RISKS: Readonly<Record<ParameterJson['risk'], string>> = {
  both: 'up, down',
  up: 'up',
  down: 'down',
};

/** Each parameter between its bounds, with what its budgets have left. */
export function parameterPanel(parameters: readonly ParameterJson[]): Html {
  return html`<div class="scroll"><table class="parameters">
<thead><tr><th>parameter</th><th>value between its bounds</th><th>budget for rises, used of all</th><th>budget for falls, used of all</th><th>drains in</th><th>raises risk</th><th>a model may now write</th></tr></thead>
<tbody>${parameters.map(row)}</tbody></table></div>`;
}

function row(parameter: ParameterJson): Html {
  const { name, risk, budgets } = parameter;
  return html`<tr><th scope="row">${name}</th><td>${range(parameter)}</td><td>${budget(parameter, 'up')}</td><td>${budget(parameter, 'down')}</td><td>${durationText(budgets.windowSeconds)}</td><td>${RISKS[risk]}</td><td>${mayNow(parameter)}</td></tr>`;
}

function range({ value, unit, bounds, name }: ParameterJson): Html {
  const { minimum, maximum } = bounds;
  const at = Math.round(shareOf(value, minimum, maximum) * (RANGE.width - 8)) + 4;
  const words = `${name} is ${amountText(value, unit)}, from ${amountText(minimum, unit)} to ${amountText(maximum, unit)}`;
  return html`<strong>${amountText(value, unit)}</strong>
<svg class="range" viewBox="0 0 ${RANGE.width} ${RANGE.height}" role="img" aria-label="${words}"><rect class="track" y="5" width="${RANGE.width}" height="4" rx="2"/><circle class="dot" cx="${at}" cy="7" r="5"/></svg>
<span class="quiet ends"><span>${valueText(minimum, unit)}</span><span>${valueText(maximum, unit)}</span></span>`;
}

function budget({ budgets, steps, unit, name }: ParameterJson, direction: 'up' | 'down'): Html {
  const { total, used, left } = budgets[direction];
  if (total === '0' || steps[direction] === '0') return html`<span class="quiet">closed</span>`;
  const share = shareOf(used, '0', total);
  const level = share > 0.9 ? 'late' : share > 0.7 ? 'warm' : 'calm';
  const words = `${name}, ${direction}: ${stepText(used, unit)} of ${stepText(total, unit)} used`;
  return html`${stepText(left, unit)} left
<svg class="budget-bar" viewBox="0 0 ${BUDGET.width} ${BUDGET.height}" role="img" aria-label="${words}"><rect class="track" width="${BUDGET.width}" height="${BUDGET.height}" rx="5"/><rect class="fill ${level}" width="${Math.round(share * BUDGET.width)}" height="${BUDGET.height}" rx="5"/></svg>
<span class="quiet">${stepText(used, unit)} of ${stepText(total, unit)}</span>`;
}

/** What a model may write at this moment, all counted in. */
function mayNow({ value, unit, allowed, overriddenUntilMs }: ParameterJson): string | Html {
  const { lowest, highest, fallReadyAtMs, riseReadyAtMs } = allowed;
  if (overriddenUntilMs !== null) return 'nothing: overridden';
  if (lowest !== value || highest !== value)
    return html`<span class="whole">${valueText(lowest, unit)}</span> to <span class="whole">${valueText(highest, unit)}</span>`;
  if (fallReadyAtMs === null && riseReadyAtMs === null) return 'nothing: halted';
  return 'nothing yet';
}
