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

function peerTable(
  { items, connected, limits, release: own }: PeersJson,
  limit: number,
  actions: Actions,
): TemplateResult {
  return html`<p><strong>${connected}</strong> connected. A score is 0 at best and heals with time; at ${limits.disconnect} a peer is cut off, at ${limits.ban} it is kept out.${own === null ? '' : html` This node runs release ${own}; a peer’s is what it says of itself.`}</p>
${rowsOf('peers', items, limit, actions, {
  caption: 'connected peers, the worst score first',
  head: ['peer', 'role', 'score', 'round trip', 'release', 'refused messages'],
  row: ({ node, role, score, latencyMs, refusals, release, missingProtocols }) =>
    html`<tr><th scope="row">${shortId(node)}</th><td>${role}</td><td>${badge(score.toFixed(1), scoreTone(score, limits.disconnect))}</td><td>${latencyMs === null ? html`<span class="quiet">not asked yet</span>` : `${latencyMs} ms`}</td><td>${releaseCell(release, own, missingProtocols)}</td><td class="words">${refusals.length === 0 ? html`<span class="quiet">none</span>` : refusals.map(({ code, count }, i) => html`${i === 0 ? '' : ', '}<span title=${refusalWords(code)}>${count} ${code}</span>`)}</td></tr>`,
})}`;
}

const scoreTone = (score: number, disconnect: number) =>
  score > -1 ? 'good' : score > disconnect / 2 ? 'warm' : 'bad';

function releaseCell(release: string | null, own: string | null, missing: readonly string[]): TemplateResult {
  const tone = missing.length > 0 ? 'bad' : release === own || own === null ? 'good' : 'warm';
  const told = release === null ? html`<span class="quiet">not told</span>` : badge(release, tone);
  return missing.length === 0 ? told : html`${told} <span class="quiet">without ${missing.join(', ')}</span>`;
}
