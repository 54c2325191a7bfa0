import { encodeState } from '../aggregation/state.ts';
import type { Digest } from '../protocol/digest.ts';
import { type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { StoreOperation } from '../protocol/store.ts';
import { encodeWeights } from '../protocol/vectors.ts';
import { Announcer } from './announcer.ts';
import { beaconDigest } from './beacon.ts';
import type { BlobExchange } from './blob-exchange.ts';
import type { Blobs } from './blobs.ts';
import { aggregateCandidate, type Candidate } from './candidate.ts';
import { type Certificate, isCertified, sealCertificate } from './certificate.ts';
import { checkCommits } from './check-commits.ts';
import type { Collaborators, EpochOptions, ParticipantObserver } from './collaborators.ts';
import type { Committee } from './committee.ts';
import type { Epoch } from './committee-record.ts';
import { MAX_EVIDENCE_BYTES } from './evidence/encoding.ts';
import type { Offence } from './evidence/kinds.ts';
import { findVersion } from './find-version.ts';
import { worseOf } from './gate.ts';
import { roundKey } from './keys.ts';
import type { RoundLog } from './log.ts';
import type { LoggedRound } from './logged-round.ts';
import { lookUp } from './look-up.ts';
import { openedUpdate } from './opened-updates.ts';
import { Retention } from './retention.ts';
import { encodeRoll, preparedRollKey, type Roll, updatesOf } from './roll.ts';
import type { Basis, BodyStatus, RoundEffect, RoundEvent } from './round/types.ts';
import { hasState } from './round-aggregator.ts';
import { encodeStanding, type StandingTable, weighted, weightOf } from './standing/index.ts';
import { obtainEvidence } from './sync/evidence-fetch.ts';
import type { OwnRows } from './sync/own-rows.ts';
import { TrainingAudits } from './training-proof/training-audits.ts';
import { encodeTranscript, transcriptKey } from './transcript.ts';
import { bodyBytes, encodeBody, normClass } from './update-body.ts';
import { contentDigest, suspectedCopies } from './update-screen.ts';
import type { Voice } from './voice.ts';
import type { VotingRecord } from './voting-record.ts';

type Effect<Type extends RoundEffect['type']> = Extract<RoundEffect, { type: Type }>;

export type EffectsParts = {
  readonly options: EpochOptions;
  readonly collaborators: Collaborators;
  readonly observer: ParticipantObserver;
  readonly log: RoundLog;
  readonly votes: VotingRecord;
  readonly blobs: Blobs;
  readonly exchange: BlobExchange;
  readonly voice: Voice;
  readonly ownRows: OwnRows;
  /** Hears of rounds that are in the log, before the next one trains. */
  readonly onLogged: (rounds: readonly LoggedRound[]) => Promise<void>;
  /** Checks and keeps a proof from a peer. */
  readonly onProof: (bytes: Uint8Array) => Promise<Offence>;
  /** Hears messages of others that a leader's proposal rests on. */
  readonly onCarried: (messages: readonly Uint8Array[]) => Promise<void>;
  /** Hears what a decided entry follows from. */
  readonly onBasis: (basis: Basis) => Promise<void>;
  /** Hears the proof of a forged step, once its round is in the log. */
  readonly onForgedStep: (proof: Uint8Array) => Promise<void>;
  readonly loop: { readonly signal: AbortSignal; readonly post: (event: RoundEvent) => void };
};

/**
 * Carries out what the round asks for. Votes, locks and log entries are durable when `perform` resolves; slow
 * work goes on beside it and comes back as an event.
 */
export class Effects {
  readonly #options: EpochOptions;
  readonly #collaborators: Collaborators;
  readonly #observer: ParticipantObserver;
  readonly #log: RoundLog;
  readonly #retention: Retention;
  readonly #blobs: Blobs;
  readonly #exchange: BlobExchange;
  readonly #voice: Voice;
  readonly #ownRows: OwnRows;
  /** The last round for which this node has said a header. */
  #trained = 0;
  readonly #hears: Pick<EffectsParts, 'onLogged' | 'onProof' | 'onCarried' | 'onBasis' | 'onForgedStep'>;
  readonly #loop: EffectsParts['loop'];
  readonly #audits: TrainingAudits;
  /** Of the round in progress, as this node last heard it. */
  #roundBeacon: Digest | undefined;
  /** Ends what belongs to the round in progress. */
  #round = new AbortController();
  /** Ends the last question for a beacon: the round is over, or its block is another and is asked for anew. */
  #beacon = new AbortController();
  #timers: (() => void)[] = [];
  readonly #announcer: Announcer;
  readonly #candidates = new Map<Digest, Candidate>();

  constructor(parts: EffectsParts) {
    this.#options = parts.options;
    this.#collaborators = parts.collaborators;
    this.#observer = parts.observer;
    this.#log = parts.log;
    this.#retention = new Retention(parts);
    this.#blobs = parts.blobs;
    this.#exchange = parts.exchange;
    this.#voice = parts.voice;
    this.#ownRows = parts.ownRows;
    this.#hears = parts;
    this.#loop = parts.loop;
    this.#announcer = new Announcer(parts.options, parts.collaborators, parts.voice, (error) => {
      if (!parts.loop.signal.aborted) parts.observer.onError?.(error);
    });
    const { options, collaborators } = parts;
    this.#audits = new TrainingAudits({
      self: collaborators.signer.nodeId,
      network: options.network,
      size: options.size,
      parameters: options.parameters,
      log: parts.log,
      store: collaborators.store,
      blobs: parts.blobs,
      exchange: parts.exchange,
      ownRow: (round) => parts.ownRows.obtain(round),
      stepOf: collaborators.auditedStep,
    });
  }

  async perform(effect: RoundEffect): Promise<void> {
    switch (effect.type) {
      case 'broadcast':
        return this.#voice.broadcast(effect);
      case 'store-lock':
        return this.#collaborators.store.write([
          {
            type: 'put',
            key: roundKey('lock', effect.round),
            value: encodeCanonical(effect.lock as Encodable),
          },
        ]);
      case 'store-roll': {
        const { round, roll } = effect;
        const key = preparedRollKey(round, updatesOf(roll).root);
        return this.#collaborators.store.write([{ type: 'put', key, value: encodeRoll(roll) }]);
      }
      case 'decided':
        return this.#decide(effect);
      case 'adopt':
        return this.#adopt(effect);
      case 'serve-bodies':
        return this.#exchange.openRound(effect.round);
      case 'serve-evidence':
        return this.#exchange.offer(effect.messages);
      case 'fetch-evidence':
        return this.#beside(() => this.#fetchEvidence(effect));
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
        return this.#beside(() =>
          this.#aggregate(effect).catch((error) => this.#failAggregation(effect, error)),
        );
      case 'fetch-proof':
        return this.#beside(() => this.#fetchProof(effect));
      case 'fetch-standing':
        return this.#beside(() => this.#fetchStanding(effect));
      case 'draw-epoch':
      case 'fetch-epoch':
      case 'fetch-roll':
        return this.#beside(async () => {
          const parts = { options: this.#options, collaborators: this.#collaborators };
          const event = await lookUp(effect, parts, this.#round.signal);
          if (event !== undefined) this.#loop.post(event);
        });
      case 'restore':
        return this.#beside(() =>
          this.#restore(effect).catch((error) => this.#failAggregation(effect, error)),
        );
      case 'evaluate':
        return this.#beside(() => this.#evaluate(effect));
      case 'check-commits':
        return this.#beside(() => this.#checkCommits(effect));
      case 'check-certificate':
        return this.#beside(() => this.#checkCertificate(effect.certificate));
    }
  }

  stop(): void {
    this.#announcer.stop();
    this.#round.abort();
    this.#beacon.abort();
    for (const cancel of this.#timers) cancel();
  }

  /** Runs slow work; what fails is told and, unlike a vote, may be missing. */
  #beside(work: () => Promise<void>): void {
    const { signal } = this.#round;
    work().catch((error: unknown) => {
      // A body, a model or an aggregate that was asked for in a round which has ended is of no use any more.
      const isUnserved = error instanceof BallastError && error.code === 'BODY_NOT_SERVED';
      const isMoot = signal.aborted && (isUnserved || error === signal.reason);
      if (!this.#loop.signal.aborted && !isMoot) this.#observer.onError?.(error);
    });
  }

  #startTimer({ timer, round, view, ms }: Effect<'start-timer'>): void {
    this.#timers.push(
      this.#collaborators.clock.setTimer(ms, () => this.#loop.post({ type: 'timer', timer, round, view })),
    );
  }

  async #decide({ certificate, roll, leader, standing, basis, epoch }: Effect<'decided'>): Promise<void> {
    const { entry } = certificate;
    const { committee } = this.#options;
    await this.#keepStanding(entry.round, standing);
    const transcript: StoreOperation[] =
      basis === undefined
        ? []
        : [{ type: 'put', key: transcriptKey(entry.round), value: encodeTranscript(basis) }];
    const over = await this.#retention.over(entry.round, entry);
    await this.#log.append({ certificate, roll }, [...transcript, ...this.#epochs(epoch), ...over]);
    await this.#hears.onLogged([{ certificate, roll }]);
    if (basis !== undefined) await this.#hears.onBasis(basis);
    if (epoch !== undefined) this.#options.epochs.enter(epoch);
    await this.#accuse(entry.round, roll);
    const candidate = this.#candidates.get(entry.candidateDigest);
    this.#endRound();
    if (this.#trained === entry.round) this.#tellOwnRow(certificate, committee, roll);
    this.#observer.onDecided?.({ certificate, roll, standing, leader, candidate });
    await this.#announcer.announce(certificate);
  }

  async #accuse(round: number, roll: Roll | undefined): Promise<void> {
    for (const proof of this.#audits.proofsOf(round, roll ?? [])) await this.#hears.onForgedStep(proof);
  }

  #tellOwnRow(certificate: Certificate, committee: Committee, roll: Roll | undefined): void {
    const { round, outcome } = certificate.entry;
    if (outcome === 'aborted' || roll?.some(({ node }) => node === this.#collaborators.signer.nodeId)) return;
    this.#beside(async () => {
      const row = roll === undefined ? await this.#ownRows.ask(certificate, committee) : undefined;
      this.#observer.onOwnRow?.(round, row);
    });
  }

  /** Somebody else has told the others of a round's certificate. */
  heardCertificate(round: number): void {
    this.#announcer.heard(round);
  }

  /** Rounds that the others have certified; of the newest the model and its state are fetched too. */
  async #adopt({ rounds, isNewest, standing, epoch }: Effect<'adopt'>): Promise<void> {
    const newest = rounds.at(-1)?.certificate;
    if (newest === undefined) return;
    await this.#keepStanding(newest.entry.round, standing);
    const operations = this.#epochs(epoch);
    for (const { certificate } of rounds)
      operations.push(...(await this.#retention.over(certificate.entry.round, newest.entry)));
    await this.#log.appendAll(rounds, operations);
    if (epoch !== undefined) this.#options.epochs.enter(epoch);
    await this.#hears.onLogged(rounds);
    for (const { certificate, roll } of rounds) await this.#accuse(certificate.entry.round, roll);
    this.#endRound();
    for (const { certificate, roll } of rounds) {
      const isOld = !isNewest || certificate !== newest;
      const known = certificate === newest ? standing : undefined;
      const decided = { certificate, roll, standing: known, leader: undefined, candidate: undefined };
      this.#observer.onDecided?.({ ...decided, isOld });
    }
    if (!isNewest) return;
    this.#beside(async () => {
      await this.#exchange.obtainVersion(newest.entry, this.#round.signal);
    });
  }

  /** Who takes part in this epoch, and in the next, stands beside the log: its votes are verified without a chain. */
  #epochs(next: Epoch | undefined): StoreOperation[] {
    const { epochs } = this.#options;
    if (next !== undefined) epochs.learn(next);
    return epochs.unsaved();
  }

  /** What belongs to the round that was in progress is over. */
  #endRound(): void {
    this.#round.abort();
    this.#beacon.abort();
    this.#round = new AbortController();
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#voice.forget();
    this.#candidates.clear();
  }

  async #awaitBeacon({ round, height }: Effect<'await-beacon'>): Promise<void> {
    this.#beacon.abort();
    this.#beacon = new AbortController();
    const { signal } = this.#beacon;
    try {
      const { beacon } = this.#collaborators;
      const randomness = await beacon.randomnessAt(height, signal);
      const restore = await beacon.restoreAt(height, signal);
      if (signal.aborted) return;
      this.#roundBeacon = beaconDigest(this.#options.network, round, randomness);
      this.#loop.post({ type: 'beacon', round, randomness, restore });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #train({ round, base }: Effect<'train'>): Promise<void> {
    const { signal } = this.#round;
    const version = await this.#exchange.obtainVersion(base, signal);
    const trained = await this.#collaborators.trainer.train(round, { ...version, head: base }, signal);
    if (trained === undefined || signal.aborted) return;
    const { update, privacy, ledger } = trained;
    const { compression } = this.#options.parameters.update;
    const bytes = encodeBody(this.#collaborators.signer.nodeId, update, compression);
    const digest = await this.#blobs.put(round, bytes);
    const trajectory = await this.#audits.state(round, this.#roundBeacon ?? '', version.weights, signal);
    if (signal.aborted) return;
    this.#trained = round;
    await this.#voice.say('update-header', round, 0, {
      baseVersion: base.version,
      baseDigest: base.modelDigest,
      layout: this.#options.layout,
      digest,
      size: update.length,
      normClass: normClass(update),
      privacy: { ...privacy },
      ledger,
      ...(trajectory === undefined ? {} : { trajectory }),
    });
  }

  async #fetchBody({ round, header, from }: Effect<'fetch-body'>): Promise<void> {
    let status: BodyStatus;
    try {
      const [{ parameters }, { signal }, { payload }] = [this.#options, this.#round, header];
      const most = bodyBytes(payload.size, parameters.update.compression);
      const bytes = await this.#exchange.obtain(payload.digest, from, most, round, signal);
      const content = contentDigest(openedUpdate(bytes, header, parameters), parameters);
      await this.#audits.check(header, this.#roundBeacon ?? '', from, signal);
      status = content === undefined ? 'held' : { content };
    } catch (error) {
      status = { code: error instanceof BallastError ? error.code : 'BODY_NOT_SERVED' };
    }
    this.#loop.post({ type: 'body', round, header, status });
  }

  async #aggregate(effect: Effect<'aggregate'>): Promise<void> {
    const { round, key } = effect;
    const { size } = this.#options;
    const { aggregator, candidates } = this.#collaborators;
    const { signal } = this.#round;
    const compute = () => this.#compute(effect, signal);
    const candidate = await (candidates === undefined ? compute() : candidates(key, compute));
    if (signal.aborted) return;
    await this.#blobs.put(round, encodeWeights(candidate.weights));
    if (hasState(aggregator, size)) await this.#blobs.put(round, encodeState(candidate.state));
    const { candidateDigest, candidateState, selected } = candidate;
    this.#candidates.set(candidateDigest, candidate);
    this.#observer.onAggregated?.(round, candidate);
    this.#loop.post({
      type: 'aggregated',
      round,
      key,
      result: { candidateDigest, candidateState, selected },
    });
  }

  async #compute(
    { round, base, beacon, headers, standing }: Effect<'aggregate'>,
    signal: AbortSignal,
  ): Promise<Candidate> {
    const { parameters, committee } = this.#options;
    const version = await this.#exchange.obtainVersion(base, signal);
    const updates = await Promise.all(
      headers.map(async (header) => {
        const { digest } = header.payload;
        const bytes = await this.#blobs.get(digest);
        if (bytes === undefined)
          throw new BallastError('BODY_MISSING', `body ${digest}: held before, gone now`);
        const weight = weightOf(standing, header.sender, committee.epoch);
        const update = weighted(openedUpdate(bytes, header, parameters), weight);
        return { node: header.sender, digest, update };
      }),
    );
    if (this.#observer.onSuspected !== undefined) this.#tellSuspected(round, updates, beacon);
    const terms = { parameters, beacon, signal };
    return aggregateCandidate(this.#collaborators.aggregator, version, updates, terms);
  }

  #tellSuspected(round: number, updates: Parameters<typeof suspectedCopies>[0], beacon: Digest): void {
    const pairs = suspectedCopies(updates, beacon);
    if (pairs.length > 0) this.#observer.onSuspected?.(round, pairs);
  }

  /** No vote without a result: the aggregation is tried again in the next view. */
  #failAggregation({ round, key }: Effect<'aggregate' | 'restore'>, error: unknown): never {
    this.#loop.post({ type: 'aggregated', round, key, result: 'failed' });
    throw error;
  }

  /** The leader that names a proof has it; what is no proof is refused, and its proposal is never taken. */
  async #fetchProof({ round, digest, from }: Effect<'fetch-proof'>): Promise<void> {
    const { signal } = this.#round;
    const bytes = await this.#exchange.obtain(digest, [from], MAX_EVIDENCE_BYTES, round, signal).catch(asked);
    const offence = bytes && (await this.#hears.onProof(bytes).catch(asked));
    // It may be known and not open to the round, where it came while another round was in progress.
    if (offence !== undefined) this.#loop.post({ type: 'offence', offence });
  }

  /** Peers are asked for it by its digest, like for a model. */
  async #keepStanding(round: number, standing: StandingTable | undefined): Promise<void> {
    if (standing !== undefined) await this.#blobs.put(round, encodeStanding(standing));
  }

  async #fetchStanding({ round, digest }: Effect<'fetch-standing'>): Promise<void> {
    const table = await this.#exchange.obtainStanding(digest, round, this.#round.signal);
    this.#loop.post({ type: 'standing', round, table });
  }

  async #fetchEvidence({ round, view, from, digests }: Effect<'fetch-evidence'>): Promise<void> {
    const { network } = this.#options;
    const { transport } = this.#collaborators;
    const messages = await obtainEvidence(network, from, digests, transport, this.#round.signal);
    await this.#hears.onCarried(messages.map(({ bytes }) => bytes));
    this.#loop.post({ type: 'evidence', round, view, messages });
  }

  /** The version that governance names is held as one of this round; whether it can be is this node's verdict. */
  async #restore({ round, key, base, version }: Effect<'restore'>): Promise<void> {
    const { signal } = this.#round;
    const named = await findVersion(version, this.#log, this.#options);
    const isHeld = named !== undefined && (await this.#exchange.hold(named, round, signal));
    if (signal.aborted) return;
    const { unit, relation, delta } = this.#options.parameters.privacy;
    const result = {
      candidateDigest: named?.modelDigest ?? base.modelDigest,
      candidateState: named?.stateDigest ?? base.stateDigest,
      selected: [],
      privacy: named?.privacy ?? { unit, relation, delta, epsilon: 0 },
    };
    const verdict = isHeld ? 'accepted' : 'rejected';
    this.#loop.post({ type: 'evaluated', round, candidateDigest: key, judged: { verdict, worse: [] } });
    this.#loop.post({ type: 'aggregated', round, key, result });
  }

  async #evaluate({ round, base, candidateDigest }: Effect<'evaluate'>): Promise<void> {
    const { signal } = this.#round;
    const candidate = this.#candidates.get(candidateDigest);
    if (candidate === undefined) return;
    const weights = await this.#exchange.obtainWeights(base.modelDigest, base.round, signal);
    const isGated = this.#options.parameters.gate.enabled;
    const judgement = isGated
      ? await this.#collaborators.evaluator.judge(round, weights, candidate.weights, signal)
      : 'accepted';
    const verdict = typeof judgement === 'string' ? judgement : judgement.verdict;
    const judged = { verdict, worse: worseOf(judgement) };
    this.#loop.post({ type: 'evaluated', round, candidateDigest, judged });
  }

  async #checkCommits(effect: Effect<'check-commits'>): Promise<void> {
    const { event, invalid } = await checkCommits(effect, this.#options, this.#collaborators.commitScheme);
    const reason = 'the chain would not verify its signature';
    for (const sender of invalid) this.#observer.onRefused?.({ sender, code: 'COMMIT_SIGNATURE', reason });
    this.#loop.post(event);
  }

  async #checkCertificate(votes: Certificate): Promise<void> {
    const { network, committee } = this.#options;
    const { commitScheme } = this.#collaborators;
    const certificate = sealCertificate(commitScheme, committee, votes);
    if (await isCertified(certificate, network, committee, commitScheme)) {
      this.#loop.post({ type: 'certificate-checked', certificate });
    }
  }
}

/** A peer that does not serve a table, or serves another thing, is passed over. */
function asked(error: unknown): undefined {
  if (!(error instanceof BallastError)) throw error;
}
