import {
  type Certificate,
  createCommittee,
  createRoll,
  EMPTY_STANDING,
  type Head,
  headAfter,
  type Offence,
  updatesOf,
} from '../../../coordinator/index.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { encodeWeights } from '../../../protocol/vectors.ts';
import { apiConfigSchema } from '../config.ts';
import {
  type Api,
  type ApiCollaborators,
  type ApiLimits,
  type ApiMetrics,
  type ApiSource,
  createApi,
  EventFeed,
} from '../index.ts';
import { API_LIMITS } from '../limits.ts';
import { EXAMPLES } from '../routes/examples.ts';
import { LIVE_EXAMPLES } from '../routes/live-examples.ts';
import {
  breaker,
  chain,
  currentRound,
  decisionPage,
  drift,
  type ErrorEnvelope,
  errorEnvelope,
  offence,
  overrides as overridesAnswer,
  parameter,
  peers,
  pegForecast,
  pegHistory,
  privacyAccount,
  proposals,
  type Readiness,
  report,
  riskAssessment,
  shadow,
  skill,
  standing,
} from '../schemas/index.ts';

export const ROUNDS = 30;
/** The node was no member then. */
export const ROUND_WITHOUT_ROLL = 2;
export const NODES = Array.from({ length: 7 }, (_, i) => nodeIdFromPublicKey(new Uint8Array(32).fill(i + 1)));
const COMMITTEE = createCommittee(
  0,
  NODES.map((node, i) => ({ node, signer: `0x${String(i + 1).padStart(40, '0')}` as const })),
);

/** The weights of a version: 33 values that differ from version to version. */
export const weightsOf = (version: number): Uint8Array =>
  encodeWeights(Float64Array.from({ length: 33 }, (_, i) => (i - 16) / 7 + version / 3));
export const digestOfVersion = (version: number): string => digestOfBytes(weightsOf(version));

/** The first node's body was not held; the others' updates have weight. */
export const ROLL = createRoll(
  NODES.map((node, i) => ({
    node,
    digest: 'ab'.repeat(32),
    fate: i === 0 ? 'BODY_NOT_SERVED' : 'selected',
  })),
);

const STATE = '57'.repeat(32);

/** Thirty rounds, every third of which publishes nothing. */
export function history(rounds = ROUNDS): { readonly certificates: Certificate[]; readonly head: Head } {
  const certificates: Certificate[] = [];
  let version = 0;
  let parent = '00'.repeat(32);
  let head: Head = {
    round: 0,
    entry: parent,
    version,
    modelDigest: digestOfVersion(0),
    stateDigest: STATE,
    standing: EMPTY_STANDING,
    nextBeaconHeight: 3,
  };
  for (let round = 1; round <= rounds; round++) {
    const isAccepted = round % 3 !== 0;
    const entry: RoundEntry = {
      round,
      epoch: 0,
      parent,
      beacon: 'be'.repeat(32),
      finalized: round,
      nextBeaconHeight: round + 3,
      baseVersion: version,
      baseDigest: digestOfVersion(version),
      baseState: STATE,
      updates: updatesOf(ROLL),
      standing: EMPTY_STANDING,
      offences: [],
      nextCommittee: null,
      outcome: isAccepted ? 'accepted' : 'rejected',
      reason: isAccepted ? '' : 'the candidate is worse on public data than the last version',
      version: isAccepted ? version + 1 : version,
      modelDigest: digestOfVersion(isAccepted ? version + 1 : version),
      stateDigest: STATE,
      candidateDigest: digestOfVersion(version + 1),
      candidateState: STATE,
      privacy: { unit: 'record', relation: 'add-remove', epsilon: round / 10, delta: 1e-5 },
    };
    const signatures = [0, 1, 2, 3, 4].map((index) => ({
      index,
      signature: new Uint8Array(65).fill(index + 1),
    }));
    certificates.push({ entry, view: 0, signatures });
    version = entry.version;
    head = headAfter(entry);
    parent = head.entry;
  }
  return { certificates, head };
}

export const DOCUMENT = {
  name: 'test',
  chain: 'eip155:31337',
  genesis: { modelDigest: digestOfVersion(0), layout: 'aa'.repeat(32), beaconHeight: 3 },
  parameters: { privacy: { unit: 'record' }, training: {} },
} as unknown as NetworkDocument;

export function memorySource(overrides: Partial<ApiSource> = {}): ApiSource {
  const { certificates, head } = history();
  const rounds = new Map(
    certificates
      .filter(({ entry }) => entry.outcome === 'accepted')
      .map(({ entry }) => [entry.version, entry.round]),
  );
  const blobs = new Map(
    Array.from({ length: head.version + 1 }, (_, v) => [digestOfVersion(v), weightsOf(v)]),
  );
  return {
    document: DOCUMENT,
    network: 'cc'.repeat(32),
    node: NODES[0] ?? '',
    head: () => head,
    certificate: async (round) => certificates[round - 1],
    roll: async (round) => (round === ROUND_WITHOUT_ROLL ? undefined : ROLL),
    leftOut: async () => undefined,
    roundOf: async (version) => rounds.get(version),
    weights: async (digest) => blobs.get(digest),
    role: () => 'member',
    standing: async () => standing.parse(EXAMPLES.node.standing),
    update: async () => EXAMPLES.node.update,
    offences: () => [offence.parse(EXAMPLES.offences.items[0]) as Offence],
    proof: async () => Uint8Array.of(1, 2),
    report: async (version) =>
      version === 1
        ? undefined
        : { ...report.parse(EXAMPLES.report), version, modelDigest: digestOfVersion(version) },
    committee: async (epoch) => (epoch === 0 ? COMMITTEE : undefined),
    privacy: () => privacyAccount.parse(EXAMPLES.privacyAccount),
    parameters: async () => [parameter.parse(EXAMPLES.parameter)],
    breaker: async () => breaker.parse(EXAMPLES.breaker),
    overrides: async () => overridesAnswer.parse(EXAMPLES.overrides).items,
    drift: () => drift.parse(EXAMPLES.drift),
    shadow: () => shadow.parse(EXAMPLES.shadow),
    currentRound: () => currentRound.parse(LIVE_EXAMPLES.currentRound),
    peers: () => peers.parse(LIVE_EXAMPLES.peers),
    chain: () => chain.parse(LIVE_EXAMPLES.chain),
    decisions: async () => {
      const [newest] = decisionPage.parse(LIVE_EXAMPLES.decisionPage).items;
      return newest === undefined ? [] : [4, 3, 2, 1].map((number) => ({ ...newest, number }));
    },
    proposals: async () => proposals.parse(LIVE_EXAMPLES.proposals),
    skill: (after) => {
      const whole = skill.parse(LIVE_EXAMPLES.skill);
      return after === 0 ? whole : { versions: [], heads: [] };
    },
    predict: {
      pegHistory: async () => pegHistory.parse(LIVE_EXAMPLES.pegHistory),
      peg: async (request) => ({
        ...pegForecast.parse(EXAMPLES.pegForecast),
        input: request.window === undefined ? 'public-feed' : 'request',
      }),
      risk: async () => riskAssessment.parse(EXAMPLES.riskAssessment),
    },
    ...overrides,
  };
}

export type Served = {
  readonly api: Api;
  readonly url: string;
  readonly port: number;
  readonly feed: EventFeed;
  readonly requests: { readonly route: string; readonly status: number }[];
  readonly errors: unknown[];
  readonly counts: { tokenFailures: number; subscribers: number; dropped: number };
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
};

const running: Api[] = [];

/** Ends what a test has started. */
export async function stopAll(): Promise<void> {
  for (const api of running.splice(0)) await api.stop(200);
}

export type ServeOptions = {
  readonly config?: Record<string, unknown>;
  readonly limits?: Partial<ApiLimits>;
  readonly source?: ApiSource | undefined;
  readonly readiness?: () => Readiness;
  readonly feed?: EventFeed;
  readonly pages?: ApiCollaborators['pages'];
};

/** An API on a free port of this machine, over a source in memory. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const { config = {}, limits = {}, feed = new EventFeed({ capacity: 50, run: 'abcd' }) } = options;
  const requests: { route: string; status: number }[] = [];
  const errors: unknown[] = [];
  const counts = { tokenFailures: 0, subscribers: 0, dropped: 0 };
  const metrics: ApiMetrics = {
    observeRequest: (route, status) => {
      if (requests.length < 100) requests.push({ route, status });
    },
    countTokenFailure: () => {
      counts.tokenFailures += 1;
    },
    setSubscribers: (count) => {
      counts.subscribers = count;
    },
    countDroppedSubscriber: () => {
      counts.dropped += 1;
    },
    text: async () => 'ballast_round 9\n',
  };
  const api = createApi(
    apiConfigSchema.parse({ port: 0, ...config }),
    {
      status: {
        readiness: options.readiness ?? (() => ({ status: 'ready', reason: 'takes part in round 31' })),
        conditions: () => [
          { code: 'CHAIN_STALLED', message: 'https://user:key@rpc.example/v3/SECRET is late', sinceMs: 5 },
        ],
      },
      feed,
      metrics,
      now: () => performance.now(),
      onError: (error) => errors.push(error),
      ...(options.pages === undefined ? {} : { pages: options.pages }),
    },
    { ...API_LIMITS, ...limits },
  );
  running.push(api);
  const { url } = await api.start();
  const source = 'source' in options ? options.source : memorySource();
  if (source !== undefined) api.serve(source);
  const get = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  return { api, url, port: Number(new URL(url).port), feed, requests, errors, counts, get };
}

/** The code of an error envelope, whose form is checked. */
export async function errorOf(response: Response): Promise<ErrorEnvelope['error']> {
  return errorEnvelope.parse(await response.json()).error;
}
