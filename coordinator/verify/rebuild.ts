import { type AggregatorState, decodeState } from '../../aggregation/state.ts';
import { type Digest, digestOf, digestOfBytes } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import type { RoundEntry } from '../../protocol/messages.ts';
import { decodeWeights } from '../../protocol/vectors.ts';
import { aggregateCandidate, type NodeUpdate } from '../candidate.ts';
import type { Epoch } from '../committee-record.ts';
import type { Head } from '../entry.ts';
import { pairsOfEntry } from '../rejection.ts';
import { requestOf } from '../restore.ts';
import { type Roll, selectedOf } from '../roll.ts';
import { abortedEntry, candidateEntry, isAggregable } from '../round/basis.ts';
import { startRound } from '../round/step.ts';
import type { Aggregated, Basis, RoundContext } from '../round/types.ts';
import { genesisState } from '../round-aggregator.ts';
import { type StandingTable, weighted, weightOf } from '../standing/index.ts';
import { basisOfTranscript, decodeTranscript, transcriptKey } from '../transcript.ts';
import { openUpdate } from '../update-body.ts';
import type { Findings } from './findings.ts';
import type { VerifyCollaborators, VerifyOptions } from './options.ts';

/** Rebuilds entries from what members signed, and candidates from the bodies. */
export class Rebuilder {
  readonly #options: VerifyOptions;
  readonly #collaborators: Pick<VerifyCollaborators, 'store' | 'aggregator'>;
  readonly #findings: Findings;
  /** The version that was computed last: mostly the base of the next round. */
  #last: { readonly digest: Digest; readonly weights: Float64Array };
  /** The state that was computed last, likewise. */
  #lastState: { readonly digest: Digest; readonly state: AggregatorState };

  constructor(
    options: VerifyOptions,
    collaborators: Pick<VerifyCollaborators, 'store' | 'aggregator'>,
    findings: Findings,
  ) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#findings = findings;
    this.#last = { digest: options.genesis.modelDigest, weights: options.genesisWeights };
    const state = genesisState(collaborators.aggregator, options.size);
    this.#lastState = { digest: options.genesis.stateDigest, state };
  }

  /** @returns whether there was a transcript, and whether there were all the bodies. */
  async round(
    context: RoundContext,
    before: Head,
    entry: RoundEntry,
    roll: Roll | undefined,
    standing: StandingTable,
    next: Epoch | undefined,
  ): Promise<{ readonly transcript: boolean; readonly bodies: boolean }> {
    const { round } = entry;
    const bytes = await this.#collaborators.store.get(transcriptKey(round));
    if (bytes === undefined) return { transcript: false, bodies: false };
    const basis = await this.#findings.attempt(round, 'transcript', 'signed headers and reports', () =>
      basisOfTranscript(context, before, decodeTranscript(bytes), {
        beacon: entry.beacon,
        standing,
        offences: entry.offences,
      }),
    );
    if (basis === undefined) return { transcript: false, bodies: false };
    const computed = await this.#aggregate(before, entry, basis);
    this.#compare(context, before, entry, basis, computed ?? claimed(entry, roll), next);
    return { transcript: true, bodies: computed !== undefined };
  }

  /** The verdict is a member's own: outcome is taken from the entry, everything else follows. */
  #compare(
    context: RoundContext,
    before: Head,
    entry: RoundEntry,
    basis: Basis,
    aggregated: Aggregated,
    next: Epoch | undefined,
  ): void {
    const draw = { beacon: entry.beacon, epoch: next };
    const state = { ...startRound(before, 0), beacon: entry.beacon, restore: requestOf(entry), draw };
    const { outcome } = entry;
    const rebuilt =
      outcome === 'aborted' || !isAggregable(context, state, basis)
        ? abortedEntry(context, state, basis)
        : candidateEntry(context, state, basis, aggregated, {
            verdict: outcome,
            worse: pairsOfEntry(entry) ?? [],
          });
    const fields = new Set([...Object.keys(rebuilt), ...Object.keys(entry)]) as Set<keyof RoundEntry>;
    for (const field of fields) {
      const [expected, got] = [rebuilt[field], entry[field]].map((value) =>
        shown((value ?? null) as Encodable),
      );
      this.#findings.same(entry.round, `entry.${field}`, expected ?? '', got ?? '');
    }
  }

  /** @returns undefined where a body or the base is not held any more. */
  async #aggregate(before: Head, entry: RoundEntry, basis: Basis): Promise<Aggregated | undefined> {
    if (entry.outcome === 'aborted' || requestOf(entry) !== undefined) return undefined;
    const { parameters } = this.#options;
    const updates: NodeUpdate[] = [];
    for (const header of basis.headers) {
      const { sender, payload } = header;
      if (!basis.accepted.some(({ node }) => node === sender)) continue;
      const bytes = await this.#collaborators.store.get(`blob/${payload.digest}`);
      if (bytes === undefined) return undefined;
      const update = await this.#findings.attempt(
        entry.round,
        `body ${payload.digest}`,
        'a body as its header says',
        () => openUpdate(bytes, header, parameters),
      );
      if (update === undefined) return undefined;
      const weight = weightOf(basis.standing, sender, entry.epoch);
      updates.push({ node: sender, digest: payload.digest, update: weighted(update, weight) });
    }
    const weights = await this.#weights(entry.round, before.modelDigest);
    const state = await this.#state(entry.round, before.stateDigest);
    if (weights === undefined || state === undefined) return undefined;
    const { aggregator } = this.#collaborators;
    const { beacon } = entry;
    return this.#findings.attempt(entry.round, 'entry.candidateDigest', entry.candidateDigest, async () => {
      const base = { weights, state };
      const candidate = await aggregateCandidate(aggregator, base, updates, { parameters, beacon });
      if (entry.outcome === 'accepted') {
        this.#last = { digest: candidate.candidateDigest, weights: candidate.weights };
        this.#lastState = { digest: candidate.candidateState, state: candidate.state };
      }
      return candidate;
    });
  }

  async #weights(round: number, digest: Digest): Promise<Float64Array | undefined> {
    const { genesis, genesisWeights, size } = this.#options;
    if (digest === this.#last.digest) return this.#last.weights;
    if (digest === genesis.modelDigest) return genesisWeights;
    const bytes = await this.#collaborators.store.get(`blob/${digest}`);
    if (bytes === undefined || !this.#findings.same(round, 'base model', digest, digestOfBytes(bytes)))
      return undefined;
    return decodeWeights(bytes, size);
  }

  async #state(round: number, digest: Digest): Promise<AggregatorState | undefined> {
    const { genesis, size } = this.#options;
    const { aggregator, store } = this.#collaborators;
    if (digest === this.#lastState.digest) return this.#lastState.state;
    if (digest === genesis.stateDigest) return genesisState(aggregator, size);
    const bytes = await store.get(`blob/${digest}`);
    if (bytes === undefined || !this.#findings.same(round, 'base state', digest, digestOfBytes(bytes)))
      return undefined;
    return this.#findings.attempt(round, 'base state', 'a state of this aggregation', () =>
      decodeState(bytes, aggregator.stateShape(size)),
    );
  }
}

/** What the log says of the aggregation where it cannot be computed anew. */
function claimed(entry: RoundEntry, roll: Roll | undefined): Aggregated {
  const { candidateDigest, candidateState, privacy } = entry;
  const restored = requestOf(entry) === undefined ? {} : { privacy };
  return { candidateDigest, candidateState, selected: selectedOf(roll ?? []), ...restored };
}

/** A value in a line; lists by their digest. */
function shown(value: Encodable): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return digestOf('ballast/verify/1', value);
}
