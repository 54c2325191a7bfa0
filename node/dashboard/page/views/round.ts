import { html, nothing, type TemplateResult } from 'lit-html';
import type { CurrentRoundJson, ModelJson, RoundSummaryJson } from '../../../api/index.ts';
import type { ChartSpec } from '../chart-spec.ts';
import { epsilonText } from '../numbers.ts';
import type { Actions, PageState } from '../state.ts';
import { leftOutPart, openedRound } from './opened-round.ts';
import { badge, card, chartPlace, fact, meter, rowsOf, shortHash, shortId, shown } from './parts.ts';

const PHASES = ['announced', 'collecting', 'sealed', 'aggregated', 'evaluated'] as const;
const ROUNDS_CHART = 'chart-rounds';

/** The round as it happens, and those that are over. */
export function roundView(state: PageState, actions: Actions): TemplateResult {
  const { answers, rounds, opened, shown: limits } = state;
  return html`${card(
    'The round in progress',
    shown(answers.current, (current) => currentRound(current, limits.nodes, actions)),
    true,
  )}
${card('Left out of the last round', leftOutPart(state))}
${card('The newest version', shown(answers.model, versionFacts))}
${card('Updates, round by round', rounds.length === 0 ? html`<p>no round is decided yet</p>` : chartPlace(ROUNDS_CHART, roundWords(rounds)), true)}
${opened === undefined ? nothing : openedRound(opened, state.reasons, limits.roll, actions)}
${card('Decided rounds', roundTable(rounds, limits.rounds, actions), true)}`;
}

const roundTone = (outcome: string) =>
  outcome === 'accepted' ? 'good' : outcome === 'rejected' ? 'warm' : 'bad';

function currentRound(current: CurrentRoundJson, limit: number, actions: Actions): TemplateResult {
  const { round, phase, view, leader, committee, roster, updates, seals, bodies, votes } = current;
  const members = committee.members.length;
  const held = updates.items.filter(({ body }) => body === 'held').length;
  const step = (words: string, count: number, of: number) =>
    html`<div><dt>${words}</dt><dd>${count} of ${of} ${meter(of === 0 ? 0 : count / of, `${words}: ${count} of ${of}`)}</dd></div>`;
  return html`<p class="figure">round <strong>${round}</strong> ${leader === null ? nothing : html`<span class="quiet">led by ${shortId(leader)}${view === 0 ? '' : `, after ${view} that were given up`}</span>`}</p>
<ol class="phases">${PHASES.map((name) => html`<li class=${phaseClass(name, phase)} aria-current=${name === phase ? 'step' : nothing}>${name}</li>`)}</ol>
<dl class="steps">
${step('updates heard', updates.heard, roster.size)}
${step('bodies held', held, updates.heard)}
${step('seal reports', seals.length, members)}
${step('prepare votes', votes.prepare.length, committee.quorum)}
${step('commit votes', votes.commit.length, committee.quorum)}
${votes.viewChange.length === 0 ? nothing : step('want another leader', votes.viewChange.length, committee.quorum)}
</dl>
<details><summary>who has sent, who has voted (${members} ${members === 1 ? 'member' : 'members'}, ${bodies.length} body reports)</summary>
${rowsOf('nodes', nodeRows(current), limit, actions, {
  caption: 'nodes of the round',
  head: ['node', 'role', 'update', 'votes'],
  row: ({ node, role, update, tone, voted }) =>
    html`<tr><th scope="row">${shortId(node)}</th><td>${role}</td><td>${badge(update, tone)}</td><td>${voted}</td></tr>`,
})}</details>`;
}

function phaseClass(name: (typeof PHASES)[number], now: (typeof PHASES)[number]): string {
  const [place, present] = [PHASES.indexOf(name), PHASES.indexOf(now)];
  return place < present ? 'done' : place === present ? 'now' : 'todo';
}

/** The roster of a round, those who are silent first. */
export function nodeRows({ roster, committee, updates, votes }: CurrentRoundJson) {
  const members = new Set(committee.members);
  const heard = new Map(updates.items.map((item) => [item.node, item]));
  const rows = roster.nodes.map((node) => {
    const item = heard.get(node);
    const isRefused = item?.body === 'refused';
    return {
      node,
      role: members.has(node) ? 'member' : 'contributor',
      update:
        item === undefined
          ? 'not heard'
          : isRefused
            ? `refused: ${item.code}`
            : item.body === 'held'
              ? 'body held'
              : 'header heard',
      tone: item === undefined ? ('plain' as const) : isRefused ? ('bad' as const) : ('good' as const),
      voted: [
        votes.prepare.includes(node) ? 'prepare' : '',
        votes.commit.includes(node) ? 'commit' : '',
        votes.viewChange.includes(node) ? 'another leader' : '',
      ]
        .filter((vote) => vote !== '')
        .join(', '),
    };
  });
  const rank = { bad: 0, plain: 1, good: 2 } as const;
  return rows.sort((a, b) => rank[a.tone] - rank[b.tone]);
}

const versionFacts = ({ version, round, modelDigest, contributors, privacy }: ModelJson): TemplateResult =>
  html`<dl>${fact('version', html`${version} ${shortHash(modelDigest)}`)}
${fact('made in round', round === 0 ? 'none: it is the genesis model' : round)}
${fact('contributors', contributors === null ? 'not known to this node' : contributors.length)}
${fact('its privacy, at worst', privacy === null ? 'saw no private data' : `ε ${epsilonText(privacy.epsilon)} at δ ${privacy.delta}`)}</dl>`;

function roundTable(rounds: readonly RoundSummaryJson[], limit: number, actions: Actions): TemplateResult {
  if (rounds.length === 0) return html`<p>none yet</p>`;
  return rowsOf('rounds', rounds, limit, actions, {
    caption: 'decided rounds',
    head: ['round', 'outcome', 'updates with weight', 'version', 'reason'],
    row: ({ round, outcome, selected, sealed, version, reason }) =>
      html`<tr><th scope="row"><button type="button" class="link" @click=${() => actions.openRound(round)} aria-label="open round ${round}">${round}</button></th><td>${badge(outcome, roundTone(outcome))}</td><td>${selected} of ${sealed}</td><td>${version}</td><td class="words">${reason}</td></tr>`,
  });
}

function roundWords(rounds: readonly RoundSummaryJson[]): string {
  const accepted = rounds.filter(({ outcome }) => outcome === 'accepted').length;
  return `Sealed updates and those with weight in the last ${rounds.length} rounds, of which ${accepted} were accepted.`;
}

/** Sealed updates and those with weight, by round. */
export function roundCharts({ rounds }: Pick<PageState, 'rounds'>): readonly ChartSpec[] {
  if (rounds.length === 0) return [];
  const ascending = rounds.toReversed();
  return [
    {
      id: ROUNDS_CHART,
      words: roundWords(rounds),
      axis: 'number',
      unit: 'updates',
      x: ascending.map(({ round }) => round),
      series: [
        {
          label: 'sealed',
          colour: '--muted',
          values: ascending.map(({ sealed }) => sealed),
          isStepped: true,
        },
        {
          label: 'with weight',
          colour: '--line',
          values: ascending.map(({ selected }) => selected),
          isStepped: true,
          width: 2,
        },
      ],
      reach: [0],
    },
  ];
}
