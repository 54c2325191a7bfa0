import { PRIVACY_RELATIONS, type PrivacyRelation } from '../../events.ts';
import { requireDelta, requireFinite, requireInteger, requireOneOf } from '../../parameters.ts';
import { checkedPrivacyEvent, type PrivacyEvent } from '../../privacy-event.ts';
import { UNIT_ROUNDOFF } from '../../roundoff.ts';
import { type Accountant, unsupported } from '../accountant.ts';
import { deltaOfDivergences, epsilonOfDivergences } from './conversion.ts';
import { renyiCost } from './event-cost.ts';
import { checkedOrders, DEFAULT_ORDERS } from './orders.ts';

/** An accountant of Rényi divergences: what it holds, and which order gave an ε. */
export interface RdpAccountant extends Accountant {
  readonly name: 'rdp';
  readonly orders: readonly number[];
  /** What is charged, one divergence for each of {@link orders}. */
  divergences(): readonly number[];
  /** The order that proves {@link epsilon} at δ; undefined where none does. @throws BallastError `PRIVACY_PARAMETER` unless 0 < δ < 1. */
  optimalOrder(delta: number): number | undefined;
}

/**
 * Charges Rényi divergences (Mironov 2017), which add up, also when later events are chosen after seeing earlier
 * results as long as the sum at each order was bounded before (Feldman and Zrnic 2021).
 *
 * What may fail (an (ε, δ) event, a failure) is kept apart: with f the probability that anything failed,
 * δ(ε) ≤ f + (1 − f)·δ' where δ' is that of the divergences.
 *
 * @param options.orders each above 1, infinity allowed; {@link DEFAULT_ORDERS} where left out.
 * @throws BallastError `PRIVACY_PARAMETER` for the relation or the orders.
 */
export function createRdpAccountant(
  relation: PrivacyRelation,
  options: { readonly orders?: readonly number[] } = {},
): RdpAccountant {
  return new Divergences(relation, checkedOrders(options.orders ?? DEFAULT_ORDERS));
}

class Divergences implements RdpAccountant {
  readonly name = 'rdp';
  readonly relation: PrivacyRelation;
  readonly orders: readonly number[];
  #divergences: readonly number[];
  #logSurvival = 0;

  constructor(relation: PrivacyRelation, orders: readonly number[]) {
    this.relation = requireOneOf('relation', relation, PRIVACY_RELATIONS);
    this.orders = orders;
    this.#divergences = orders.map(() => 0);
  }

  refuses(event: PrivacyEvent): string | undefined {
    const cost = renyiCost(checkedPrivacyEvent(event), this.relation);
    return typeof cost === 'string' ? cost : undefined;
  }

  compose(event: PrivacyEvent, times = 1): void {
    checkedPrivacyEvent(event);
    requireInteger('times', times, 0, 2 ** 53);
    const cost = renyiCost(event, this.relation);
    if (typeof cost === 'string') throw unsupported(this, event, cost);
    if (times === 0) return;
    this.#divergences = this.#divergences.map((sum, i) =>
      added(sum, times * cost.divergence(this.orders[i] ?? Number.POSITIVE_INFINITY)),
    );
    this.#logSurvival = -added(-this.#logSurvival, -times * cost.logSurvival);
  }

  divergences(): readonly number[] {
    return [...this.#divergences];
  }

  epsilon(delta: number): number {
    return this.#best(delta).epsilon;
  }

  optimalOrder(delta: number): number | undefined {
    return this.#best(delta).order;
  }

  delta(epsilon: number): number {
    requireFinite('epsilon', epsilon);
    const delta = deltaOfDivergences(this.orders, this.#divergences, epsilon);
    const failed = this.#failed();
    return failed === 0 ? delta : Math.min(1, (failed + (1 - failed) * delta) * (1 + 4 * UNIT_ROUNDOFF));
  }

  #best(delta: number): ReturnType<typeof epsilonOfDivergences> {
    requireDelta(delta);
    const failed = this.#failed();
    if (failed > delta) return { epsilon: Number.POSITIVE_INFINITY, order: undefined };
    const left = failed === 0 ? delta : ((delta - failed) / (1 - failed)) * (1 - 4 * UNIT_ROUNDOFF);
    return epsilonOfDivergences(this.orders, this.#divergences, left);
  }

  /** The probability that anything failed, rounded up. */
  #failed(): number {
    return Math.min(1, -Math.expm1(this.#logSurvival) * (1 + 4 * UNIT_ROUNDOFF));
  }
}

/** A sum that is not below the true one. */
function added(sum: number, more: number): number {
  return sum === 0 || more === 0 ? sum + more : (sum + more) * (1 + 2 * UNIT_ROUNDOFF);
}
