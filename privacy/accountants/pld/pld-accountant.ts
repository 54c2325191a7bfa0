import { BallastError } from '../../../protocol/errors.ts';
import { PRIVACY_RELATIONS, type PrivacyRelation } from '../../events.ts';
import { requireDelta, requireFinite, requireInteger, requireOneOf } from '../../parameters.ts';
import { checkedPrivacyEvent, type PrivacyEvent } from '../../privacy-event.ts';
import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { type Accountant, unsupported } from '../accountant.ts';
import type { ComposedLoss } from './composed-loss.ts';
import { composePairs, type PairTimes, type PldOptions } from './composer.ts';
import { type EventPart, type LossPart, partsOf } from './event-parts.ts';
import { gaussianPair } from './gaussian-pair.ts';
import type { LossDirection } from './sampled-pair.ts';
import type { Aim } from './window.ts';

/** The true ε lies between these, for the worst pair of the events that were charged. */
export type EpsilonBounds = { readonly lower: number; readonly upper: number };

export interface PldAccountant extends Accountant {
  readonly name: 'pld';
  /**
   * ε at δ from a grid that rounds up and from one that rounds down. The lower one holds for the pairs that the
   * events are charged by, up to 1e-10 of it; real neighbours may be further apart from them.
   */
  epsilonBounds(delta: number): EpsilonBounds;
  /** How far above the truth `epsilon(delta)` may be: the gap between the two bounds. */
  errorBound(delta: number): number;
}

/** More releases than this are not composed. */
const MAX_TIMES = 2 ** 40;
/** More different events than this take too long: each is transformed by itself. */
const MAX_KINDS = 1024;
const CACHED = 8;

/**
 * An accountant that composes the privacy loss itself (Koskela, Jälkö and Honkela 2020; Meiser and Mohammadi 2018):
 * each event's worst pair of distributions is put on a grid so that δ(ε) is nowhere lowered (connect-the-dots,
 * Doroshenko et al. 2022), copies are convolved by Fourier transforms under an exponential tilt (Keich 2005), and
 * everything that is cut off or rounded is added. Every answer is therefore an upper bound; `errorBound` says by how
 * much at most.
 *
 * Under add-remove both directions are composed, each by itself, and the larger answer is given. Gaussians without
 * sampling compose exactly, to μ² = Σμᵢ². Failures and unprotected releases are charged apart.
 *
 * What was fixed before holds for an adaptive choice too: of the data's results, not of the events charged.
 *
 * @throws BallastError `PRIVACY_PARAMETER` for another relation, an interval or a number of points out of bounds.
 */
export function createPldAccountant(relation: PrivacyRelation, options: PldOptions = {}): PldAccountant {
  return new LossAccountant(relation, checkedOptions(options));
}

class LossAccountant implements PldAccountant {
  readonly name = 'pld';
  readonly relation: PrivacyRelation;
  readonly #options: PldOptions;
  readonly #parts = new Map<string, LossPart>();
  readonly #composed = new Map<string, ComposedLoss | undefined>();
  /** Σ times·μ² of plain Gaussians, and how often it was added to. */
  #squares = 0;
  #logSurvival = 0;
  #unprotected = false;
  #times = 0;

  constructor(relation: PrivacyRelation, options: PldOptions) {
    this.relation = requireOneOf('relation', relation, PRIVACY_RELATIONS);
    this.#options = options;
  }

  refuses(event: PrivacyEvent): string | undefined {
    const parts = partsOf(checkedPrivacyEvent(event), this.relation);
    return typeof parts === 'string' ? parts : this.#overfull(parts);
  }

  compose(event: PrivacyEvent, times = 1): void {
    requireInteger('times', times, 1, 2 ** 32);
    const parts = partsOf(checkedPrivacyEvent(event), this.relation, times);
    const reason = typeof parts === 'string' ? parts : this.#overfull(parts);
    if (typeof parts === 'string' || reason !== undefined) {
      throw unsupported(this, event, reason ?? 'no reason');
    }
    for (const part of parts) this.#add(part);
    this.#composed.clear();
  }

  epsilon(delta: number): number {
    return this.#epsilon(requireDelta(delta), 'upper');
  }

  epsilonBounds(delta: number): EpsilonBounds {
    const upper = this.epsilon(delta);
    if (upper === Number.POSITIVE_INFINITY) return { lower: this.#hopeless(delta) ? upper : 0, upper };
    return { lower: Math.min(upper, this.#epsilon(delta, 'lower')), upper };
  }

  errorBound(delta: number): number {
    const { lower, upper } = this.epsilonBounds(delta);
    return lower === upper ? 0 : upper - lower;
  }

  delta(epsilon: number): number {
    requireFinite('epsilon', epsilon);
    if (this.#unprotected) return 1;
    const failure = this.#failure();
    const beyond = epsilon >= this.#largestLoss() ? this.#infinityMass() : undefined;
    const loss =
      beyond ?? Math.max(...this.#directions().map((direction) => this.#delta(direction, epsilon)));
    return Math.min(1, roundUp(failure + (1 - failure) * loss));
  }

  #epsilon(delta: number, bound: 'upper' | 'lower'): number {
    if (this.#unprotected) return Number.POSITIVE_INFINITY;
    const failure = this.#failure();
    if (failure >= delta) return Number.POSITIVE_INFINITY;
    const left = ((delta - failure) / (1 - failure)) * (bound === 'upper' ? 1 - 4 * UNIT_ROUNDOFF : 1);
    const aim = { logDelta: Math.log(left) };
    const largest = this.#directions().map(
      (direction) => this.#compose(direction, aim, bound)?.epsilon(left) ?? 0,
    );
    const epsilon = Math.max(...largest);
    return bound === 'upper' && this.#infinityMass() <= left
      ? Math.min(epsilon, this.#largestLoss())
      : epsilon;
  }

  /** The tail that is cut off is fitted to the δ that comes out. */
  #delta(direction: LossDirection, epsilon: number): number {
    const first = this.#compose(direction, { epsilon }, 'upper')?.delta(epsilon) ?? 0;
    let best = first;
    for (let logDelta = -60; logDelta > -600 && best > 0 && best < Math.exp(logDelta / 2); logDelta *= 2) {
      const again = this.#compose(direction, { logDelta }, 'upper')?.delta(epsilon) ?? 0;
      best = Math.min(best, again);
    }
    return best;
  }

  #compose(direction: LossDirection, aim: Aim, bound: 'upper' | 'lower'): ComposedLoss | undefined {
    const key = `${direction} ${bound} ${JSON.stringify(aim)}`;
    if (!this.#composed.has(key)) {
      if (this.#composed.size >= CACHED) this.#composed.clear();
      const pairs = this.#pairs(direction);
      const composed = pairs.length === 0 ? undefined : composePairs(pairs, aim, bound, this.#options);
      this.#composed.set(key, composed);
    }
    return this.#composed.get(key);
  }

  /** In the order of their keys, so that the order of composition does not matter. */
  #pairs(direction: LossDirection): PairTimes[] {
    const pairs = [...this.#parts.values()]
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((part): PairTimes => ({ pair: part.pair(direction), times: part.times }));
    if (this.#squares > 0) pairs.push({ pair: gaussianPair(roundUp(Math.sqrt(this.#squares))), times: 1 });
    return pairs;
  }

  #directions(): readonly LossDirection[] {
    return [...this.#parts.values()].every(({ mirror }) => mirror) ? ['remove'] : ['remove', 'add'];
  }

  #add(part: EventPart): void {
    if (part.kind === 'unprotected') {
      this.#unprotected = true;
      return;
    }
    this.#times += part.times;
    if (part.kind === 'gaussian') {
      this.#squares = roundUp(this.#squares + part.times * part.mu * part.mu);
    } else if (part.kind === 'failure') {
      this.#logSurvival += part.times * Math.log1p(-part.probability);
    } else {
      const times = part.times + (this.#parts.get(part.key)?.times ?? 0);
      this.#parts.set(part.key, { ...part, times });
    }
  }

  #overfull(parts: readonly EventPart[]): string | undefined {
    const keys = new Set(this.#parts.keys());
    let times = this.#times;
    for (const part of parts) {
      if (part.kind === 'loss') keys.add(part.key);
      if (part.kind !== 'unprotected') times += part.times;
    }
    if (times > MAX_TIMES) return `more than ${MAX_TIMES} releases`;
    return keys.size > MAX_KINDS ? `more than ${MAX_KINDS} different events` : undefined;
  }

  /** P that a failure happened. */
  #failure(): number {
    return Math.min(1, (0 - Math.expm1(this.#logSurvival)) * (1 + 1e-12));
  }

  /** P of an infinite loss that is in the events themselves. */
  #infinityMass(): number {
    let log = 0;
    for (const { pair, times } of this.#parts.values())
      log += times * Math.log1p(-pair('remove').infinityMass);
    return (0 - Math.expm1(log)) * (1 + 1e-12);
  }

  /** The sum of the largest losses: beyond it nothing but infinite ones is left. */
  #largestLoss(): number {
    if (this.#squares > 0) return Number.POSITIVE_INFINITY;
    const largest = this.#directions().map((direction) => {
      let sum = 0;
      for (const { pair, times } of this.#parts.values()) sum = sum + times * pair(direction).largestLoss;
      return sum;
    });
    return Math.max(...largest) * (1 + this.#parts.size * UNIT_ROUNDOFF);
  }

  /** Whether no ε at all belongs to the δ, whatever the grid. */
  #hopeless(delta: number): boolean {
    return this.#unprotected || this.#failure() >= delta || this.#infinityMass() >= delta;
  }
}

function checkedOptions(options: PldOptions): PldOptions {
  const { interval, maxPoints } = options;
  if (interval !== undefined && !(interval >= 1e-12 && interval <= 1)) {
    throw refused('interval', interval, '1e-12 to 1');
  }
  if (maxPoints !== undefined) {
    requireInteger('maxPoints', maxPoints, 2 ** 10, 2 ** 24);
    if ((maxPoints & (maxPoints - 1)) !== 0) throw refused('maxPoints', maxPoints, 'a power of two');
  }
  return options;
}

function refused(name: string, value: number, expected: string): BallastError {
  return new BallastError('PRIVACY_PARAMETER', `${name}: got ${value}, expected ${expected}`, {
    metadata: { name, value },
  });
}

function roundUp(value: number): number {
  return value * (1 + 4 * UNIT_ROUNDOFF);
}
