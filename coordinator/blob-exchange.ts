import { type AggregatorState, decodeState, stateBytes } from '../aggregation/state.ts';
import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { decodeWeights } from '../protocol/vectors.ts';
import type { Blobs } from './blobs.ts';
import type { Version } from './candidate.ts';
import type { Collaborators, EpochOptions } from './collaborators.ts';
import { isMember, nodesOf } from './committee.ts';
import type { Head } from './entry.ts';
import { Patience } from './patience.ts';
import { genesisState } from './round-aggregator.ts';
import { decodeStanding, MAX_STANDING_BYTES, type StandingTable } from './standing/index.ts';
import { askAgain } from './sync/ask-again.ts';

/** The largest model that this node fetches: no layout comes near it. */
const MAX_MODEL_BYTES = 8 << 20;

/** A blob that this node is seeking: since when, and who is to be told that it is here or is not to be had. */
type Coming = { readonly since: number; readonly wakes: Set<() => void> };

/** Models, their states and updates by digest: what this node holds, gives out and gets from its peers. */
export class BlobExchange {
  readonly #options: EpochOptions;
  readonly #collaborators: Collaborators;
  readonly #blobs: Blobs;
  readonly #patience: Patience;
  /** The round whose bodies may leave the node. */
  #sealedRound = 0;
  /** Peers that asked before the seal of a round. */
  readonly #awaitingSeal = new Set<{ readonly round: number; readonly wake: () => void }>();

  /** Bodies on their way to this node. */
  readonly #coming = new Map<Digest, Coming>();
  /** What this node's proposal rests on, by digest. */
  #evidence: ReadonlyMap<Digest, Uint8Array> = new Map();
  readonly #onEarly: (round: number, peer: NodeId) => void;

  /** @param onEarly hears of members that ask for what is withheld until the seal. */
  constructor(
    options: EpochOptions,
    collaborators: Collaborators,
    blobs: Blobs,
    onEarly: (round: number, peer: NodeId) => void = () => undefined,
  ) {
    this.#onEarly = onEarly;
    this.#options = options;
    this.#collaborators = collaborators;
    this.#patience = new Patience(collaborators.clock, options.parameters.timeouts.fetchMs / 2);
    this.#blobs = blobs;
  }

  /** The round is sealed: nobody can fit an update to the others' any more. */
  openRound(round: number): void {
    this.#sealedRound = round;
    for (const waiting of [...this.#awaitingSeal]) if (waiting.round <= round) waiting.wake();
  }

  /** Keeps nobody waiting any longer. */
  stop(): void {
    for (const { wake } of [...this.#awaitingSeal]) wake();
    for (const { wakes } of this.#coming.values()) for (const wake of wakes) wake();
  }

  /** Members may have these messages, in place of those that were offered before. */
  offer(messages: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): void {
    this.#evidence = new Map(messages.map(({ digest, bytes }) => [digest, bytes]));
  }

  /**
   * A blob for a peer; nothing that `round`, the round in progress, brought before its seal. A member that asks a
   * member waits for what that is about to have.
   */
  async serve(digest: Digest, round: number, peer: NodeId): Promise<Uint8Array | undefined> {
    const { committee } = this.#options;
    const isForMember = isMember(committee, peer);
    const ready =
      this.#options.epochs.record(digest) ?? (isForMember ? this.#evidence.get(digest) : undefined);
    if (ready !== undefined) return ready;
    if (await this.#isWithheld(digest, round)) {
      if (isForMember) this.#onEarly(round, peer);
      await this.#sealOf(round);
      return (await this.#isWithheld(digest, round)) ? undefined : this.#blobs.get(digest);
    }
    const held = await this.#blobs.get(digest);
    if (held !== undefined || !isForMember || !isMember(committee, this.#collaborators.signer.nodeId))
      return held;
    if (this.#sealedRound < round) await this.#sealOf(round);
    const coming = this.#coming.get(digest);
    if (coming !== undefined) await this.#arrivalOf(coming);
    return this.#blobs.get(digest);
  }

  /** A blob from this node's own store, or from the first of `from` that serves it. @throws `BODY_NOT_SERVED`. */
  obtain(
    digest: Digest,
    from: readonly NodeId[],
    maxBytes: number,
    round: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.#fetch(digest, from, maxBytes, round, signal, true);
  }

  /** @param isAwaited whether peers that ask for the blob meanwhile may wait for it. */
  async #fetch(
    digest: Digest,
    from: readonly NodeId[],
    maxBytes: number,
    round: number,
    signal: AbortSignal,
    isAwaited: boolean,
  ): Promise<Uint8Array> {
    const { signer, transport } = this.#collaborators;
    const own = await this.#blobs.get(digest);
    if (own !== undefined) return own;
    const coming: Coming = { since: this.#collaborators.clock.now(), wakes: new Set() };
    if (isAwaited) this.#coming.set(digest, coming);
    const final = from.findLast((node) => node !== signer.nodeId);
    let last: unknown;
    try {
      for (const peer of from) {
        if (peer === signer.nodeId) continue;
        // The last one may take as long as it likes; a silent one before it must not cost the round.
        const asking = peer === final ? undefined : this.#patience.begin(peer, signal);
        try {
          const bytes = await transport.fetch(peer, digest, maxBytes, asking?.signal ?? signal);
          await this.#blobs.keep(round, digest, bytes);
          return bytes;
        } catch (error) {
          last = error;
          if (signal.aborted) break;
        } finally {
          asking?.end();
        }
      }
    } finally {
      if (this.#coming.get(digest) === coming) this.#coming.delete(digest);
      for (const wake of coming.wakes) wake();
    }
    throw new BallastError(
      'BODY_NOT_SERVED',
      `blob ${digest.slice(0, 12)}: none of ${from.length} peers served it`,
      { cause: last },
    );
  }

  /** Weights of a version that this node holds. */
  async weights(digest: Digest): Promise<Float64Array | undefined> {
    const { genesis, genesisWeights, size } = this.#options;
    if (digest === genesis.modelDigest) return genesisWeights;
    const bytes = await this.#blobs.get(digest);
    return bytes === undefined ? undefined : decodeWeights(bytes, size);
  }

  /** Weights of a certified version, from a peer where this node has not made them itself. */
  async obtainWeights(digest: Digest, round: number, signal: AbortSignal): Promise<Float64Array> {
    const known = await this.weights(digest);
    if (known !== undefined) return known;
    const { committee, size } = this.#options;
    return decodeWeights(await this.obtain(digest, nodesOf(committee), MAX_MODEL_BYTES, round, signal), size);
  }

  /** The state that belongs to a certified version, likewise. An aggregation without state needs nobody for it. */
  async obtainState(digest: Digest, round: number, signal: AbortSignal): Promise<AggregatorState> {
    const { genesis, committee, size } = this.#options;
    const { aggregator } = this.#collaborators;
    if (digest === genesis.stateDigest) return genesisState(aggregator, size);
    const shape = aggregator.stateShape(size);
    return decodeState(
      await this.obtain(digest, nodesOf(committee), stateBytes(shape), round, signal),
      shape,
    );
  }

  /**
   * Everybody's standing as it was certified; asks until it is served.
   *
   * @throws BallastError `STANDING_MALFORMED`; the signal's reason.
   */
  obtainStanding(digest: Digest, round: number, signal: AbortSignal): Promise<StandingTable> {
    const peers = nodesOf(this.#options.committee);
    const ask = async () =>
      decodeStanding(await this.obtain(digest, peers, MAX_STANDING_BYTES, round, signal));
    return askAgain(ask, this.#collaborators.clock, signal);
  }

  /** Weights and state of a certified version; asks until they are served. @throws the signal's reason. */
  obtainVersion(
    { modelDigest, stateDigest, round }: Pick<Head, 'modelDigest' | 'stateDigest' | 'round'>,
    signal: AbortSignal,
  ): Promise<Version> {
    const ask = async () => {
      const weights = await this.obtainWeights(modelDigest, round, signal);
      return { weights, state: await this.obtainState(stateDigest, round, signal) };
    };
    return askAgain(ask, this.#collaborators.clock, signal);
  }

  /**
   * Keeps an earlier version as one of `round`, from a peer where this node has forgotten it. Nobody waits for what
   * this node asks for here: perhaps all ask, and nobody has it.
   *
   * @returns whether it is held: false where nobody serves it any more.
   */
  async hold(
    { modelDigest, stateDigest }: Pick<Head, 'modelDigest' | 'stateDigest'>,
    round: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { genesis, committee, size } = this.#options;
    const { aggregator } = this.#collaborators;
    const parts: { readonly digest: Digest; readonly most: number }[] = [];
    if (modelDigest !== genesis.modelDigest) parts.push({ digest: modelDigest, most: MAX_MODEL_BYTES });
    if (stateDigest !== genesis.stateDigest)
      parts.push({ digest: stateDigest, most: stateBytes(aggregator.stateShape(size)) });
    try {
      for (const { digest, most } of parts) {
        const own = await this.#blobs.get(digest);
        if (own === undefined) await this.#fetch(digest, nodesOf(committee), most, round, signal, false);
        else await this.#blobs.put(round, own);
      }
      return true;
    } catch (error) {
      if (error instanceof BallastError && error.code === 'BODY_NOT_SERVED' && !signal.aborted) return false;
      throw error;
    }
  }

  /**
   * Until the blob is here or given up; no longer than one peer may keep this node waiting, from when it was first
   * sought. Members that all seek what nobody has would else wait for each other, one after the other.
   */
  #arrivalOf({ since, wakes }: Coming): Promise<void> {
    const { clock } = this.#collaborators;
    const left = since + this.#options.parameters.timeouts.fetchMs / 2 - clock.now();
    if (left <= 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.setTimer(left, resolve);
    wakes.add(resolve);
    return promise.finally(() => {
      cancel();
      wakes.delete(resolve);
    });
  }

  async #isWithheld(digest: Digest, round: number): Promise<boolean> {
    return this.#sealedRound < round && (await this.#blobs.isOf(round, digest));
  }

  /**
   * A peer that has sealed earlier asks early, by as much as a lost report takes to be said again; it is answered
   * when this node has sealed too, or when the peer no longer waits.
   */
  #sealOf(round: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { fetchMs } = this.#options.parameters.timeouts;
    const cancel = this.#collaborators.clock.setTimer(fetchMs, resolve);
    const waiting = { round, wake: resolve };
    this.#awaitingSeal.add(waiting);
    return promise.finally(() => {
      cancel();
      this.#awaitingSeal.delete(waiting);
    });
  }
}
