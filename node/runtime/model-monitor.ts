import type { Certificate, Participant } from '../../coordinator/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { KeyValueStore, StoreOperation } from '../../protocol/store.ts';
import type { DataClock } from '../data/index.ts';
import type { FeatureTables, MarketWindow } from '../features/index.ts';
import type { StabilityModel } from '../models/index.ts';
import {
  adviseRetraining,
  compareDay,
  compareWindow,
  createMonitoredPairs,
  type Finding,
  findingsOf,
  INPUT_WINDOW_HOURS,
  type InputReference,
  inputReference,
  judgeTrial,
  type MonitoredCollateral,
  type MonitoredPair,
  newSubject,
  newTrial,
  observeDay,
  observeWindow,
  type PairedDay,
  PROMOTION,
  type RetrainingAdvice,
  type ShadowReport,
  type ShadowTrial,
  type SubjectState,
  scheduleFinding,
} from '../monitoring/index.ts';
import { MAIN_COLLATERAL } from './collaterals.ts';
import type { Conditions } from './conditions.ts';
import type { Emit } from './events.ts';
import {
  candidateOfVersion,
  decodeCandidate,
  encodeCandidate,
  type ShadowCandidate,
  versionNamed,
} from './shadow-candidate.ts';

export type ModelMonitorOptions = {
  readonly model: StabilityModel;
  readonly clock: DataClock;
  /** The main one first. */
  readonly collaterals: readonly MonitoredCollateral[];
  readonly reference: MarketWindow | undefined;
  /** Of the same public data, where others have them too. */
  readonly tables?: FeatureTables | undefined;
  /** The network's, of the gate. */
  readonly deadBand: number;
  /** A candidate from a file, or the name of a version; none unless given. */
  readonly shadow?: ShadowCandidate | string | undefined;
};

export type ModelMonitorCollaborators = {
  readonly store: KeyValueStore;
  readonly participant: Pick<Participant, 'roundOf' | 'certificate' | 'weights'>;
  readonly conditions: Pick<Conditions, 'raise' | 'clear' | 'has'>;
  readonly emit: Emit;
};

export type ShadowStatus = ShadowReport & {
  readonly candidate: string;
  readonly digest: string;
  /** UTC days since the epoch: the first that counts, and the first that is yet to come. */
  readonly firstDay: number;
  readonly nextDay: number;
};

export type MonitorStatus = {
  /** The last round whose public hours were looked at; 0 before the first. */
  readonly round: number;
  /** Data time up to which they were, hours since the epoch. */
  readonly hour: number;
  readonly subjects: Readonly<Record<string, SubjectState>>;
  readonly findings: readonly Finding[];
  readonly retraining: RetrainingAdvice;
  readonly shadow: ShadowStatus | null;
};

type Kept = {
  readonly format: 1;
  readonly round: number;
  readonly hour: number;
  readonly subjects: Readonly<Record<string, SubjectState>>;
  readonly lastVersionHour: number | null;
  readonly lastRecommendedHour: number | null;
  readonly retraining: RetrainingAdvice;
  readonly trial: { readonly digest: string; readonly state: ShadowTrial } | null;
};

const NOTHING: Kept = {
  format: 1,
  round: 0,
  hour: 0,
  subjects: {},
  lastVersionHour: null,
  lastRecommendedHour: null,
  retraining: { recommended: false, reasons: [], heldBack: null },
  trial: null,
};
const STATE_KEY = 'state';
const CANDIDATE_KEY = 'candidate';
/** Rounds that are gone through after a pause: their versions are mostly kept that long. */
const MOST_MISSED = 64;
const HOURS = 24;

/**
 * Watches the published model on the public hours that each round brings: whether inputs, losses and intervals are what
 * they were, and how a candidate would have done. What it finds is told and moves nothing. All that it remembers is
 * written in one piece a round; a round whose writing was cut short is looked at again, from the same weights.
 */
export class ModelMonitor {
  readonly #options: ModelMonitorOptions;
  readonly #collaborators: ModelMonitorCollaborators;
  readonly #pairs: readonly MonitoredPair[];
  readonly #references = new Map<string, InputReference | undefined>();
  #kept: Kept;
  #candidate: { readonly candidate: ShadowCandidate; readonly pairs: readonly MonitoredPair[] } | undefined;
  #storedCandidate: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  private constructor(options: ModelMonitorOptions, collaborators: ModelMonitorCollaborators, kept: Kept) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#kept = kept;
    const { model, collaterals, reference, tables } = options;
    this.#pairs = createMonitoredPairs(model, collaterals, reference, undefined, tables);
  }

  /** Goes on from what is stored; what another release has stored is begun anew. @throws what the store throws. */
  static async open(
    options: ModelMonitorOptions,
    collaborators: ModelMonitorCollaborators,
  ): Promise<ModelMonitor> {
    const bytes = await collaborators.store.get(STATE_KEY);
    const stored = bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Kept);
    const monitor = new ModelMonitor(options, collaborators, stored?.format === 1 ? stored : NOTHING);
    const { shadow } = options;
    const before = await collaborators.store.get(CANDIDATE_KEY);
    const known = before && decodeCandidate(before);
    monitor.#storedCandidate = known?.digest;
    if (typeof shadow === 'object') monitor.#take(shadow);
    else if (shadow !== undefined && known?.name === shadow) monitor.#take(known);
    monitor.#tellCondition(monitor.#findings());
    return monitor;
  }

  status(): MonitorStatus {
    const { round, hour, subjects, retraining } = this.#kept;
    return { round, hour, subjects, findings: this.#findings(), retraining, shadow: this.#shadowStatus() };
  }

  /** Looks at the public hours of a decided round, and of those before it that were missed. */
  follow({ entry }: Certificate): Promise<void> {
    const done = this.#turn.then(() => this.#follow(entry));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #follow(entry: Certificate['entry']): Promise<void> {
    const { round } = entry;
    const { participant, store } = this.#collaborators;
    if (round <= this.#kept.round) return;
    await this.#findCandidate();
    const first = this.#kept.round === 0 ? round : Math.max(this.#kept.round + 1, round - MOST_MISSED);
    const before = this.#findings();
    const verdict = this.#shadowStatus()?.verdict;
    let kept = this.#kept;
    for (let missed = first; missed < round; missed++) {
      const earlier = await participant.certificate(missed);
      if (earlier !== undefined) kept = await this.#observe(kept, earlier.entry);
    }
    kept = await this.#observe(kept, entry);
    kept = this.#advise(kept);
    await store.write([
      { type: 'put', key: STATE_KEY, value: new TextEncoder().encode(JSON.stringify(kept)) },
      ...this.#candidateToStore(),
    ]);
    this.#storedCandidate = this.#candidate?.candidate.digest ?? this.#storedCandidate;
    this.#kept = kept;
    this.#tell(round, before, verdict);
  }

  #candidateToStore(): StoreOperation[] {
    const candidate = this.#candidate?.candidate;
    if (candidate === undefined || candidate.digest === this.#storedCandidate) return [];
    return [{ type: 'put', key: CANDIDATE_KEY, value: encodeCandidate(candidate) }];
  }

  async #observe(kept: Kept, entry: Certificate['entry']): Promise<Kept> {
    const { clock } = this.#options;
    if (entry.round > clock.rounds) return kept;
    const { from, to } = clock.gate(entry.round);
    // Version 0 has learned nothing yet: there is nothing to drift.
    const weights =
      entry.baseVersion === 0 ? undefined : await this.#collaborators.participant.weights(entry.baseDigest);
    const days = { from: Math.ceil(from / HOURS), to: Math.floor(to / HOURS) };
    const subjects = { ...kept.subjects };
    for (const pair of this.#pairs) {
      if (pair.collateral !== MAIN_COLLATERAL) continue;
      const known = subjects[pair.name] ?? newSubject(days.from);
      subjects[pair.name] = this.#watch(pair, known, days.to, to, weights);
      await breath();
    }
    const isNew = entry.outcome === 'accepted' && entry.version > entry.baseVersion;
    return {
      ...kept,
      round: entry.round,
      hour: days.to * HOURS,
      subjects,
      lastVersionHour: isNew ? days.to * HOURS : (kept.lastVersionHour ?? days.from * HOURS),
      trial: await this.#compare(kept.trial, days, weights),
    };
  }

  #watch(
    pair: MonitoredPair,
    known: SubjectState,
    untilDay: number,
    untilHour: number,
    weights: Float64Array | undefined,
  ): SubjectState {
    let state = known;
    if (weights !== undefined) {
      for (const day of pair.days({ from: state.day, to: untilDay }, weights)) state = observeDay(state, day);
    }
    state = { ...state, day: Math.max(state.day, untilDay) };
    const reference = this.#referenceOf(pair);
    for (; state.window + INPUT_WINDOW_HOURS <= untilHour; ) {
      const next = state.window + INPUT_WINDOW_HOURS;
      const rows = pair.inputs(state.window, next);
      const isWhole = rows.x.length === INPUT_WINDOW_HOURS * rows.width;
      if (reference !== undefined && isWhole) state = observeWindow(state, compareWindow(reference, rows));
      else state = { ...state, window: next };
    }
    return state;
  }

  /** Undefined where the public training part is too short to compare with. */
  #referenceOf(pair: MonitoredPair): InputReference | undefined {
    if (this.#references.has(pair.name)) return this.#references.get(pair.name);
    let made: InputReference | undefined;
    try {
      const { from, to } = this.#options.clock.fitting;
      made = inputReference(pair.inputNames, pair.inputs(from, to));
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== 'DRIFT_REFERENCE') throw error;
      this.#collaborators.emit({
        event: 'error',
        code: error.code,
        message: `${pair.name}: ${error.message}`,
      });
    }
    this.#references.set(pair.name, made);
    return made;
  }

  async #compare(
    trial: Kept['trial'],
    days: { readonly from: number; readonly to: number },
    weights: Float64Array | undefined,
  ): Promise<Kept['trial']> {
    if (this.#candidate === undefined) return trial;
    const { candidate, pairs } = this.#candidate;
    const goesOn = trial !== null && trial.digest === candidate.digest;
    let state = goesOn ? trial.state : newTrial(days.from);
    const range = { from: state.day, to: days.to };
    const byDay = new Map<number, PairedDay[]>();
    for (const pair of weights === undefined ? [] : this.#pairs) {
      const other = pairs.find(({ target }) => target === pair.target);
      if (other === undefined || range.from >= range.to || weights === undefined) continue;
      const theirs = new Map(other.days(range, candidate.weights).map((day) => [day.day, day]));
      for (const { day, rows, loss } of pair.days(range, weights)) {
        const same = theirs.get(day);
        if (same?.rows !== rows) continue;
        const paired = { pair: pair.name, day, rows, candidate: same.loss, published: loss };
        byDay.set(day, [...(byDay.get(day) ?? []), paired]);
      }
      await breath();
    }
    for (let day = range.from; day < range.to; day++) state = compareDay(state, day, byDay.get(day) ?? []);
    return { digest: candidate.digest, state };
  }

  async #findCandidate(): Promise<void> {
    const { shadow, model } = this.#options;
    if (this.#candidate !== undefined || typeof shadow !== 'string' || versionNamed(shadow) === undefined)
      return;
    try {
      this.#take(await candidateOfVersion(shadow, model, this.#collaborators.participant));
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== 'SHADOW_VERSION') throw error;
      this.#collaborators.emit({ event: 'error', code: error.code, message: error.message });
    }
  }

  #take(candidate: ShadowCandidate): void {
    const { collaterals, reference, model, tables } = this.#options;
    const judge = model.heads.risk?.model.numbers;
    const pairs = createMonitoredPairs(candidate.model, collaterals, reference, judge, tables);
    this.#candidate = { candidate, pairs };
  }

  #findings(kept: Kept = this.#kept): Finding[] {
    const { subjects, lastVersionHour, hour } = kept;
    return [
      ...Object.entries(subjects).flatMap(([name, state]) => findingsOf(name, state)),
      ...(lastVersionHour === null ? [] : scheduleFinding(lastVersionHour, hour)),
    ];
  }

  #advise(kept: Kept): Kept {
    const { hour, lastRecommendedHour } = kept;
    const retraining = adviseRetraining(this.#findings(kept), {
      hour,
      lastRecommendedHour,
      isBudgetSpent: this.#collaborators.conditions.has('PRIVACY_BUDGET_SPENT'),
    });
    return { ...kept, retraining, lastRecommendedHour: retraining.recommended ? hour : lastRecommendedHour };
  }

  #shadowStatus(): ShadowStatus | null {
    const { trial } = this.#kept;
    if (this.#candidate === undefined || trial === null) return null;
    const { name, digest } = this.#candidate.candidate;
    if (trial.digest !== digest) return null;
    const { firstDay, day: nextDay } = trial.state;
    const rule = { ...PROMOTION, deadBand: this.#options.deadBand };
    return { ...judgeTrial(trial.state, this.#pairs, rule), candidate: name, digest, firstDay, nextDay };
  }

  #tell(round: number, before: readonly Finding[], verdict: string | undefined): void {
    const { emit } = this.#collaborators;
    const now = this.#findings();
    const { retraining } = this.#kept;
    const isIn = (findings: readonly Finding[], { subject, trigger }: Finding) =>
      findings.some((other) => other.subject === subject && other.trigger === trigger);
    for (const [findings, others, active] of [
      [now, before, true],
      [before, now, false],
    ] as const) {
      for (const finding of findings.filter((each) => !isIn(others, each))) {
        const { subject, trigger, sinceHour, message } = finding;
        emit({ event: 'drift', round, subject, trigger, active, sinceHour, message, retraining });
      }
    }
    this.#tellCondition(now);
    const shadow = this.#shadowStatus();
    if (shadow === null || shadow.verdict === verdict) return;
    const { candidate, verdict: found, blocks, skill, reasons } = shadow;
    emit({ event: 'shadow', round, candidate, verdict: found, blocks, skill, reasons });
  }

  #tellCondition(findings: readonly Finding[]): void {
    const { conditions } = this.#collaborators;
    if (findings.length === 0) conditions.clear('MODEL_DRIFT');
    else conditions.raise('MODEL_DRIFT', findings.map(({ message }) => message).join('; '));
  }
}

/** Messages and requests come between two pairs. */
const breath = () => new Promise<void>((resolve) => setImmediate(resolve));
