import { html, type TemplateResult } from 'lit-html';
import type { PeersJson } from '../../../api/index.ts';
import type { Actions, PageState } from '../state.ts';
import { refusalWords } from './fates.ts';
import { badge, card, rowsOf, shortId, shown } from './parts.ts';

/** Whom this node is connected to, and how they behave. */
export const peersView = ({ answers, shown: limits }: PageState, actions: Actions): TemplateResult =>
  card(
    'Peers',
    shown(answers.peers, (peers) => peerTable(peers, limits.peers, actions)),
    true,
  );

function peerTable({ items, connected, limits }: PeersJson, limit: number, actions: Actions): TemplateResult {
  return html`<p><strong>${connected}</strong> connected. A score is 0 at best and heals with time; at ${limits.disconnect} a peer is cut off, at ${limits.ban} it is kept out.</p>
${rowsOf('peers', items, limit, actions, {
  caption: 'connected peers, the worst score first',
  head: ['peer', 'role', 'score', 'round trip', 'refused messages'],
  row: ({ node, role, score, latencyMs, refusals }) =>
    html`<tr><th scope="row">${shortId(node)}</th><td>${role}</td><td>${badge(score.toFixed(1), scoreTone(score, limits.disconnect))}</td><td>${latencyMs === null ? html`<span class="quiet">not asked yet</span>` : `${latencyMs} ms`}</td><td class="words">${refusals.length === 0 ? html`<span class="quiet">none</span>` : refusals.map(({ code, count }, i) => html`${i === 0 ? '' : ', '}<span title=${refusalWords(code)}>${count} ${code}</span>`)}</td></tr>`,
})}`;
}

const scoreTone = (score: number, disconnect: number) =>
  score > -1 ? 'good' : score > disconnect / 2 ? 'warm' : 'bad';
