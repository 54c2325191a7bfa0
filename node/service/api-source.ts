import { type Epoch, isMember, type Participant } from '../../coordinator/index.ts';
import { guaranteeOf } from '../../privacy/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { encodeWeights } from '../../protocol/vectors.ts';
import { ApiError, type ApiSource, createPredictor, type Role } from '../api/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import type { ChainLink, MonitorStatus, NodeView, PublicMarket } from '../runtime/index.ts';
import type { ChainBreaker } from './chain-breaker.ts';
import type { ChainDecisions } from './chain-decisions.ts';
import type { ChainParameters } from './chain-parameters.ts';
import type { ChainProposals } from './chain-proposals.ts';
import { chainJson, currentRoundJson, peersJson } from './live-view.ts';
import { driftJson, shadowJson } from './monitoring.ts';
import { ownStanding, ownUpdate } from './own-standing.ts';
import type { PrivacyAccounts } from './privacy-accounts.ts';
import { skillColumns } from './skill-columns.ts';
import type { Measure, ReportedVersion, VersionReports } from './version-reports.ts';

export type ApiSourceParts = {
  readonly node: NodeId;
  readonly network: string;
  /** Of the package. */
  readonly release: string | undefined;
  readonly view: () => NodeView;
  readonly parameters: Pick<ChainParameters, 'read'>;
  readonly breaker: Pick<ChainBreaker, 'breaker' | 'overrides'>;
  readonly decisions: Pick<ChainDecisions, 'read' | 'recall'>;
  readonly proposals: Pick<ChainProposals, 'read'>;
  readonly reports: Pick<VersionReports, 'of' | 'keptAfter'>;
  readonly accounts: Pick<PrivacyAccounts, 'of'>;
};

/** What the HTTP interface reads, taken from the running node at the time of each request. */
export function createApiSource({
  node,
  network,
  release,
  view,
  parameters,
  breaker,
  decisions,
  proposals,
  reports,
  accounts,
}: ApiSourceParts): ApiSource {
  const { document } = view();
  const model = createModel(parseModelSpec(document.model));

  const participant = (): Participant => {
    const running = view().participant;
    if (running === undefined) throw notReady(view());
    return running;
  };
  const market = (): PublicMarket => {
    const known = view().market;
    if (known === undefined) throw notReady(view());
    return known;
  };
  const monitor = (): MonitorStatus => {
    const status = view().monitor?.();
    if (status === undefined) throw notReady(view());
    return status;
  };
  const versionOf = async (version: number): Promise<ReportedVersion | undefined> => {
    if (version === 0) return { version, modelDigest: document.genesis.modelDigest, round: 0, privacy: null };
    const round = await participant().roundOf(version);
    const certificate = round === undefined ? undefined : await participant().certificate(round);
    return certificate?.entry;
  };
  const current = async () => {
    const { head } = participant();
    const weights = await participant().weights(head.modelDigest);
    if (weights === undefined) throw notReady(view());
    return { version: head.version, modelDigest: head.modelDigest, weights };
  };
  const onChain = async <Value>(read: (link: ChainLink) => Promise<Value>): Promise<Value> => {
    const { link } = view();
    if (link === undefined) throw notReady(view());
    return read(link).catch((cause: unknown) => {
      const reason = cause instanceof BallastError ? cause.code : 'no answer';
      throw new ApiError('NOT_READY', `the chain cannot be read: ${reason}`, { retryAfter: 2 });
    });
  };
  const known = () => market().known(participant().head.round + 1);

  return {
    document,
    network,
    node,
    role: () => roleOf(node, participant().epoch),
    head: () => {
      const { head } = view();
      if (head === undefined) throw notReady(view());
      return head;
    },
    certificate: (round) => participant().certificate(round),
    roll: (round) => participant().roll(round),
    leftOut: async (round) => view().notes?.leftOut(round),
    roundOf: (version) => participant().roundOf(version),
    weights: async (digest) => {
      const weights = await participant().weights(digest);
      return weights === undefined ? undefined : encodeWeights(weights);
    },
    standing: async () => ownStanding(participant().state.standing, node),
    update: async () => {
      const running = participant();
      return ownUpdate({ head: running.head, ownRow: (round) => running.ownRow(round) });
    },
    offences: () => participant().offences,
    proof: (evidence) => participant().proof(evidence),
    report: async (version) => {
      const found = await versionOf(version);
      const report = found && (await reports.of(found));
      if (report === undefined) return undefined;
      const { privacy } = report;
      return { ...report, privacy: privacy && guaranteeOf(privacy, document.parameters) };
    },
    committee: async (epoch) => {
      const { committee } = view();
      return committee?.epoch === epoch ? committee : view().participant?.epochOf(epoch)?.committee;
    },
    privacy: () => {
      const { ledger } = view();
      if (ledger === undefined) throw notReady(view());
      return accounts.of(ledger);
    },
    parameters: () => onChain((link) => parameters.read(link)),
    breaker: () => onChain(breaker.breaker),
    overrides: () => onChain(breaker.overrides),
    currentRound: () => currentRoundJson(participant().state, participant().epoch),
    peers: () => {
      const { epoch } = participant();
      return peersJson(view().peers(), (peer) => roleOf(peer, epoch), release);
    },
    chain: () => chainJson(view()),
    decisions: () =>
      onChain(async (link) => {
        await decisions.recall(view().notes);
        return decisions.read(link);
      }),
    proposals: () => onChain((link) => proposals.read(link)),
    skill: (after) => skillColumns(reports.keptAfter(after, participant().head.version)),
    drift: () => driftJson(monitor()),
    shadow: () => shadowJson(monitor()),
    predict: createPredictor({ model, current, known }),
  };
}

function roleOf(node: NodeId, { committee, roster }: Epoch): Role {
  if (isMember(committee, node)) return 'member';
  return roster.places.has(node) ? 'contributor' : 'guest';
}

function notReady({ readiness }: NodeView): ApiError {
  return new ApiError('NOT_READY', `the node is not up: ${readiness.reason}`, { retryAfter: 1 });
}

/** Figures of a version that was decided before this process began. */
export function measureOf(view: () => NodeView): Measure {
  return async ({ modelDigest }) => {
    const { participant, market } = view();
    if (participant === undefined || market === undefined) throw notReady(view());
    const weights = await participant.weights(modelDigest);
    if (weights === undefined) return undefined;
    const { examples, loss, baselineLoss, risk } = market.heldOut(weights);
    return { examples, loss, baselines: baselineLoss, ...(risk === undefined ? {} : { risk }) };
  };
}
