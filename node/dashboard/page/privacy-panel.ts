import type { PrivacyAccountJson } from '../../api/index.ts';
import { epsilonChart, epsilonTable } from './epsilon-chart.ts';
import { type Html, html, nothing } from './html.ts';
import { epsilonText } from './numbers.ts';

const RELATIONS = {
  'add-remove': 'one unit more or less',
  replace: 'one unit exchanged for another',
} as const;
const ACCOUNTANTS = {
  gaussian: 'exact curve of the Gaussian mechanism',
  rdp: 'Rényi divergence (RDP)',
  pld: 'privacy loss distribution (PLD)',
} as const;

const BAR = { width: 680, height: 14 };

/** What this node has spent of its budget, what is left, and whom the guarantee covers. */
export function privacyPanel(account: PrivacyAccountJson): Html {
  return html`<p class="state ${account.state}">${stateLine(account)}</p>
${account.budget === null ? nothing : spentBar(account, account.budget)}
${epsilonChart(account)}
${legend(account)}
<dl>
${fact('covers', account.covers)}
${account.unit === 'none' ? nothing : guaranteeFacts(account)}
${fact('trust', account.assumption)}
${fact('released', `${account.spent.releases} updates, ${account.spent.sums} noisy sums`)}
${fact('a round releases', account.events[account.next.event]?.words ?? 'unknown')}
</dl>`;
}

/** The table beside the chart, to be opened by whoever wants it. */
export function privacyTable(account: PrivacyAccountJson): Html {
  if (account.budget === null) return nothing;
  return html`<details id="privacy-table"><summary>the same as a table</summary>${epsilonTable(account)}</details>`;
}

/** The state of the budget in one line. */
export function stateLine({ state, roundsLeft }: PrivacyAccountJson): string {
  if (state === 'no-guarantee') return 'no guarantee: updates leave this node without noise';
  if (state === 'spent') return 'budget spent: this node validates and releases nothing';
  if (roundsLeft === null) return 'the budget has no end';
  return `the budget bears ${roundsLeft} more ${roundsLeft === 1 ? 'round' : 'rounds'} at the present noise`;
}

function spentBar({ spent }: PrivacyAccountJson, budget: number): Html {
  const epsilon = spent.epsilon ?? 0;
  const share = Math.min(1, epsilon / budget);
  const words = `ε ${epsilonText(epsilon)} of ${budget} spent, ${Math.floor(share * 100)} %`;
  const level = share > 0.9 ? 'late' : share > 0.7 ? 'warm' : 'calm';
  return html`<p class="figure"><strong>ε ${epsilonText(epsilon)}</strong> of ${budget} spent</p>
<svg class="bar" viewBox="0 0 ${BAR.width} ${BAR.height}" role="img" aria-label="${words}">
<rect class="track" width="${BAR.width}" height="${BAR.height}" rx="7"/>
<rect class="fill ${level}" width="${Math.round(share * BAR.width)}" height="${BAR.height}" rx="7"/>
</svg>`;
}

function legend({ budget, next }: PrivacyAccountJson): Html {
  if (budget === null) return nothing;
  const key = (kind: string, words: string) =>
    html`<li><svg viewBox="0 0 28 10" aria-hidden="true"><line class="${kind}" x1="1" x2="27" y1="5" y2="5"/></svg>${words}</li>`;
  return html`<ul class="legend">${key('spent', 'spent')}${next.projection.length > 0 ? key('projected', 'if every round releases as now') : nothing}${key('budget', 'budget')}</ul>`;
}

function guaranteeFacts({ relation, delta, accountant, remaining }: PrivacyAccountJson): readonly Html[] {
  return [
    fact('neighbours differ by', RELATIONS[relation]),
    fact('δ', String(delta)),
    fact('counted by', accountant === null ? 'nobody' : ACCOUNTANTS[accountant]),
    fact('ε left', (Math.floor((remaining ?? 0) * 1000) / 1000).toFixed(3)),
  ];
}

export const fact = (name: string, value: string | Html): Html =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
