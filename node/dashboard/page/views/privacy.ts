import { html, nothing, type TemplateResult } from 'lit-html';
import type { PrivacyAccountJson } from '../../../api/index.ts';
import { bodyOf } from '../answers.ts';
import type { ChartSpec } from '../chart-spec.ts';
import { epsilonText, percentText } from '../numbers.ts';
import { epsilonSeries, type Point } from '../series.ts';
import type { PageState } from '../state.ts';
import { badge, card, chartPlace, fact, meter, shown } from './parts.ts';

const EPSILON = 'chart-epsilon';
const RELATIONS = {
  'add-remove': 'one unit more or less',
  replace: 'one unit exchanged for another',
} as const;
const ACCOUNTANTS = {
  gaussian: 'exact curve of the Gaussian mechanism',
  rdp: 'Rényi divergence (RDP)',
  pld: 'privacy loss distribution (PLD)',
} as const;
/** Fewer rounds left are a warning. */
const MANY_ROUNDS = 10;
const TONES = { open: 'good', spent: 'bad', 'no-guarantee': 'bad' } as const;

/** What this node has spent of its budget, what is left, and whom the guarantee covers. */
export const privacyView = ({ answers }: Pick<PageState, 'answers'>): TemplateResult =>
  card('Privacy budget of this node', shown(answers.privacy, account), true);

function account(body: PrivacyAccountJson): TemplateResult {
  const { state, budget, spent, events, next, covers, assumption } = body;
  return html`<p>${badge(stateLine(body), state === 'open' && (body.roundsLeft ?? MANY_ROUNDS) < MANY_ROUNDS ? 'warm' : TONES[state])}</p>
${budget === null ? nothing : spentBar(body, budget)}
${budget === null ? nothing : html`${chartPlace(EPSILON, epsilonWords(body))}<p class="quiet">${epsilonWords(body)}</p>`}
<dl>
${fact('covers', covers)}
${body.unit === 'none' ? nothing : guaranteeFacts(body)}
${fact('trust', assumption)}
${fact('released', `${spent.releases} updates, ${spent.sums} noisy sums`)}
${fact('a round releases', events[next.event]?.words ?? 'unknown')}
</dl>
${budget === null ? nothing : html`<details><summary>the same as a table</summary>${epsilonTable(body)}</details>`}`;
}

/** The state of the budget in one line. */
export function stateLine({ state, roundsLeft }: Pick<PrivacyAccountJson, 'state' | 'roundsLeft'>): string {
  if (state === 'no-guarantee') return 'no guarantee: updates leave this node without noise';
  if (state === 'spent') return 'budget spent: this node validates and releases nothing';
  if (roundsLeft === null) return 'the budget has no end';
  return `the budget bears ${roundsLeft} more ${roundsLeft === 1 ? 'round' : 'rounds'} at the present noise`;
}

function spentBar({ spent }: PrivacyAccountJson, budget: number): TemplateResult {
  const epsilon = spent.epsilon ?? 0;
  const share = budget === 0 ? 1 : Math.min(1, epsilon / budget);
  const words = `ε ${epsilonText(epsilon)} of ${budget} spent, ${percentText(Math.floor(share * 100) / 100, 0)}`;
  const level = share > 0.9 ? 'late' : share > 0.7 ? 'warm' : 'calm';
  return html`<p class="figure"><strong>ε ${epsilonText(epsilon)}</strong> of ${budget} spent</p>${meter(share, words, level)}`;
}

const guaranteeFacts = ({ relation, delta, accountant, remaining }: PrivacyAccountJson): TemplateResult[] => [
  fact('neighbours differ by', RELATIONS[relation]),
  fact('δ', String(delta)),
  fact('counted by', accountant === null ? 'nobody' : ACCOUNTANTS[accountant]),
  fact('ε left', (Math.floor((remaining ?? 0) * 1000) / 1000).toFixed(3)),
];

function epsilonWords(body: PrivacyAccountJson): string {
  const { axis, spent, projected } = epsilonSeries(body);
  const now = spent.at(-1);
  const end = projected.length > 1 ? projected.at(-1) : undefined;
  const sofar = `After ${axis} ${now?.at ?? 0}, ε is ${epsilonText(now?.epsilon ?? 0)} of a budget of ${body.budget}.`;
  if (end === undefined) return sofar;
  return `${sofar} At the present noise it reaches ${epsilonText(end.epsilon)} in ${axis} ${end.at}.`;
}

/** The numbers of the chart. */
function epsilonTable(body: PrivacyAccountJson): TemplateResult {
  const { axis, spent, projected } = epsilonSeries(body);
  const row = ({ at, epsilon }: Point, kind: string) =>
    html`<tr><td>${at}</td><td>${epsilonText(epsilon)}</td><td>${kind}</td></tr>`;
  return html`<div class="scroll" role="region" aria-label="ε by ${axis}" tabindex="0"><table><thead><tr><th scope="col">${axis}</th><th scope="col">ε after it</th><th scope="col">kind</th></tr></thead><tbody>
${spent.filter(({ epsilon }) => epsilon > 0).map((point) => row(point, 'spent'))}
${projected.slice(1).map((point) => row(point, 'projected'))}
</tbody></table></div>`;
}

/** ε after each release, as it would go on, and the budget that it must not pass. */
export function privacyCharts({ answers }: Pick<PageState, 'answers'>): readonly ChartSpec[] {
  const body = bodyOf(answers.privacy);
  if (body === undefined || body.budget === null) return [];
  const { budget } = body;
  const { spent, projected } = epsilonSeries(body);
  const ahead = projected.slice(1);
  const x = [...spent, ...ahead].map(({ at }) => at);
  const holes = (count: number) => new Array<null>(Math.max(0, count)).fill(null);
  return [
    {
      id: EPSILON,
      words: epsilonWords(body),
      axis: 'number',
      unit: 'ε',
      x,
      series: [
        {
          label: 'spent',
          colour: '--line',
          width: 2,
          values: [...spent.map(({ epsilon }) => epsilon), ...holes(ahead.length)],
          hasPoints: spent.length < 60,
        },
        {
          label: 'if every round releases as now',
          colour: '--line',
          dash: [5, 5],
          values: [
            ...holes(spent.length - 1),
            ...projected.slice(0, spent.length === 0 ? 0 : 1).map(({ epsilon }) => epsilon),
            ...ahead.map(({ epsilon }) => epsilon),
          ],
        },
        { label: 'budget', colour: '--late', values: x.map(() => budget) },
      ],
      reach: [0, budget],
    },
  ];
}
