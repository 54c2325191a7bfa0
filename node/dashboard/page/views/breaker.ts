import { html, nothing, type TemplateResult } from 'lit-html';
import type { BreakerJson, OverrideJson, ParameterJson } from '../../../api/index.ts';
import { amountText } from '../amounts.ts';
import type { Answers } from '../answers.ts';
import { timeAgo } from '../time.ts';
import { badge, shown } from './parts.ts';

type Halt = BreakerJson['halts'][number];

const SCOPES: Readonly<Record<Halt['scope'], string>> = {
  all: 'every write by a model',
  'risk-raising': 'writes that raise risk',
  minting: 'minting',
  'vulnerable-minting': 'minting against collateral that is not sturdy',
  burning: 'redemption',
  class: 'parameters of class',
  parameter: 'the parameter',
};
const KINDS: Readonly<Record<NonNullable<Halt['kind']>, string>> = {
  guardian: 'by a guardian',
  governance: 'by governance',
  severity: 'since the coin or its collateral is in trouble',
  'oracle-failure': 'since the oracle failed',
  'update-rate': 'since models wrote too often',
  'model-dispute': 'since the model is disputed',
};

/** What the circuit breaker halts, and which parameters governance keeps models from. */
export const breakerPart = (
  { breaker, overrides }: Pick<Answers, 'breaker' | 'overrides'>,
  parameters: readonly ParameterJson[],
  nowMs: number,
): TemplateResult =>
  html`${shown(breaker, (body) => breakerState(body, nowMs))}<h3>Overrides of governance</h3>${shown(overrides, ({ items }) => overrideList(items, parameters, nowMs))}`;

export function breakerState(
  { severity, level, halts, observedAtMs }: BreakerJson,
  nowMs: number,
): TemplateResult {
  const isCalm = halts.length === 0;
  const tone = severity >= 3 || !isCalm ? 'bad' : severity > 0 ? 'warm' : 'good';
  return html`<p>${badge(isCalm ? 'nothing is halted' : `halted: ${halts.map(headline).join(', ')}`, tone)}</p>
<p class="quiet">severity ${severity}, ${level}; ${observedAtMs === null ? 'nobody has observed yet' : html`observed ${timeAgo(observedAtMs, nowMs)}`}</p>
${isCalm ? nothing : html`<ul class="items">${halts.map((halt) => haltItem(halt, nowMs))}</ul>`}`;
}

const headline = ({ scope, key }: Halt): string => {
  const of = key === null ? '' : scope === 'class' || scope === 'parameter' ? ` ${key}` : ` of ${key}`;
  return `${SCOPES[scope]}${of}`;
};

function haltItem({ scope, key, kind, by, sinceMs, resumption }: Halt, nowMs: number): TemplateResult {
  const who = kind === null ? 'nobody can say by whom' : KINDS[kind];
  const ready =
    resumption === null
      ? 'governance has not decided to resume it'
      : resumption.isCancelled
        ? 'its resumption was taken back by a later halt'
        : resumption.readyAtMs <= nowMs
          ? 'may be resumed by anyone'
          : html`may be resumed ${timeAgo(resumption.readyAtMs, nowMs)}`;
  return html`<li><strong>${scope}${key === null ? '' : ` ${key}`}</strong> ${who}${kind === 'guardian' && by !== null ? html` <code>${by}</code>` : nothing}${sinceMs === null ? nothing : html`, ${timeAgo(sinceMs, nowMs)}`}; ${ready}</li>`;
}

export function overrideList(
  items: readonly OverrideJson[],
  parameters: readonly ParameterJson[],
  nowMs: number,
): TemplateResult {
  if (items.length === 0) return html`<p>none</p>`;
  return html`<ul class="items">${items.map(({ parameter, name, value, endsAtMs, words, justification }) => {
    const unit = parameters.find(({ id }) => id === parameter)?.unit ?? '';
    return html`<li><strong>${name ?? parameter.slice(0, 16)}</strong> is ${amountText(value, unit)}, ends ${timeAgo(endsAtMs, nowMs)}: ${words === null ? html`justification <code>${justification.slice(0, 16)}</code>` : `“${words}”`}</li>`;
  })}</ul>`;
}
