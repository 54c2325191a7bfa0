import { createRoll, type Roll } from '../../../coordinator/index.ts';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import type {
  ApiSource,
  CurrentRoundJson,
  DecisionJson,
  ParameterJson,
  PrivacyAccountJson,
  SkillJson,
} from '../../api/index.ts';
import { EXAMPLES } from '../../api/routes/examples.ts';
import { LIVE_EXAMPLES } from '../../api/routes/live-examples.ts';
import {
  currentRound,
  decisionPage,
  parameter,
  pegHistory,
  privacyAccount,
  proposals,
} from '../../api/schemas/index.ts';
import { history, memorySource } from '../../api/test/support.ts';
import { createPrng } from '../../data/index.ts';

/** A network's answers as a node would give them after many rounds; made, and of the API's own forms. */
export const NODES_50 = Array.from({ length: 50 }, (_, i) =>
  nodeIdFromPublicKey(new Uint8Array(32).fill(i + 1)),
);
/** What a peer calls itself, were it to try. */
const HOSTILE_TEXT = '<img src=x onerror="document.title=`taken`">';
const HOUR = 497_222;
const FEE = parameter.parse({ ...EXAMPLES.parameter, unit: 'wad/year', ...wadFields() });

function wadFields() {
  const percent = (n: number) => String(BigInt(Math.round(n * 1_000)) * 10n ** 13n);
  return {
    value: percent(5.06),
    bounds: { minimum: percent(0.5), maximum: percent(15) },
    steps: { up: percent(1), down: percent(1) },
    budgets: {
      windowSeconds: 604_800,
      up: { total: percent(3), used: percent(1.2), left: percent(1.8) },
      down: { total: percent(3), used: '0', left: percent(3) },
    },
    allowed: { ...EXAMPLES.parameter.allowed, lowest: percent(4.06), highest: percent(5.06) },
    maximumStep: percent(1),
  };
}

export type Recorded = {
  readonly source: ApiSource;
  /** One more round is decided. */
  readonly decide: () => number;
};

/** A node after `rounds` rounds of 50, seeded. */
export function recordedNode({ rounds = 1_000, nowMs = Date.now(), seed = 7 } = {}): Recorded {
  const { uniform } = createPrng(seed);
  const whole = history(rounds + 50);
  let decided = rounds;
  const certificate = (round: number) => whole.certificates[round - 1];
  const heads = whole.certificates.map(({ entry }) => entry);
  const versions = new Map(
    heads.filter(({ outcome }) => outcome === 'accepted').map((entry) => [entry.version, entry.round]),
  );
  const [self = ''] = NODES_50;
  const roll: Roll = createRoll(
    NODES_50.map((node, i) => ({
      node,
      digest: 'ab'.repeat(32),
      fate: i % 9 === 3 ? 'BODY_NOT_SERVED' : i % 7 === 2 ? 'accepted' : 'selected',
    })),
  );
  const skill = skillOf(versions.size, uniform);
  const changes = decisionsOf(rounds, nowMs, uniform);
  const [newest] = changes;
  const fee: ParameterJson = { ...FEE, value: newest?.after ?? FEE.value };
  const peg = pegOf(uniform);
  const entryAt = () => {
    const entry = heads[decided - 1];
    if (entry === undefined) throw new Error(`no round ${decided}`);
    return entry;
  };
  const base = memorySource();
  const source: ApiSource = {
    ...base,
    node: self,
    head: () => {
      const { round, version, modelDigest, nextBeaconHeight } = entryAt();
      return { ...base.head(), round, version, modelDigest, nextBeaconHeight };
    },
    certificate: async (round) => (round > decided ? undefined : certificate(round)),
    roundOf: async (version) => versions.get(version),
    roll: async () => roll,
    currentRound: () => roundInProgress(decided + 1),
    peers: () => ({
      items: NODES_50.slice(1).map((node, i) => ({
        node,
        role: i < 39 ? 'member' : 'contributor',
        score: i === 4 ? -12.5 : 0,
        latencyMs: i === 7 ? null : Math.round(uniform() * 90) + 4,
        refusals:
          i === 4
            ? [
                { code: 'UPDATE_NORM', count: 3 },
                { code: HOSTILE_TEXT, count: 1 },
              ]
            : [],
        release: i === 7 ? null : i === 4 ? '0.2.0' : '0.1.0',
        missingProtocols: i === 4 ? ['/ballast/votes/1'] : [],
      })),
      connected: 49,
      release: '0.1.0',
      limits: { disconnect: -20, ban: -50 },
    }),
    chain: () => ({
      chain: 'eip155:31337',
      finalizedHeight: 3_000 + decided,
      lagSeconds: 0.9,
      clockSkewSeconds: 0.012,
    }),
    decisions: async () => changes,
    proposals: async () =>
      proposals.parse({
        items: [
          {
            ...LIVE_EXAMPLES.proposals.items[0],
            text: `raise the step ${HOSTILE_TEXT}`,
            votingFromMs: nowMs - 86_400_000,
            votingUntilMs: nowMs + 5 * 86_400_000,
          },
          {
            ...LIVE_EXAMPLES.proposals.items[0],
            id: '77',
            state: 'executed',
            executableFromMs: nowMs - 3 * 86_400_000,
          },
          {
            ...LIVE_EXAMPLES.proposals.items[0],
            id: '76',
            state: 'defeated',
            type: null,
            calls: [],
            problem: 'the words are not those of the calls',
          },
        ],
        total: 3,
      }),
    skill: (after) => sliceSkill(skill, after, entryAt().version),
    privacy: () => privacyOf(decided),
    parameters: async () => [
      fee,
      { ...fee, id: '11'.repeat(32), name: 'SAVINGS_RATE', risk: 'up', lastChange: null },
    ],
    predict: { ...base.predict, peg: async () => explainedPeg(), pegHistory: async () => peg },
  };
  return {
    source,
    decide: () => {
      decided += 1;
      return decided;
    },
  };
}

function roundInProgress(round: number): CurrentRoundJson {
  const members = NODES_50.slice(0, 40);
  const heard = NODES_50.slice(0, 47);
  return currentRound.parse({
    ...LIVE_EXAMPLES.currentRound,
    round,
    phase: 'aggregated',
    leader: members[5],
    committee: { members, quorum: 27, faults: 13 },
    roster: { size: 50, nodes: NODES_50 },
    updates: {
      heard: heard.length,
      items: heard.map((node, i) => ({
        node,
        body: i === 12 ? 'refused' : i < 44 ? 'held' : 'unasked',
        code: i === 12 ? 'BODY_NORM' : null,
      })),
    },
    seals: members.slice(0, 36),
    bodies: members.slice(0, 31),
    votes: { prepare: members.slice(0, 20), commit: members.slice(0, 3), viewChange: [] },
  });
}

function skillOf(count: number, uniform: () => number): SkillJson {
  const versions = Array.from({ length: count }, (_, i) => i + 1);
  const curve = (end: number) =>
    versions.map((v) => Number((end * (1 - Math.exp(-v / 80)) + (uniform() - 0.5) * 0.02).toFixed(4)));
  const head = (name: string, unit: string, end: number, baselines: readonly string[]) => ({
    head: name,
    metric: 'pinball',
    unit,
    loss: curve(1 - end),
    baselines: baselines.map((baseline) => ({ name: baseline, skill: curve(end) })),
  });
  return {
    versions,
    heads: [
      head('peg', 'bp', 0.14, ['B0', 'B2', 'B3']),
      head('peg-1h', 'bp', 0.04, ['B0', 'B2', 'B3']),
      head('peg-4h', 'bp', 0.08, ['B0', 'B2', 'B3']),
      head('risk/drawdown', 'nat', 0.05, ['persistence', 'ewma']),
      head('risk/volatility', '1', 0.21, ['persistence', 'ewma']),
    ],
  };
}

function sliceSkill({ heads, versions }: SkillJson, after: number, newest: number): SkillJson {
  const cut = <T>(values: readonly T[]): T[] => values.slice(after, newest);
  return {
    versions: cut(versions),
    heads: heads.map((head) => ({
      ...head,
      loss: cut(head.loss),
      baselines: head.baselines.map(({ name, skill }) => ({ name, skill: cut(skill) })),
    })),
  };
}

function decisionsOf(rounds: number, nowMs: number, uniform: () => number): readonly DecisionJson[] {
  const [example] = decisionPage.parse(LIVE_EXAMPLES.decisionPage).items;
  if (example === undefined) throw new Error('no example');
  let value = 5_000;
  const items: DecisionJson[] = [];
  for (let number = 1; number <= Math.min(rounds, 1_000); number++) {
    const before = value;
    value = Math.min(15_000, Math.max(500, value + Math.round((uniform() - 0.5) * 200)));
    items.push({
      ...example,
      number,
      before: `${before}0000000000000`,
      after: `${value}0000000000000`,
      version: number,
      atMs: nowMs - (rounds - number) * 60_000,
      block: number,
      words: `the coin is forecast ${((5_000 - value) / 100).toFixed(1)} bp from its target ${number === rounds ? HOSTILE_TEXT : ''}`,
    });
  }
  return items.toReversed();
}

function pegOf(uniform: () => number) {
  const outcome: number[] = [];
  let at = 0;
  for (let i = 0; i < 336; i++) {
    at += (uniform() - 0.5) * 2.4 - at * 0.04;
    outcome.push(Number(at.toFixed(2)));
  }
  const fan = (hours: number) => {
    const quantile = (shift: number) =>
      Array.from({ length: 336 + hours }, (_, i) =>
        Number(((outcome[i - hours] ?? outcome[0] ?? 0) * 0.7 + shift * Math.sqrt(hours / 24)).toFixed(2)),
      );
    return {
      horizonHours: hours,
      startHour: HOUR - 335,
      quantiles: [quantile(-4.2), quantile(-0.1), quantile(4)],
    };
  };
  return pegHistory.parse({
    ...LIVE_EXAMPLES.pegHistory,
    hour: HOUR,
    outcomes: { startHour: HOUR - 335, deviationBp: outcome.map((value, i) => (i === 200 ? null : value)) },
    horizons: [fan(1), fan(4), fan(24)],
  });
}

function privacyOf(round: number): PrivacyAccountJson {
  const example = privacyAccount.parse(EXAMPLES.privacyAccount);
  const count = Math.min(round, 500);
  const epsilonAt = (r: number) => Number((0.15 * Math.sqrt(r)).toFixed(4));
  return {
    ...example,
    spent: { epsilon: epsilonAt(round), releases: round, sums: round * 4 },
    remaining: 8 - epsilonAt(round),
    roundsLeft: 400,
    earlier: round > count ? [{ event: 0, times: round - count }] : [],
    rounds: Array.from({ length: count }, (_, i) => ({
      round: round - count + i + 1,
      event: 0,
      epsilon: epsilonAt(round - count + i + 1),
    })),
    next: {
      event: 0,
      projection: [100, 200, 300, 400].map((more) => ({ rounds: more, epsilon: epsilonAt(round + more) })),
    },
  };
}

function explainedPeg(): Awaited<ReturnType<ApiSource['predict']['peg']>> {
  const features = Array.from({ length: 14 }, (_, i) => ({
    feature: `feature-${i}`,
    group: 'deviation' as const,
    input: i / 3,
    value: (7 - i) / 9,
  }));
  const attribution = {
    output: -2.6,
    terms: [{ name: 'last deviation', value: -3.1 }],
    contributions: features,
    groups: [{ group: 'deviation' as const, value: 0.5 }],
    error: 0,
    heldAt: 0.5,
  };
  return {
    version: 8,
    modelDigest: 'ab'.repeat(32),
    input: 'public-feed',
    hour: HOUR,
    deviationBp: -3.1,
    horizons: [
      {
        horizonHours: 24,
        scaleBp: 1.4,
        modelShare: 1,
        quantiles: [0.1, 0.5, 0.9].map((level, i) => ({ level, deviationBp: -5.2 + 2.6 * i, attribution })),
      },
    ],
  };
}
