import { html, nothing, type TemplateResult } from 'lit-html';
import type { NodeJson, OffencesJson, ReadinessJson } from '../../../api/index.ts';
import { percentText } from '../numbers.ts';
import type { Actions, LogLine, OwnRow, PageState } from '../state.ts';
import { timeAgo } from '../time.ts';
import { fateText, fateTone } from './fates.ts';
import { badge, card, fact, rowsOf, shortHash, shortId, shown } from './parts.ts';

/** This node: what became of its updates and why, its problems, what it refused, what it can prove. */
export const ownNodeView = (state: PageState, actions: Actions): TemplateResult =>
  html`${card('Why was my update left out?', ownUpdates(state.own), true)}
${card('Standing', shown(state.answers.node, standing))}
${card(
  'Problems',
  shown(state.answers.readiness, (body) => problems(body, state.nowMs)),
)}
${card('What this node refused', refusals(state.refused, state.shown.refusals, state.nowMs, actions), true)}
${card('Evidence that this node keeps', shown(state.answers.evidence, evidence), true)}`;

function ownUpdates(own: readonly OwnRow[]): TemplateResult {
  if (own.length === 0) return html`<p>no round is decided yet</p>`;
  const left = own.filter(({ fate }) => fate !== 'selected' && fate !== 'accepted').length;
  return html`<p>${left === 0 ? 'Every update of the last rounds was taken.' : `${left} of the last ${own.length} rounds went without an update of this node.`}</p>
<div class="scroll" role="region" aria-label="own updates" tabindex="0"><table><caption class="hidden">own updates</caption><thead><tr><th scope="col">round</th><th scope="col">update</th><th scope="col">what that means</th></tr></thead><tbody>
${own.map(({ round, fate }) => html`<tr><th scope="row">${round}</th><td>${fate === null ? badge('none sealed', 'plain') : badge(fate, fateTone(fate))}</td><td class="words">${fate === null ? 'no header of this node was sealed: it did not train (see the problems), or its header came too late' : fateText(fate)}</td></tr>`)}
</tbody></table></div>`;
}

function standing({ node, role, standing: rank, update, epoch }: NodeJson): TemplateResult {
  return html`<dl>${fact('node', html`<code class="long">${node}</code>`)}${fact('role', `${role} in epoch ${epoch}`)}
${rank === null ? fact('standing', 'no roll has named it yet') : html`${fact('standing', rank.quarantinedUntil === null ? rank.tier : `${rank.tier} until round ${rank.quarantinedUntil}`)}${fact('weight of its updates', `${rank.weight} of 4 quarters`)}${fact('accepted', `${rank.accepted} of ${rank.offered} offered, ${percentText(rank.rate, 0)} of the rounds`)}${fact('with weight', rank.selected)}`}
${update === null ? nothing : fact(`in round ${update.round}`, `${update.fate}: ${update.meaning}`)}</dl>`;
}

const problems = ({ conditions }: ReadinessJson, nowMs: number): TemplateResult =>
  conditions.length === 0
    ? html`<p>${badge('none', 'good')}</p>`
    : html`<ul class="items">${conditions.map(({ code, message, sinceMs }) => html`<li><code>${code}</code> ${message} <span class="quiet">${timeAgo(sinceMs, nowMs)}</span></li>`)}</ul>`;

function refusals(lines: readonly LogLine[], limit: number, nowMs: number, actions: Actions): TemplateResult {
  if (lines.length === 0)
    return html`<p>nothing since this page was opened; what each peer sent before is counted under <a href="#peers">peers</a></p>`;
  return rowsOf('refusals', lines, limit, actions, {
    caption: 'refused messages, the newest first',
    head: ['when', 'code', 'meaning'],
    row: ({ atMs, kind, words }) =>
      html`<tr><td>${timeAgo(atMs, nowMs)}</td><td><code>${kind}</code></td><td class="words">${words}</td></tr>`,
  });
}

function evidence({ items }: OffencesJson): TemplateResult {
  if (items.length === 0) return html`<p>none: nobody was caught</p>`;
  return html`<ul class="items">${items.slice(0, 50).map(({ node, kind, round, evidence: digest }) => html`<li>${shortId(node)} <strong>${kind}</strong> in round ${round}, proof ${shortHash(digest)}</li>`)}</ul>
${items.length > 50 ? html`<p class="quiet">the first 50 of ${items.length}; all of them are at <code>/v1/evidence</code></p>` : nothing}`;
}
