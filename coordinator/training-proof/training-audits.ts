import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Payload, RoundEntry } from '../../protocol/messages.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import type { BlobExchange } from '../blob-exchange.ts';
import type { Blobs } from '../blobs.ts';
import type { RoundLog } from '../log.ts';
import { openEvidence, type Received } from '../received.ts';
import type { Roll, RollRow } from '../roll.ts';
import { decodeTranscript, transcriptKey } from '../transcript.ts';
import { encodeFailedAudit } from './failed-audit.ts';
import { decodeOpening, encodeOpening, openingBytes, openTrajectory } from './opening.ts';
import {
  type AuditedStep,
  type AuditOptions,
  runTrajectory,
  type TrajectoryOwner,
  trajectoryCommitment,
} from './trajectory.ts';
import { verifyOpening } from './verify.ts';

/** Of so many nodes a round proofs are held until it is decided. */
const MAX_FORGED = 64;

/** What a header says of its node's audited steps. */
export type TrajectoryStatement = NonNullable<Payload<'update-header'>['trajectory']>;

export type TrainingAuditsParts = {
  readonly self: NodeId;
  readonly network: Digest;
  /** Number of weights. */
  readonly size: number;
  readonly parameters: Pick<NetworkParameters, 'audit' | 'retention'>;
  readonly log: Pick<RoundLog, 'get' | 'roll'>;
  readonly store: Pick<KeyValueStore, 'get'>;
  readonly blobs: Pick<Blobs, 'put'>;
  readonly exchange: Pick<BlobExchange, 'obtain' | 'obtainWeights'>;
  /** This node's own row of a round whose roll it did without. */
  readonly ownRow: (round: number) => Promise<RollRow | undefined>;
  /** The step of a round; absent where the network audits nothing. */
  readonly stepOf: ((round: number) => AuditedStep) | undefined;
};

/** A past round as an audit needs it. */
type Past = {
  readonly entry: RoundEntry;
  /** Undefined where this node did without the roll. */
  readonly nodes: ReadonlySet<NodeId> | undefined;
  /** By sender; empty where this node has not seen the round's headers. */
  readonly headers: ReadonlyMap<NodeId, Received<'update-header'>>;
};

/** A commitment that is to be answered: of the last round with an update of the node on its roll. */
type Owed = {
  readonly round: number;
  readonly owner: TrajectoryOwner;
  readonly base: Digest;
  readonly challenge: Digest;
  /** The header that commits; undefined where this node has not seen it. */
  readonly header: Received<'update-header'> | undefined;
};

/**
 * A node's audits: in every round in which it trains it commits to audited steps, and opens those of its last
 * commitment that the beacon of the round after that chooses. What a node owes follows from the log alone, so that
 * nothing has to be remembered across restarts; a member that has not seen the header of a commitment lets it be, and
 * leaves it to those who have.
 */
export class TrainingAudits {
  readonly #parts: TrainingAuditsParts;
  readonly #past = new Map<number, Promise<Past | undefined>>();
  /** Proofs of the round in progress, by node. */
  readonly #forged = new Map<NodeId, { readonly round: number; readonly proof: Uint8Array }>();

  /** @throws BallastError `AUDIT_STEPS` where the network audits and no step is given. */
  constructor(parts: TrainingAuditsParts) {
    this.#parts = parts;
    if (parts.parameters.audit !== undefined && parts.stepOf === undefined)
      throw new BallastError(
        'AUDIT_STEPS',
        'audit: got no step of training, expected one: the network audits',
      );
  }

  /** Takes the round's audited steps. @returns what the header says; undefined where nothing is audited. */
  async state(
    round: number,
    beacon: Digest,
    weights: Float64Array,
    signal: AbortSignal,
  ): Promise<TrajectoryStatement | undefined> {
    const { self, parameters, stepOf, exchange, blobs } = this.#parts;
    const { audit } = parameters;
    if (audit === undefined || stepOf === undefined) return undefined;
    const trajectory = runTrajectory(weights, { node: self, beacon }, audit, stepOf(round));
    const commitment = trajectoryCommitment(trajectory);
    const owed = await this.#owed(self, round, beacon);
    if (owed === undefined) return { commitment, opening: null };
    const start = await exchange.obtainWeights(owed.base, owed.round, signal);
    const earlier = runTrajectory(start, owed.owner, audit, stepOf(owed.round));
    const opening = encodeOpening(openTrajectory(earlier, owed.owner, owed.challenge, audit));
    return { commitment, opening: await blobs.put(round, opening) };
  }

  /**
   * Checks that a header's sender answers for its last commitment.
   *
   * @param from peers that serve the opening.
   * @throws BallastError `AUDIT_MISSING` without an answer; as `decodeOpening` and `verifyOpening` for a wrong one.
   */
  async check(
    header: Received<'update-header'>,
    beacon: Digest,
    from: readonly NodeId[],
    signal: AbortSignal,
  ): Promise<void> {
    const { parameters, stepOf, size } = this.#parts;
    const { sender, round, payload } = header;
    const { audit } = parameters;
    if (audit === undefined || stepOf === undefined) return;
    const owed = await this.#owed(sender, round, beacon);
    const commitment = owed?.header?.payload.trajectory?.commitment;
    if (owed?.header === undefined || commitment === undefined) return;
    const opening = payload.trajectory?.opening ?? undefined;
    if (opening === undefined) throw missing(sender, owed.round, 'no answer');
    const bytes = await this.#fetch(opening, audit, { round, from, signal }).catch((cause: unknown) => {
      throw missing(sender, owed.round, 'an answer that nobody serves', cause);
    });
    try {
      verifyOpening(decodeOpening(bytes, size, audit), { ...owed, commitment }, audit, stepOf(owed.round));
    } catch (error) {
      if (error instanceof BallastError && error.code === 'AUDIT_STEP')
        this.#noteForged(
          header,
          encodeFailedAudit({ commitment: owed.header.bytes, answer: header.bytes, opening: bytes }),
        );
      throw error;
    }
  }

  /**
   * Proofs of the forged steps that this node found in a round, of nodes whose update did drop out for them: where the
   * others saw nothing wrong, the fault may be in this node's public rows, and it accuses nobody.
   */
  proofsOf(round: number, roll: Roll): Uint8Array[] {
    const proofs = roll.flatMap(({ node, fate }) => {
      const found = this.#forged.get(node);
      return found?.round === round && fate === 'AUDIT_STEP' ? [found.proof] : [];
    });
    this.#forged.clear();
    return proofs;
  }

  #noteForged({ sender, round }: Received<'update-header'>, proof: Uint8Array): void {
    if (this.#forged.size < MAX_FORGED || this.#forged.has(sender))
      this.#forged.set(sender, { round, proof });
  }

  #fetch(
    opening: Digest,
    audit: AuditOptions,
    of: { readonly round: number; readonly from: readonly NodeId[]; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    const { exchange, size } = this.#parts;
    return exchange.obtain(opening, of.from, openingBytes(size, audit), of.round, of.signal);
  }

  /** What a node has to answer in a round, looked for as far back as bodies and models are kept. */
  async #owed(node: NodeId, round: number, beacon: Digest): Promise<Owed | undefined> {
    const oldest = Math.max(1, round - this.#parts.parameters.retention.rounds);
    for (const kept of this.#past.keys()) if (kept < oldest) this.#past.delete(kept);
    for (let past = round - 1; past >= oldest; past--) {
      const found = await this.#pastOf(past);
      const isOn = found === undefined ? undefined : await this.#isOnRoll(node, past, found);
      // Without a roll nobody knows whether it is that round which is owed, or one before.
      if (found === undefined || isOn === undefined) return undefined;
      if (!isOn) continue;
      const challenge = past + 1 === round ? beacon : (await this.#pastOf(past + 1))?.entry.beacon;
      if (challenge === undefined) return undefined;
      return {
        round: past,
        owner: { node, beacon: found.entry.beacon },
        base: found.entry.baseDigest,
        challenge,
        header: found.headers.get(node),
      };
    }
    return undefined;
  }

  /** Of itself a node knows it without the roll too: it has asked for its own row. */
  async #isOnRoll(node: NodeId, round: number, { nodes }: Past): Promise<boolean | undefined> {
    if (nodes !== undefined) return nodes.has(node);
    return node === this.#parts.self ? (await this.#parts.ownRow(round)) !== undefined : undefined;
  }

  #pastOf(round: number): Promise<Past | undefined> {
    const known = this.#past.get(round) ?? this.#read(round);
    this.#past.set(round, known);
    return known;
  }

  async #read(round: number): Promise<Past | undefined> {
    const { log, store, network } = this.#parts;
    const [certificate, roll, transcript] = await Promise.all([
      log.get(round),
      log.roll(round),
      store.get(transcriptKey(round)),
    ]);
    if (certificate === undefined) return undefined;
    const headers = transcript === undefined ? [] : headersOf(transcript, network, round);
    return {
      entry: certificate.entry,
      nodes: roll && new Set(roll.map(({ node }) => node)),
      headers: new Map(headers.map((header) => [header.sender, header])),
    };
  }
}

/** A transcript that is damaged here is one that this node has not seen: nobody else is to blame for it. */
function headersOf(transcript: Uint8Array, network: Digest, round: number): Received<'update-header'>[] {
  try {
    return openEvidence('update-header', network, round, decodeTranscript(transcript).headers);
  } catch (error) {
    if (error instanceof BallastError) return [];
    throw error;
  }
}

function missing(node: NodeId, round: number, got: string, cause?: unknown): BallastError {
  return new BallastError(
    'AUDIT_MISSING',
    `audit of ${node}: got ${got}, expected the opened steps of its training in round ${round}`,
    { metadata: { node, round }, ...(cause === undefined ? {} : { cause }) },
  );
}
