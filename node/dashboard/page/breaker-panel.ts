import type { BreakerJson, OverrideJson, ParameterJson } from '../../api/index.ts';
import { amountText, timeText } from './amounts.ts';
import { type Html, html } from './html.ts';

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
export function breakerPanel(
  breaker: BreakerJson,
  overrides: readonly OverrideJson[],
  parameters: readonly ParameterJson[],
): Html {
  const { severity, level, halts, observedAtMs } = breaker;
  const calm = halts.length === 0;
  const seen = observedAtMs === null ? 'nobody has observed yet' : `observed ${timeText(observedAtMs)}`;
  const state = severity >= 3 || !calm ? 'halted' : severity > 0 ? 'syncing' : 'ready';
  return html`<p class="state ${state}">${calm ? 'nothing is halted' : `halted: ${halts.map(headline).join(', ')}`}</p>
<p class="quiet">severity ${severity}, ${level}; ${seen}</p>
${calm ? [] : html`<ul class="items">${halts.map(haltItem)}</ul>`}
<h3>Overrides of governance</h3>
${overrides.length === 0 ? html`<p>none</p>` : html`<ul class="items">${overrides.map((item) => overrideItem(item, parameters))}</ul>`}`;
}

const headline = ({ scope, key }: Halt): string => {
  const of = key === null ? '' : scope === 'class' || scope === 'parameter' ? ` ${key}` : ` of ${key}`;
  return `${SCOPES[scope]}${of}`;
};

function haltItem(halt: Halt): Html {
  const { scope, key, kind, by, sinceMs, resumption } = halt;
  const who = kind === null ? 'nobody can say by whom' : KINDS[kind];
  const since = sinceMs === null ? '' : `, since ${timeText(sinceMs)}`;
  const account = kind === 'guardian' && by !== null ? html` <code>${by}</code>` : [];
  const ready =
    resumption === null
      ? 'governance has not decided to resume it'
      : resumption.isCancelled
        ? 'its resumption was taken back by a later halt'
        : `may be resumed from ${timeText(resumption.readyAtMs)}`;
  return html`<li><strong>${scope}${key === null ? '' : ` ${key}`}</strong> ${who}${account}${since}; ${ready}</li>`;
}

function overrideItem(item: OverrideJson, parameters: readonly ParameterJson[]): Html {
  const { parameter, name, value, endsAtMs, words, justification } = item;
  const unit = parameters.find(({ id }) => id === parameter)?.unit ?? '';
  const why =
    words === null ? html`justification <code>${justification.slice(0, 16)}</code>` : html`“${words}”`;
  return html`<li><strong>${name ?? parameter.slice(0, 16)}</strong> is ${amountText(value, unit)} until ${timeText(endsAtMs)}: ${why}</li>`;
}
