import { EXAMPLE_DIGEST, EXAMPLE_NODE, EXAMPLE_SIGNER } from './examples.ts';

const transaction = `0x${EXAMPLE_DIGEST}`;

/** Examples of what `live.ts` and `history.ts` answer; a test checks each against its schema. */
export const LIVE_EXAMPLES = {
  currentRound: {
    round: 10,
    phase: 'evaluated',
    view: 0,
    leader: EXAMPLE_NODE,
    committee: { members: [EXAMPLE_NODE], quorum: 1, faults: 0 },
    roster: { size: 1, nodes: [EXAMPLE_NODE] },
    updates: { heard: 1, items: [{ node: EXAMPLE_NODE, body: 'held', code: null }] },
    seals: [EXAMPLE_NODE],
    bodies: [EXAMPLE_NODE],
    votes: { prepare: [EXAMPLE_NODE], commit: [], viewChange: [] },
  },
  peers: {
    items: [
      {
        node: EXAMPLE_NODE,
        role: 'member',
        score: -1.5,
        latencyMs: 12,
        refusals: [{ code: 'UPDATE_NORM', count: 2 }],
        release: '0.2.0',
        missingProtocols: ['/ballast/votes/1'],
      },
    ],
    connected: 1,
    release: '0.1.0',
    limits: { disconnect: -50, ban: -100 },
  },
  chain: { chain: 'eip155:31337', finalizedHeight: 117, lagSeconds: 0.8, clockSkewSeconds: 0.012 },
  skill: {
    versions: [7, 8],
    heads: [
      {
        head: 'peg',
        metric: 'mean pinball loss',
        unit: 'bp',
        loss: [1.06, 1.049],
        baselines: [{ name: 'B2', skill: [0.13, 0.143] }],
      },
    ],
  },
  pegHistory: {
    version: 8,
    modelDigest: EXAMPLE_DIGEST,
    hour: 497_222,
    levels: [0.1, 0.5, 0.9],
    outcomes: { startHour: 497_221, deviationBp: [-2.9, -3.1] },
    horizons: [{ horizonHours: 24, startHour: 497_222, quantiles: [[-5.1], [-2.4], [0.6]] }],
  },
  decisionPage: {
    items: [
      {
        number: 4,
        parameter: EXAMPLE_DIGEST,
        name: 'STABILITY_FEE',
        unit: 'wad/year',
        kind: 'model',
        status: 'implemented',
        before: '50100000000000000',
        after: '50600000000000000',
        version: 8,
        atMs: 1_790_000_000_000,
        block: 117,
        transaction,
        explanation: EXAMPLE_DIGEST,
        words: 'the coin is forecast 5 bp below its target, so the fee rises',
        reviews: [],
      },
    ],
    next: 4,
  },
  proposals: {
    items: [
      {
        id: '6021',
        proposer: EXAMPLE_SIGNER,
        state: 'active',
        type: 'parameter_adjustment',
        calls: ['GovernanceBridge.approve(proposalId: 3)'],
        problem: null,
        text: 'approve the wish',
        votes: { inFavour: '12', against: '4', abstaining: '0' },
        quorum: '14',
        votingFromMs: 1_790_000_000_000,
        votingUntilMs: 1_790_604_800_000,
        executableFromMs: null,
      },
    ],
    total: 1,
  },
} as const;
