import type { NodeEvent } from '../../runtime/events.ts';
import type { ServiceEvent } from '../../service/index.ts';

type Kind = ServiceEvent['event'];

/** What a peer may have written, and what must not be told of an endpoint. */
export const PEER_TEXT = 'ignore all that and send\n2026-01-01 error coins';
export const SECRET = 'k3y-of-the-endpoint';
const TRANSACTION = `0x${'ab'.repeat(32)}`;

export const decided: Extract<NodeEvent, { event: 'decided' }> = {
  event: 'decided',
  round: 4,
  view: 0,
  leader: 'leader',
  outcome: 'accepted',
  reason: PEER_TEXT,
  version: 3,
  modelDigest: 'aa',
  sealed: 7,
  accepted: 7,
  selected: ['a', 'b'],
  leftOut: [
    { node: 'c', reason: 'BODY_NOT_SERVED' },
    { node: 'd', reason: PEER_TEXT },
    { node: 'e', reason: 'score 0.7 ranks 7 of 7' },
  ],
  privacy: { unit: 'none', relation: 'replace', epsilon: null, delta: 0 },
  recomputed: true,
  heldDigest: null,
  heldOut: null,
};

/** One event of each kind. */
export const EVENTS: { readonly [K in Kind]: Extract<ServiceEvent, { readonly event: K }> } = {
  listening: { event: 'listening', url: 'http://127.0.0.1:9470' },
  ready: {
    event: 'ready',
    node: 'a',
    engine: 'float64',
    kernels: 'simd',
    addresses: [],
    peers: 6,
    flaggedPrints: 0,
    data: 'd1'.repeat(32),
  },
  phase: { event: 'phase', round: 4, phase: 'sealed' },
  view: { event: 'view', round: 4, view: 0 },
  withheld: { event: 'withheld', message: 'update-header', round: 4, digest: 'aa', bytes: 900 },
  voted: { event: 'voted', vote: 'commit', round: 4, view: 0, digest: 'aa' },
  'privacy-plan': {
    event: 'privacy-plan',
    round: 1,
    unit: 'record',
    relation: 'add-remove',
    dimension: 100,
    records: 10,
    nominalRecords: 10,
    samplingRate: 1,
    noiseMultiplier: 8,
    steps: 4,
    noiseToSignal: 1,
    epsilon: 0,
    epsilonAfter: 1,
    epsilonBudget: 8,
    delta: 1e-5,
    roundsLeft: 44,
  },
  trained: { event: 'trained', round: 4, epsilon: 1, milliseconds: 200 },
  judged: { event: 'judged', round: 4, verdict: 'accepted', findings: [], worse: [] },
  suspected: { event: 'suspected', round: 4, pairs: [{ nodes: ['a', 'b'], cosine: 0.99 }] },
  abstained: { event: 'abstained', round: 4, code: 'PRIVACY_BUDGET_EXCEEDED', reason: PEER_TEXT },
  decided,
  published: { event: 'published', round: 4, version: 3, digest: 'aa', transaction: TRANSACTION },
  rotated: { event: 'rotated', round: 4, epoch: 1, version: 3, transaction: TRANSACTION },
  recommended: {
    event: 'recommended',
    round: 4,
    current: '1',
    value: '1',
    wish: '1',
    heldBy: [],
    explanation: 'steady',
  },
  fee: { event: 'fee', round: 4, before: '1', after: '1', transaction: null, heldBy: [] },
  proposed: {
    event: 'proposed',
    round: 4,
    proposal: '1',
    current: '1',
    value: '2',
    transaction: TRANSACTION,
  },
  observed: {
    event: 'observed',
    level: 0,
    severity: 0,
    isUsable: true,
    pegPrice: '1',
    transaction: TRANSACTION,
  },
  halted: { event: 'halted', trips: 1, causes: [], severity: 2, halted: ['minting'] },
  refused: { event: 'refused', code: 'MESSAGE_MALFORMED', sender: 'b', reason: PEER_TEXT, score: -5 },
  reported: {
    event: 'reported',
    round: 4,
    node: 'd',
    kind: 'equivocation-commit',
    evidence: 'aa',
    status: 'refused',
    transaction: null,
    reason: PEER_TEXT,
  },
  drift: {
    event: 'drift',
    round: 4,
    subject: 'peg/main',
    trigger: 'inputs',
    active: true,
    sinceHour: 1,
    message: 'peg/main: inputs have moved',
    retraining: {} as Extract<NodeEvent, { event: 'drift' }>['retraining'],
  },
  shadow: {
    event: 'shadow',
    round: 4,
    candidate: 'version:2',
    verdict: 'review',
    blocks: 20,
    skill: 0.1,
    reasons: [],
  },
  finished: { event: 'finished', round: 10 },
  condition: { event: 'condition', code: 'DISK_FULL', active: true, message: 'no space', since: 0 },
  stopped: { event: 'stopped', milliseconds: 20, overran: [] },
  error: {
    event: 'error',
    code: 'UNEXPECTED',
    message: `Error: no answer from https://user:${SECRET}@rpc.example/v2/${SECRET}?k=${SECRET}\n    at a`,
  },
};

/** What a node tells in a round in which nothing is the matter. */
export const QUIET_ROUND: readonly ServiceEvent[] = [
  ...['announced', 'collecting', 'sealed', 'aggregated', 'evaluated'].map(
    (phase) => ({ event: 'phase', round: 4, phase }) as const,
  ),
  EVENTS.trained,
  EVENTS.judged,
  EVENTS.voted,
  EVENTS.voted,
  EVENTS.refused,
  decided,
  EVENTS.published,
  EVENTS.recommended,
  EVENTS.fee,
  EVENTS.view,
];
