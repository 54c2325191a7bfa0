import { html, type TemplateResult } from 'lit-html';
import type { RollJson, RoundJson } from '../../../api/index.ts';
import { epsilonText } from '../numbers.ts';
import type { Actions, RoundDetail } from '../state.ts';
import { fateText, fateTone } from './fates.ts';
import { badge, card, fact, rowsOf, shortHash, shortId, shown } from './parts.ts';

/** One decided round: how it ended, who took part, who was left out and why. */
export function openedRound(
  { round, detail, roll }: RoundDetail,
  limit: number,
  actions: Actions,
): TemplateResult {
  return card(
    `Round ${round}`,
    html`<p><button type="button" @click=${() => actions.openRound(undefined)}>close</button></p>
${shown(detail, detailFacts)}${shown(roll, (body) => rollTable(body, limit, actions))}`,
    true,
  );
}

function detailFacts({ entry, view, leader, signatures }: RoundJson): TemplateResult {
  const { outcome, reason, privacy, updates } = entry;
  return html`<dl>
${fact('outcome', reason === '' ? outcome : `${outcome}: ${reason}`)}
${fact('leader', leader === null ? 'not known to this node' : shortId(leader))}
${fact('leaders given up', view)}
${fact('updates', `${updates.sealed} sealed, ${updates.accepted} accepted, ${updates.selected} with weight`)}
${fact('commit votes held', signatures)}
${fact('privacy, at worst', `ε ${epsilonText(privacy.epsilon)} at δ ${privacy.delta}`)}
${fact('candidate', shortHash(entry.candidateDigest))}
</dl>`;
}

function rollTable({ updates }: RollJson, limit: number, actions: Actions): TemplateResult {
  const rank = { bad: 0, plain: 1, good: 2 } as const;
  const rows = updates.toSorted((a, b) => rank[fateTone(a.fate)] - rank[fateTone(b.fate)]);
  return rowsOf('roll', rows, limit, actions, {
    caption: 'sealed updates of the round and what became of each',
    head: ['node', 'update', 'what became of it'],
    row: ({ node, digest, fate }) =>
      html`<tr><th scope="row">${shortId(node)}</th><td>${shortHash(digest)}</td><td class="words">${badge(fate, fateTone(fate))} ${fateText(fate)}</td></tr>`,
  });
}
