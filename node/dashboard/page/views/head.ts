import { html, nothing, type TemplateResult } from 'lit-html';
import { firing, ruleText } from '../alerts.ts';
import { bodyOf } from '../answers.ts';
import { VIEWS } from '../resources.ts';
import type { PageState } from '../state.ts';
import { lagText } from './monitoring.ts';
import { shortId } from './parts.ts';

const STATUS: Readonly<Record<string, readonly [words: string, tone: string]>> = {
  ready: ['takes part', 'good'],
  syncing: ['catching up, or with a problem', 'warm'],
  starting: ['not up', 'bad'],
};

/** What is seen on every view: who this is, whether all is well, the round, the chain. */
export function headView(state: PageState): TemplateResult {
  const { answers, nowMs, rules, samples } = state;
  const readiness = bodyOf(answers.readiness);
  const node = bodyOf(answers.node);
  const chain = bodyOf(answers.chain);
  const [words, tone] = STATUS[readiness?.status ?? ''] ?? ['asking the node', 'plain'];
  const alerts = firing(rules, samples);
  return html`<p class="badge ${tone}">${words}${readiness === undefined || readiness.reason === '' ? '' : `: ${readiness.reason}`}</p>
${node === undefined ? nothing : html`<p>${node.role} ${shortId(node.node)}</p><p>round <strong>${node.head.round + 1}</strong></p><p>version <strong>${node.head.version}</strong></p>`}
${chain === undefined ? nothing : html`<p>${lagText(chain, nowMs)}</p>`}
${alerts.length === 0 ? nothing : html`<p class="badge bad" title=${alerts.map(({ rule }) => ruleText(rule)).join('\n')}><a href="#monitoring">${alerts.length} ${alerts.length === 1 ? 'alert' : 'alerts'}</a></p>`}`;
}

/** The views, each a link that the keyboard reaches. */
export const navView = ({ view }: Pick<PageState, 'view'>): TemplateResult =>
  html`<ul>${VIEWS.map(({ id, title }) => html`<li><a href="#${id}" aria-current=${id === view ? 'page' : nothing}>${title}</a></li>`)}</ul>`;
