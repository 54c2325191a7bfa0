import type { Digest } from '../protocol/digest.ts';
import { type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import type { Sealed } from '../protocol/envelope.ts';
import { BallastError } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/ids.ts';
import { type MessageType, REPEATABLE, topicOf } from '../protocol/message-types.ts';
import type { Payload } from '../protocol/messages.ts';
import {
  decodeUpdate,
  decodeWeights,
  encodeUpdate,
  encodeWeights,
  weightsDigest,
} from '../protocol/vectors.ts';
import type { Blobs } from './blobs.ts';
import { aggregateCandidate, type Candidate } from './candidate.ts';
import { type Certificate, isCertified } from './certificate.ts';
import type { Collaborators, ParticipantObserver, ParticipantOptions } from './collaborators.ts';
import { decisionOf } from './entry.ts';
import { roundKey } from './keys.ts';
import type { RoundLog } from './log.ts';
import { readMessage } from './received.ts';
import type { Broadcast, RoundEffect, RoundEvent, RoundState } from './round/types.ts';
import { normClass, openUpdate } from './update-body.ts';
import type { VotingRecord } from './voting-record.ts';

type Effect<Type extends RoundEffect['type']> = Extract<RoundEffect, { type: Type }>;

type Loop = {
  readonly signal: AbortSignal;
  readonly post: (event: RoundEvent) => void;
};

/** The largest body or model that this node fetches: no layout comes near it. */
const MAX_BLOB_BYTES = 8 << 20;
/** How long a request for a body of a round that is not yet sealed here is kept waiting. */
const SEAL_PATIENCE_MS = 1_000;

/**
 * Carries out what the round asks for. Votes, locks and log entries are durable when `perform` resolves; slow
 * work goes on beside it and comes back as an event.
 */
export class Effects {
  readonly #options: ParticipantOptions;
  readonly #collaborators: Collaborators;
  readonly #observer: ParticipantObserver;
  readonly #log: RoundLog;
  readonly #votes: VotingRecord;
  readonly #blobs: Blobs;
  readonly #loop: Loop;
  /** Ends what belongs to the round in progress. */
  #round = new AbortController();
  #timers: (() => void)[] = [];
  #sent: Sealed[] = [];
  /** The round whose bodies may leave the node. */
  #servedRound = 0;
  readonly #awaitingSeal: (() => void)[] = [];
  readonly #candidates = new Map<Digest, Candidate>();

  constructor(
    options: ParticipantOptions,
    collaborators: Collaborators,
    observer: ParticipantObserver,
    log: RoundLog,
    votes: VotingRecord,
    blobs: Blobs,
    loop: Loop,
  ) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#observer = observer;
    this.#log = log;
    this.#votes = votes;
    this.#blobs = blobs;
    this.#loop = loop;
  }

  async perform(effect: RoundEffect): Promise<void> {
    switch (effect.type) {
      case 'broadcast':
        return this.#broadcast(effect);
      case 'store-lock':
        return this.#collaborators.store.write([
          {
            type: 'put',
            key: roundKey('lock', effect.round),
            value: encodeCanonical(effect.lock as Encodable),
          },
        ]);
      case 'decided':
        return this.#decide(effect);
      case 'serve-bodies':
        this.#servedRound = effect.round;
        for (const tell of this.#awaitingSeal.splice(0)) tell();
        return;
      case 'start-timer':
        return this.#startTimer(effect);
      case 'refused': {
        const { message, code, reason } = effect;
        return this.#observer.onRefused?.({ sender: message.sender, code, reason });
      }
      case 'await-beacon':
        return this.#beside(() => this.#awaitBeacon(effect));
      case 'train':
        return this.#beside(() => this.#train(effect));
      case 'fetch-body':
        return this.#beside(() => this.#fetchBody(effect));
      case 'aggregate':
        return this.#beside(() => this.#aggregate(effect));
      case 'evaluate':
        return this.#beside(() => this.#evaluate(effect));
      case 'check-commits':
        return this.#beside(() => this.#checkCommits(effect));
      case 'check-certificate':
        return this.#beside(() => this.#checkCertificate(effect.certificate));
    }
  }

  stop(): void {
    this.#round.abort();
    for (const cancel of this.#timers) cancel();
  }

  /** This node's words of the round in progress that still count. */
  said(state: RoundState): Sealed[] {
    const isOfRoundOrView = ({ envelope }: Sealed) => envelope.view === 0 || envelope.view === state.view;
    return this.#sent.filter((sealed) => sealed.envelope.round === state.round && isOfRoundOrView(sealed));
  }

  async serve(digest: Digest): Promise<Uint8Array | undefined> {
    const round = this.#log.head.round + 1;
    if (this.#servedRound < round && (await this.#blobs.isOf(round, digest))) await this.#sealOf(round);
    const isWithheld = this.#servedRound < round && (await this.#blobs.isOf(round, digest));
    return isWithheld ? undefined : this.#blobs.get(digest);
  }

  /** A peer that has sealed earlier asks a moment early; it is answered when this node has sealed too. */
  #sealOf(round: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#collaborators.clock.setTimer(SEAL_PATIENCE_MS, resolve);
    this.#awaitingSeal.push(() => {
      if (this.#servedRound >= round) resolve();
    });
    return promise.finally(cancel);
  }

  async weights(digest: Digest): Promise<Float64Array | undefined> {
    const { genesis, genesisWeights, size } = this.#options;
    if (digest === genesis.modelDigest) return genesisWeights;
    const bytes = await this.#blobs.get(digest);
    return bytes === undefined ? undefined : decodeWeights(bytes, size);
  }

  async sendStatus(): Promise<void> {
    await this.#say('status', this.#log.head.round, 0, { head: this.#log.head.round });
  }

  async recommend(round: number, payload: Payload<'recommendation'>): Promise<void> {
    await this.#say('recommendation', round, 0, payload as Encodable);
  }

  async sendCertificates(from: number, most: number): Promise<void> {
    const last = Math.min(this.#log.head.round, from + most - 1);
    for (let round = from; round <= last; round++) {
      const certificate = await this.#log.get(round);
      if (certificate !== undefined) await this.#say('certificate', round, 0, certificate as Encodable);
    }
  }

  /** Runs slow work; what fails is told and, unlike a vote, may be missing. */
  #beside(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (!this.#loop.signal.aborted) this.#observer.onError?.(error);
    });
  }

  async #broadcast(effect: Broadcast): Promise<void> {
    const { message, round, view } = effect;
    if (effect.message !== 'commit') {
      await this.#say(message, round, view, effect.payload as Encodable);
      return;
    }
    const { network } = this.#options;
    const decision = decisionOf(network, effect.payload.entry, view);
    const signature = await this.#collaborators.commitScheme.sign(decision);
    await this.#say('commit', round, view, { entry: decision.entryDigest, signature });
  }

  async #say(type: MessageType, round: number, view: number, payload: Encodable): Promise<void> {
    const { clock, transport } = this.#collaborators;
    const sealed = await this.#votes.sign({ type, round, view, payload }, clock.now());
    if (this.#loop.signal.aborted) return;
    transport.broadcast(topicOf(type), sealed.bytes);
    if (REPEATABLE.has(type)) return;
    if (!this.#sent.some(({ digest }) => digest === sealed.digest)) this.#sent.push(sealed);
    this.#loop.post({ type: 'message', message: readMessage(sealed) });
  }

  #startTimer({ timer, round, view, ms }: Effect<'start-timer'>): void {
    this.#timers.push(
      this.#collaborators.clock.setTimer(ms, () => this.#loop.post({ type: 'timer', timer, round, view })),
    );
  }

  async #decide({ certificate, leader }: Effect<'decided'>): Promise<void> {
    const { entry } = certificate;
    const forgotten = entry.round - this.#options.parameters.retention.rounds;
    const keep = new Set([entry.modelDigest]);
    await this.#log.append(certificate, [
      ...(await this.#votes.forgetting(entry.round)),
      ...(forgotten > 0 ? await this.#blobs.forgetting(forgotten, keep) : []),
    ]);
    const candidate = this.#candidates.get(entry.candidateDigest);
    this.#round.abort();
    this.#round = new AbortController();
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#sent = [];
    this.#candidates.clear();
    this.#observer.onDecided?.({ certificate, leader, candidate });
    if (leader === this.#collaborators.signer.nodeId) {
      await this.#say('certificate', entry.round, 0, certificate as Encodable);
    }
  }

  async #awaitBeacon({ round, height }: Effect<'await-beacon'>): Promise<void> {
    const randomness = await this.#collaborators.beacon.randomnessAt(height, this.#loop.signal);
    this.#loop.post({ type: 'beacon', round, randomness });
  }

  async #train({ round, base }: Effect<'train'>): Promise<void> {
    const { signal } = this.#round;
    const weights = await this.#obtainWeights(base.modelDigest, signal);
    const trained = await this.#collaborators.trainer.train(round, base, weights, signal);
    if (trained === undefined || signal.aborted) return;
    const { update, privacy } = trained;
    const bytes = encodeUpdate(update);
    const digest = await this.#blobs.put(round, bytes);
    await this.#say('update-header', round, 0, {
      baseVersion: base.version,
      baseDigest: base.modelDigest,
      layout: this.#options.layout,
      digest,
      size: update.length,
      normClass: normClass(update),
      privacy: { ...privacy },
    });
  }

  async #fetchBody({ round, header, from }: Effect<'fetch-body'>): Promise<void> {
    const { payload } = header;
    const status = await this.#obtain(payload.digest, from, payload.size * 4, round)
      .then((bytes) => {
        openUpdate(bytes, payload, this.#options.parameters);
        return 'held' as const;
      })
      .catch((error: unknown) => ({ code: error instanceof BallastError ? error.code : 'BODY_NOT_SERVED' }));
    this.#loop.post({ type: 'body', round, digest: payload.digest, status });
  }

  async #aggregate({ round, key, base, beacon, accepted }: Effect<'aggregate'>): Promise<void> {
    const { size, parameters } = this.#options;
    const weights = await this.#obtainWeights(base.modelDigest, this.#round.signal);
    const updates = await Promise.all(
      accepted.map(async ({ node, digest }) => {
        const bytes = await this.#blobs.get(digest);
        if (bytes === undefined)
          throw new BallastError('BODY_MISSING', `body ${digest}: held before, gone now`);
        return { node, update: decodeUpdate(bytes, size) };
      }),
    );
    const candidate = aggregateCandidate(
      this.#collaborators.rule,
      weights,
      updates,
      beacon,
      parameters.update.gridBits,
    );
    await this.#blobs.put(round, encodeWeights(candidate.weights));
    const candidateDigest = weightsDigest(candidate.weights);
    this.#candidates.set(candidateDigest, candidate);
    this.#observer.onAggregated?.(round, candidate);
    this.#loop.post({
      type: 'aggregated',
      round,
      key,
      result: { candidateDigest, selected: candidate.selected },
    });
  }

  async #evaluate({ round, base, candidateDigest }: Effect<'evaluate'>): Promise<void> {
    const { signal } = this.#round;
    const candidate = this.#candidates.get(candidateDigest);
    if (candidate === undefined) return;
    const weights = await this.#obtainWeights(base.modelDigest, signal);
    const isGated = this.#options.parameters.gate.enabled;
    const verdict = isGated
      ? await this.#collaborators.evaluator.judge(round, weights, candidate.weights, signal)
      : 'accepted';
    this.#loop.post({ type: 'evaluated', round, candidateDigest, verdict });
  }

  async #checkCommits({ round, entry, view, commits }: Effect<'check-commits'>): Promise<void> {
    const { committee, network } = this.#options;
    const decision = decisionOf(network, entry, view);
    const valid: Digest[] = [];
    for (const { sender, payload, digest } of commits) {
      const signer = committee.members.find(({ node }) => node === sender)?.signer;
      if (
        signer !== undefined &&
        (await this.#collaborators.commitScheme.verify(decision, signer, payload.signature))
      ) {
        valid.push(digest);
      }
    }
    const invalid = commits.filter(({ digest }) => !valid.includes(digest));
    for (const { sender } of invalid) {
      this.#observer.onRefused?.({
        sender,
        code: 'COMMIT_SIGNATURE',
        reason: 'the chain would not verify its signature',
      });
    }
    this.#loop.post({ type: 'commits-checked', round, valid, invalid: invalid.map(({ digest }) => digest) });
  }

  async #checkCertificate(certificate: Certificate): Promise<void> {
    const { network, committee } = this.#options;
    if (await isCertified(certificate, network, committee, this.#collaborators.commitScheme)) {
      this.#loop.post({ type: 'certificate-checked', certificate });
    }
  }

  async #obtainWeights(digest: Digest, signal: AbortSignal): Promise<Float64Array> {
    const known = await this.weights(digest);
    if (known !== undefined) return known;
    const { committee, size } = this.#options;
    const peers = committee.members.map(({ node }) => node);
    const bytes = await this.#obtain(digest, peers, MAX_BLOB_BYTES, this.#log.head.round, signal);
    return decodeWeights(bytes, size);
  }

  /** A blob from this node's own store or from the first of `from` that serves it. */
  async #obtain(
    digest: Digest,
    from: readonly NodeId[],
    maxBytes: number,
    round: number,
    signal: AbortSignal = this.#round.signal,
  ): Promise<Uint8Array> {
    const own = await this.#blobs.get(digest);
    if (own !== undefined) return own;
    let last: unknown;
    for (const peer of from.filter((node) => node !== this.#collaborators.signer.nodeId)) {
      try {
        const bytes = await this.#collaborators.transport.fetch(peer, digest, maxBytes, signal);
        await this.#blobs.put(round, bytes);
        return bytes;
      } catch (error) {
        last = error;
        if (signal.aborted) break;
      }
    }
    throw new BallastError(
      'BODY_NOT_SERVED',
      `blob ${digest.slice(0, 12)}: none of ${from.length} peers served it`,
      { cause: last },
    );
  }
}
