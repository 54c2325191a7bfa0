import type { Name } from './answers.ts';

export const VIEWS = [
  { id: 'round', title: 'Round' },
  { id: 'peers', title: 'Peers' },
  { id: 'model', title: 'Model' },
  { id: 'privacy', title: 'Privacy' },
  { id: 'parameters', title: 'Parameters' },
  { id: 'decisions', title: 'Decisions' },
  { id: 'governance', title: 'Governance' },
  { id: 'node', title: 'This node' },
  { id: 'monitoring', title: 'Monitoring' },
] as const;

export type ViewId = (typeof VIEWS)[number]['id'];

/** Where an answer comes from, which views show it, and what makes it old. */
export type Resource = {
  readonly path: string;
  /** Sent as JSON; without it the question is a GET. */
  readonly post?: unknown;
  /** Views that show it; `all` for the head of the page. */
  readonly views: readonly ViewId[] | 'all';
  /** Kinds of events after which it is asked for again. */
  readonly after: readonly string[];
  /** How old it may become while it is shown; forever unless given. */
  readonly everyMs?: number;
};

export const RESOURCES: Readonly<Record<Name, Resource>> = {
  readiness: { path: '/readyz', views: 'all', after: ['condition', 'decided', 'finished'], everyMs: 10_000 },
  node: { path: '/v1/node', views: 'all', after: ['decided', 'condition', 'trained', 'abstained'] },
  chain: { path: '/v1/chain', views: 'all', after: ['decided'], everyMs: 5_000 },
  current: {
    path: '/v1/rounds/current',
    views: ['round'],
    after: ['phase', 'view', 'voted', 'decided'],
    everyMs: 1_500,
  },
  peers: { path: '/v1/peers', views: ['peers'], after: ['decided'], everyMs: 5_000 },
  model: { path: '/v1/models/latest', views: ['round', 'model'], after: ['decided'] },
  skill: { path: '/v1/skill', views: ['model'], after: ['decided'] },
  forecasts: { path: '/v1/forecasts/peg', views: ['model'], after: ['decided'] },
  explained: {
    path: '/v1/predictions/peg',
    post: { explain: true },
    views: ['decisions'],
    after: ['decided'],
  },
  drift: { path: '/v1/drift', views: ['model', 'monitoring'], after: ['decided', 'drift'] },
  shadow: { path: '/v1/shadow', views: ['model'], after: ['decided', 'shadow'] },
  privacy: { path: '/v1/node/privacy', views: ['privacy'], after: ['trained', 'abstained', 'decided'] },
  parameters: {
    path: '/v1/parameters',
    views: ['parameters', 'decisions'],
    after: ['fee', 'decided', 'halted', 'observed'],
  },
  breaker: { path: '/v1/breaker', views: ['parameters'], after: ['halted', 'observed', 'decided'] },
  overrides: { path: '/v1/overrides', views: ['parameters'], after: ['decided'] },
  decisions: {
    path: '/v1/decisions?limit=100',
    views: ['parameters', 'decisions'],
    after: ['fee', 'proposed', 'decided'],
  },
  proposals: { path: '/v1/proposals', views: ['governance'], after: ['proposed'], everyMs: 15_000 },
  evidence: { path: '/v1/evidence', views: ['node'], after: ['reported', 'decided'] },
};

export const NAMES = Object.keys(RESOURCES) as Name[];

/** What a view shows, the head of the page included. */
export const namesOf = (view: ViewId): Name[] =>
  NAMES.filter((name) => {
    const { views } = RESOURCES[name];
    return views === 'all' || views.includes(view);
  });

/** What an event makes old; everything after a gap in the events. */
export const namesAfter = (kind: string): Name[] =>
  kind === 'gap' ? NAMES : NAMES.filter((name) => RESOURCES[name].after.includes(kind));

/** The view that a fragment such as `#peers` names; the first for any other. */
export const viewOf = (fragment: string): ViewId =>
  VIEWS.find(({ id }) => fragment === `#${id}`)?.id ?? VIEWS[0].id;
