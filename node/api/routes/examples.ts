/** Values for the examples of the OpenAPI document; a test checks each against its schema. */
export const EXAMPLE_DIGEST = 'c139be5e'.repeat(8);
export const EXAMPLE_NODE = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
export const EXAMPLE_SIGNER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const TRANSACTION = `0x${EXAMPLE_DIGEST}`;

const privacy = { unit: 'record', relation: 'add-remove', epsilon: 3.15, delta: 0.00001 };
const guarantee = {
  ...privacy,
  accountant: 'gaussian',
  assumption:
    'the node that holds the records is trusted to clip, add noise and keep its ledger; nobody who sees its updates is',
};
const row = { node: EXAMPLE_NODE, digest: EXAMPLE_DIGEST, fate: 'selected' };
const roll = {
  round: 9,
  updates: [{ ...row, reason: null }],
};

const entry = {
  round: 9,
  epoch: 0,
  parent: EXAMPLE_DIGEST,
  beacon: EXAMPLE_DIGEST,
  finalized: 117,
  nextBeaconHeight: 120,
  baseVersion: 7,
  baseDigest: EXAMPLE_DIGEST,
  baseState: EXAMPLE_DIGEST,
  updates: { root: EXAMPLE_DIGEST, sealed: 1, accepted: 1, selected: 1 },
  standing: EXAMPLE_DIGEST,
  offences: [],
  nextCommittee: null,
  outcome: 'accepted',
  reason: '',
  version: 8,
  modelDigest: EXAMPLE_DIGEST,
  stateDigest: EXAMPLE_DIGEST,
  candidateDigest: EXAMPLE_DIGEST,
  candidateState: EXAMPLE_DIGEST,
  privacy,
};

const model = {
  version: 8,
  modelDigest: EXAMPLE_DIGEST,
  layout: EXAMPLE_DIGEST,
  round: 9,
  base: { version: 7, modelDigest: EXAMPLE_DIGEST },
  contributors: [EXAMPLE_NODE],
  privacy: guarantee,
  links: {
    weights: `/v1/weights/${EXAMPLE_DIGEST}`,
    certificate: '/v1/models/8/certificate',
    report: '/v1/models/8/report',
  },
};

const summary = {
  round: 9,
  outcome: 'accepted',
  reason: '',
  version: 8,
  modelDigest: EXAMPLE_DIGEST,
  entryDigest: EXAMPLE_DIGEST,
  sealed: 7,
  selected: 6,
};

const parameter = {
  id: EXAMPLE_DIGEST,
  name: 'STABILITY_FEE',
  unit: '1/year',
  value: '0.0506',
  bounds: { minimum: '0', maximum: '0.2' },
  risk: 'both',
  steps: { up: '0.005', down: '0.005' },
  budgets: {
    windowSeconds: 604_800,
    up: { total: '0.03', used: '0.012', left: '0.018' },
    down: { total: '0.03', used: '0', left: '0.03' },
  },
  allowed: {
    lowest: '0.0456',
    highest: '0.0506',
    fallReadyAtMs: 1_790_000_100_000,
    riseReadyAtMs: null,
  },
  overriddenUntilMs: null,
  maximumStep: '0.005',
  cooldownSeconds: 3600,
  sequence: 4,
  lastChange: {
    before: '0.0501',
    after: '0.0506',
    atMs: 1_790_000_000_000,
    version: 8,
    transaction: TRANSACTION,
    explanation: 'the coin is forecast 5 bp below its target, so the fee rises',
  },
};

const breaker = {
  address: EXAMPLE_SIGNER,
  severity: 3,
  level: 'severe',
  halts: [
    {
      scope: 'risk-raising',
      key: null,
      kind: 'severity',
      by: EXAMPLE_SIGNER,
      sinceMs: 1_790_000_000_000,
      transaction: TRANSACTION,
      resumption: { readyAtMs: 1_790_172_800_000, isCancelled: false },
    },
    {
      scope: 'parameter',
      key: 'STABILITY_FEE',
      kind: 'guardian',
      by: EXAMPLE_SIGNER,
      sinceMs: 1_790_000_030_000,
      transaction: TRANSACTION,
      resumption: null,
    },
  ],
  trips: 2,
  observedAtMs: 1_790_000_000_000,
};

const overrideOfGovernance = {
  parameter: EXAMPLE_DIGEST,
  name: 'SAVINGS_RATE',
  value: '20000000000000000',
  startedAtMs: 1_790_000_000_000,
  endsAtMs: 1_790_086_400_000,
  decision: 12,
  justification: EXAMPLE_DIGEST,
  words: 'the lending market is thin: keep the savings rate while it is',
  transaction: TRANSACTION,
};

const release = { unit: 'record', relation: 'add-remove', sensitivity: 1, noiseMultiplier: 8, releases: 4 };
const privacyAccount = {
  unit: 'record',
  covers: 'a day of examples of the node',
  relation: 'add-remove',
  delta: 0.00001,
  accountant: 'gaussian',
  assumption: guarantee.assumption,
  budget: 8,
  state: 'open',
  spent: { epsilon: 1.43, releases: 2, sums: 8 },
  remaining: 6.57,
  roundsLeft: 46,
  events: [{ words: '4 sums with Gaussian noise, σ = 8 C', event: release }],
  earlier: [],
  rounds: [
    { round: 1, event: 0, epsilon: 0.97 },
    { round: 2, event: 0, epsilon: 1.43 },
  ],
  next: {
    event: 0,
    projection: [
      { rounds: 23, epsilon: 5.41 },
      { rounds: 46, epsilon: 7.93 },
    ],
  },
};

const readiness = { status: 'ready', reason: 'takes part in round 10', conditions: [] };
const made = {
  version: 8,
  modelDigest: EXAMPLE_DIGEST,
  input: 'public-feed',
  hour: 497_222,
};

const offence = {
  node: EXAMPLE_NODE,
  kind: 'equivocation-header',
  round: 8,
  evidence: EXAMPLE_DIGEST,
};

export const EXAMPLES = {
  health: { status: 'ok', uptimeSeconds: 12.5 },
  readiness,
  node: {
    node: EXAMPLE_NODE,
    network: EXAMPLE_DIGEST,
    epoch: 0,
    role: 'member',
    head: { round: 9, entry: EXAMPLE_DIGEST, version: 8, modelDigest: EXAMPLE_DIGEST, nextBeaconHeight: 120 },
    readiness,
    standing: {
      tier: 'trusted',
      weight: 4,
      quarantinedUntil: null,
      offered: 9,
      accepted: 9,
      selected: 7,
      rate: 1,
    },
    update: { round: 9, fate: 'selected', meaning: 'it has weight in the candidate' },
  },
  offences: { items: [offence] },
  proof: { ...offence, proof: '83a6646f6d61696e' },
  privacyAccount,
  network: { id: EXAMPLE_DIGEST, document: { name: 'devnet', chain: 'eip155:31337' } },
  model,
  modelPage: { items: [model], next: 8 },
  report: {
    version: 8,
    modelDigest: EXAMPLE_DIGEST,
    round: 9,
    heads: [
      {
        head: 'peg',
        metric: 'mean pinball loss',
        unit: 'bp',
        examples: 2400,
        loss: 1.049,
        lossInterval: { level: 0.95, low: 1.01, high: 1.09 },
        baselines: [
          { name: 'B0', loss: 1.224, skill: 0.143, skillInterval: { level: 0.95, low: 0.12, high: 0.16 } },
        ],
      },
    ],
    privacy: guarantee,
  },
  weights: { digest: EXAMPLE_DIGEST, weights: [0.25, -1.5, 0] },
  roundPage: { items: [summary], next: 9 },
  roll,
  rollRow: { round: 9, row, proof: { index: 1, count: 3, path: [EXAMPLE_DIGEST, EXAMPLE_DIGEST] } },
  round: { entry, entryDigest: EXAMPLE_DIGEST, view: 0, leader: EXAMPLE_NODE, signatures: 5 },
  certificate: {
    entry,
    entryDigest: EXAMPLE_DIGEST,
    view: 0,
    signatures: [{ index: 0, signature: '1b'.repeat(65) }],
  },
  committee: {
    epoch: 0,
    faults: 0,
    quorum: 1,
    members: [{ index: 0, node: EXAMPLE_NODE, signer: EXAMPLE_SIGNER }],
  },
  parameter,
  parameters: { items: [parameter] },
  breaker,
  overrides: { items: [overrideOfGovernance] },
  drift: {
    round: 9,
    hour: 497_208,
    findings: [
      {
        subject: 'peg/main',
        trigger: 'inputs',
        sinceHour: 497_064,
        evidence: 154.2,
        threshold: 121.7,
        message:
          'peg/main: inputs have moved since 2026-09-16: fast-volatility furthest, median 1.31 in the last 3 days, 0.02 in training (above 99 % of the training hours), 2.8 times as far as usual',
      },
    ],
    retraining: { recommended: true, reasons: ['inputs'], heldBack: null },
    subjects: [
      {
        subject: 'peg/main',
        days: 30,
        skill: 0.12,
        coverage: 0.79,
        modelShare: 1,
        inputs: {
          toHour: 497_208,
          p: 0.004,
          feature: 'fast-volatility',
          median: 1.31,
          trainingMedian: 0.02,
          rank: 0.99,
          times: 2.8,
        },
      },
    ],
  },
  shadow: {
    trial: {
      candidate: 'candidate.json',
      digest: EXAMPLE_DIGEST,
      firstDay: 20_637,
      nextDay: 20_717,
      verdict: 'review',
      reasons: ['skill 2.1 %, not above 5.0 %'],
      blocks: 26,
      skill: 0.021,
      advantage: { mean: 0.012, low: 0.001, high: 0.03 },
      pairs: [{ pair: 'peg/main', rows: 1_248, skill: 0.021, deadBand: 0.001, isWorse: false }],
    },
  },
  pegRequest: {},
  pegForecast: {
    ...made,
    deviationBp: -3.1,
    horizons: [
      {
        horizonHours: 24,
        scaleBp: 1.4,
        modelShare: 1,
        quantiles: [
          { level: 0.1, deviationBp: -5.2 },
          { level: 0.5, deviationBp: -2.6 },
          { level: 0.9, deviationBp: 0.4 },
        ],
      },
    ],
  },
  riskRequest: {},
  riskAssessment: {
    ...made,
    horizonHours: 24,
    drawdown: { probability: 0.07, threshold: 0.011, score: 41 },
    volatility: { forecast: 0.004, score: 38 },
  },
} as const;
