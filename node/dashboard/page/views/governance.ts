import { html, nothing, type TemplateResult } from 'lit-html';
import type { ProposalsJson } from '../../../api/index.ts';
import type { PageState } from '../state.ts';
import { timeAgo } from '../time.ts';
import { badge, card, meter, shortHash, shown } from './parts.ts';

type Proposal = ProposalsJson['items'][number];

const TONES: Readonly<Record<Proposal['state'], 'good' | 'warm' | 'plain' | 'bad'>> = {
  pending: 'plain',
  active: 'warm',
  succeeded: 'good',
  queued: 'good',
  executed: 'good',
  cancelled: 'plain',
  defeated: 'bad',
  expired: 'plain',
};

/** Proposals, those that are voted on first. */
export const governanceView = ({ answers, nowMs }: Pick<PageState, 'answers' | 'nowMs'>): TemplateResult =>
  html`${card(
    'Voting now',
    shown(answers.proposals, ({ items }) => list(items.filter(isOpen), nowMs, 'nothing is voted on')),
    true,
  )}
${card(
  'Proposals',
  shown(
    answers.proposals,
    ({ items, total }) =>
      html`${total > items.length ? html`<p class="quiet">the newest ${items.length} of ${total}</p>` : nothing}${list(
        items.filter((item) => !isOpen(item)),
        nowMs,
        'no other proposal',
      )}`,
  ),
  true,
)}`;

const isOpen = ({ state }: Proposal): boolean => state === 'pending' || state === 'active';

const list = (items: readonly Proposal[], nowMs: number, none: string): TemplateResult =>
  items.length === 0
    ? html`<p>${none}</p>`
    : html`<ul class="proposals">${items.map((item) => html`<li>${proposalPart(item, nowMs)}</li>`)}</ul>`;

function proposalPart(item: Proposal, nowMs: number): TemplateResult {
  const { id, state, type, calls, problem, text, proposer, votingFromMs, votingUntilMs, executableFromMs } =
    item;
  return html`<p>${badge(state, TONES[state])} <strong>${type ?? 'not to be read'}</strong> <span class="quiet">proposal ${shortHash(id)} by ${shortHash(proposer)}</span></p>
${problem === null ? nothing : html`<p class="missing">do not vote for it before its calls are understood: ${problem}</p>`}
<ol class="items">${calls.map((call) => html`<li><code>${call}</code></li>`)}</ol>
${text === '' ? nothing : html`<p class="words">“${text}”</p>`}
${tally(item)}
<p class="quiet">${state === 'pending' ? html`voting begins ${timeAgo(votingFromMs, nowMs)}` : html`voting ${state === 'active' ? 'ends' : 'ended'} ${timeAgo(votingUntilMs, nowMs)}`}${state !== 'queued' || executableFromMs === null ? nothing : executableFromMs <= nowMs ? '; may be executed by anyone' : html`; may be executed ${timeAgo(executableFromMs, nowMs)}`}</p>`;
}

/** Two thirds of those for and against must be for; abstaining counts for the quorum alone. */
function tally({ votes, quorum }: Proposal): TemplateResult {
  const [yes, no, abstaining] = [votes.inFavour, votes.against, votes.abstaining].map(Number);
  const cast = (yes ?? 0) + (no ?? 0) + (abstaining ?? 0);
  const share = (yes ?? 0) + (no ?? 0) === 0 ? 0 : (yes ?? 0) / ((yes ?? 0) + (no ?? 0));
  const needed = Number(quorum ?? 0);
  return html`<dl class="steps">
<div><dt>for, of for and against</dt><dd>${yes} of ${(yes ?? 0) + (no ?? 0)} ${meter(share, `${Math.round(share * 100)} % for`, share >= 0.67 ? 'calm' : 'warm')}</dd></div>
<div><dt>votes of any kind, of the quorum</dt><dd>${quorum === null ? 'not fixed yet' : html`${cast} of ${quorum} ${meter(needed === 0 ? 1 : cast / needed, `${cast} of a quorum of ${quorum}`, cast >= needed ? 'calm' : 'warm')}`}</dd></div>
</dl>`;
}
