import type {
  BreakerJson,
  ChainJson,
  CurrentRoundJson,
  DecisionJson,
  DriftJson,
  ModelJson,
  NodeJson,
  OffencesJson,
  OverrideJson,
  ParameterJson,
  PeersJson,
  PegForecastJson,
  PegHistoryJson,
  PrivacyAccountJson,
  ProposalsJson,
  ReadinessJson,
  ShadowJson,
  SkillJson,
} from '../../api/index.ts';

type Items<T> = { readonly items: readonly T[] };

/** What the page asks a node for, by the name that the views know it by. */
export type Bodies = {
  readonly readiness: ReadinessJson;
  readonly node: NodeJson;
  readonly chain: ChainJson;
  readonly current: CurrentRoundJson;
  readonly peers: PeersJson;
  readonly model: ModelJson;
  readonly skill: SkillJson;
  readonly forecasts: PegHistoryJson;
  readonly explained: PegForecastJson;
  readonly drift: DriftJson;
  readonly shadow: ShadowJson;
  readonly privacy: PrivacyAccountJson;
  readonly parameters: Items<ParameterJson>;
  readonly breaker: BreakerJson;
  readonly overrides: Items<OverrideJson>;
  readonly decisions: Items<DecisionJson>;
  readonly proposals: ProposalsJson;
  readonly evidence: OffencesJson;
};

export type Name = keyof Bodies;

/** What became of a question: the last good answer stays where the node does not answer at all. */
export type Answer<Body> =
  | { readonly state: 'waiting' }
  | { readonly state: 'here'; readonly body: Body }
  | { readonly state: 'absent'; readonly status: number; readonly message: string };

export type Answers = { readonly [N in Name]: Answer<Bodies[N]> };

export const WAITING = { state: 'waiting' } as const;

/** The body of an answer that is here. */
export const bodyOf = <Body>(answer: Answer<Body>): Body | undefined =>
  answer.state === 'here' ? answer.body : undefined;
