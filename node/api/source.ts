import type { Certificate, Committee, Head, Offence, Roll } from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import type {
  BreakerJson,
  ChainJson,
  Condition,
  CurrentRoundJson,
  DecisionJson,
  DriftJson,
  OverrideJson,
  OwnUpdateJson,
  ParameterJson,
  PeersJson,
  PegForecastJson,
  PegHistoryJson,
  PegRequest,
  PrivacyAccountJson,
  ProposalsJson,
  Readiness,
  RiskAssessmentJson,
  RiskRequest,
  ShadowJson,
  SkillJson,
  StandingJson,
  VersionReport,
} from './schemas/index.ts';

/** A member votes and trains, a contributor trains, a guest is not on the roster. */
export type Role = 'member' | 'contributor' | 'guest';

/** What there is to tell before the node is up: a node that cannot reach its chain still says so. */
export type ApiStatus = {
  readonly readiness: () => Readiness;
  /** Active problems, each code once. */
  readonly conditions: () => readonly Condition[];
};

/**
 * Everything that the API reads of a running node. What is not there is `undefined`, never an error; certificates
 * are immutable, so the server may keep them.
 */
export type ApiSource = {
  readonly document: NetworkDocument;
  /** Id of the network: the hash of its document. */
  readonly network: Digest;
  readonly node: NodeId;
  /** What this node is in the round in progress. */
  readonly role: () => Role;
  readonly head: () => Head;
  /** The certificate of a decided round, from 1 on. */
  readonly certificate: (round: number) => Promise<Certificate | undefined>;
  /** The updates of a decided round, checked against its entry; undefined where this node did without them. */
  readonly roll: (round: number) => Promise<Roll | undefined>;
  /** Why updates of a decided round have no weight, in words, by node; undefined where this node kept none. */
  readonly leftOut: (round: number) => Promise<ReadonlyMap<NodeId, string> | undefined>;
  /** The round that published a version, from 1 on. */
  readonly roundOf: (version: number) => Promise<number | undefined>;
  /** A model's weights, float64 little-endian, where this node still keeps them. */
  readonly weights: (digest: Digest) => Promise<Uint8Array | undefined>;
  /** This node's standing after the head; undefined while no roll has named it, or where it is not known. */
  readonly standing: () => Promise<StandingJson | undefined>;
  /** What became of this node's update in the last round; undefined where it had none, or nobody told. */
  readonly update: () => Promise<OwnUpdateJson | undefined>;
  readonly offences: () => readonly Offence[];
  /** The bytes of a kept proof. */
  readonly proof: (evidence: Digest) => Promise<Uint8Array | undefined>;
  readonly report: (version: number) => Promise<VersionReport | undefined>;
  readonly committee: (epoch: number) => Promise<Committee | undefined>;
  /** The privacy ledger's account; the same object until the ledger has another entry. */
  readonly privacy: () => PrivacyAccountJson | Promise<PrivacyAccountJson>;
  readonly parameters: () => Promise<readonly ParameterJson[]>;
  readonly breaker: () => Promise<BreakerJson>;
  readonly overrides: () => Promise<readonly OverrideJson[]>;
  /** The round in progress, as this node sees it. */
  readonly currentRound: () => CurrentRoundJson;
  readonly peers: () => PeersJson;
  readonly chain: () => ChainJson;
  /** Every decision on a parameter that is kept, the newest first. */
  readonly decisions: () => Promise<readonly DecisionJson[]>;
  readonly proposals: () => Promise<ProposalsJson>;
  /** Figures of the versions after one that this node has at hand, ascending. */
  readonly skill: (after: number) => SkillJson;
  /** What was seen of the published model on public data. */
  readonly drift: () => DriftJson;
  /** How the candidate in the shadow does; its trial is null where there is none. */
  readonly shadow: () => ShadowJson;
  readonly predict: {
    /** @throws BallastError `WINDOW_…` or `HEAD_ABSENT` for input that no forecast can be made from. */
    readonly peg: (request: PegRequest) => Promise<PegForecastJson>;
    /** @throws BallastError as `peg`. */
    readonly risk: (request: RiskRequest) => Promise<RiskAssessmentJson>;
    /** The newest version's forecasts of hours that have come since, from the public feed. */
    readonly pegHistory: () => Promise<PegHistoryJson>;
  };
};
