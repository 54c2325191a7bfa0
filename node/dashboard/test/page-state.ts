import { EXAMPLES } from '../../api/routes/examples.ts';
import { LIVE_EXAMPLES } from '../../api/routes/live-examples.ts';
import { FIRST_RULES } from '../page/alerts.ts';
import type { Answers, Bodies, Name } from '../page/answers.ts';
import { NO_SAMPLES } from '../page/metric-samples.ts';
import type { Actions, PageState } from '../page/state.ts';

const BODIES = {
  readiness: EXAMPLES.readiness,
  node: EXAMPLES.node,
  chain: LIVE_EXAMPLES.chain,
  current: LIVE_EXAMPLES.currentRound,
  peers: LIVE_EXAMPLES.peers,
  model: EXAMPLES.model,
  skill: LIVE_EXAMPLES.skill,
  forecasts: LIVE_EXAMPLES.pegHistory,
  explained: EXAMPLES.pegForecast,
  drift: EXAMPLES.drift,
  shadow: EXAMPLES.shadow,
  privacy: EXAMPLES.privacyAccount,
  parameters: EXAMPLES.parameters,
  breaker: EXAMPLES.breaker,
  overrides: EXAMPLES.overrides,
  decisions: LIVE_EXAMPLES.decisionPage,
  proposals: LIVE_EXAMPLES.proposals,
  evidence: EXAMPLES.offences,
} as const;

export const NOW_MS = 1_790_000_003_000;

/** A page that has every answer of the API's examples, save those that are given. */
export function pageState(bodies: Partial<Bodies> = {}, fields: Partial<PageState> = {}): PageState {
  const all: Readonly<Record<Name, unknown>> = { ...BODIES, ...bodies };
  const answers = Object.fromEntries(
    Object.entries(all).map(([name, body]) => [name, { state: 'here', body }]),
  ) as unknown as Answers;
  return {
    nowMs: NOW_MS,
    view: 'round',
    answers,
    rounds: [],
    opened: undefined,
    last: undefined,
    reasons: new Map(),
    isCloseUp: false,
    own: [],
    log: [],
    refused: [],
    samples: NO_SAMPLES,
    metric: undefined,
    rules: FIRST_RULES,
    parameter: undefined,
    horizon: undefined,
    shown: { nodes: 20, rounds: 20, peers: 20, decisions: 20, log: 20, refusals: 20, roll: 20 },
    ...fields,
  };
}

const idle = (): void => undefined;
export const NO_ACTIONS: Actions = {
  showMore: idle,
  openRound: idle,
  chooseParameter: idle,
  chooseHorizon: idle,
  closeUp: idle,
  chooseMetric: idle,
  addRule: idle,
  dropRule: idle,
  makeReport: idle,
};
