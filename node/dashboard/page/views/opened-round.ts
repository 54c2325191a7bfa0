import { html, nothing, type TemplateResult } from 'lit-html';
import type { RollJson, RoundJson } from '../../../api/index.ts';
import { epsilonText } from '../numbers.ts';
import type { Actions, LeftOutReasons, PageState, RoundDetail } from '../state.ts';
import { fateText, fateTone } from './fates.ts';
import { badge, card, fact, rowsOf, shortHash, shortId, shown, type View } from './parts.ts';

const MOST_LEFT_OUT = 8;

/** One decided round: how it ended, who took part, who was left out and why. */
export function openedRound(
  { round, detail, roll }: RoundDetail,
  reasons: LeftOutReasons,
  limit: number,
  actions: Actions,
): TemplateResult {
  return card(
    `Round ${round}`,
    html`<p><button type="button" @click=${() => actions.openRound(undefined)}>close</button></p>
${shown(detail, detailFacts)}${shown(roll, (body) => rollTable(body, reasons.get(round), limit, actions))}`,
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

function rollTable(
  { updates }: RollJson,
  reasons: ReadonlyMap<string, string> | undefined,
  limit: number,
  actions: Actions,
): TemplateResult {
  const rank = { bad: 0, plain: 1, good: 2 } as const;
  const rows = updates.toSorted((a, b) => rank[fateTone(a.fate)] - rank[fateTone(b.fate)]);
  return rowsOf('roll', rows, limit, actions, {
    caption: 'sealed updates of the round and what became of each',
    head: ['node', 'update', 'what became of it'],
    row: (row) =>
      html`<tr><th scope="row">${shortId(row.node)}</th><td>${shortHash(row.digest)}</td><td class="words">${badge(row.fate, fateTone(row.fate))} ${whyText(row, reasons)}</td></tr>`,
  });
}

/** What the rule said where the node kept it or the page heard it, else what the fate means. */
const whyText = (
  { node, fate, reason }: RollJson['updates'][number],
  reasons: ReadonlyMap<string, string> | undefined,
): string => {
  const told = fate === 'selected' ? undefined : (reason ?? reasons?.get(node));
  return told === undefined || told === fate ? fateText(fate) : `${fateText(fate)}: ${told}`;
};

/** Who had no weight in the last round, and why. */
export function leftOutPart({ last, reasons }: Pick<PageState, 'last' | 'reasons'>): View {
  if (last === undefined) return html`<p>no round is decided yet</p>`;
  return shown(last.roll, ({ round, updates }) => {
    const without = updates.filter(({ fate }) => fate !== 'selected');
    if (without.length === 0)
      return html`<p>${badge('nobody', 'good')} all ${updates.length} sealed updates of round ${round} have weight</p>`;
    return html`<p>${without.length} of ${updates.length} sealed updates of round ${round} have no weight:</p>
<ul class="items">${without.slice(0, MOST_LEFT_OUT).map((row) => html`<li>${shortId(row.node)} ${badge(row.fate, fateTone(row.fate))} ${whyText(row, reasons.get(round))}</li>`)}</ul>
${without.length > MOST_LEFT_OUT ? html`<p class="quiet">the first ${MOST_LEFT_OUT}; open the round below for all</p>` : nothing}`;
  });
}
