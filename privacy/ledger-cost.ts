import { BoundedCache } from '../protocol/cache.ts';
import { type Digest, digestOf } from '../protocol/digest.ts';
import type { Encodable } from '../protocol/encoding.ts';
import { type Accountant, unsupported } from './accountants/accountant.ts';
import { epsilonOfLoss, gaussianLoss } from './accountants/gaussian.ts';
import { isGaussianRelease, type PrivacyRelation, privacyEventOf, type ReleaseEvent } from './events.ts';
import type { PrivacyPolicy } from './policy.ts';
import type { PrivacyEvent } from './privacy-event.ts';

/** Makes the accountant that charges what is no Gaussian sum; `createAccountant` of one name, say. */
export type AccountantFactory = (relation: PrivacyRelation) => Accountant;

type Counted = { readonly event: PrivacyEvent; readonly times: number };

/**
 * What was charged: the exact loss of the Gaussian sums, and how often each distinct event occurred. Sums and counts,
 * so that no order changes them.
 */
export class Charges {
  #loss = 0n;
  #releases = 0;
  #beyond: PrivacyEvent | undefined;
  readonly #counts = new Map<Digest, Counted>();

  /** @param least what the loss was said to be before: a release of this library that counts finer never shows less. */
  static of(releases: Iterable<ReleaseEvent>, least = 0n): Charges {
    const charges = new Charges();
    for (const release of releases) charges.add(release);
    if (least > charges.#loss) charges.#loss = least;
    return charges;
  }

  /** Units of `gaussianLoss`; what is no Gaussian sum adds nothing. */
  get loss(): bigint {
    return this.#loss;
  }

  /** How many times something was released, not how many keys. */
  get releases(): number {
    return this.#releases;
  }

  /** The first event that is no Gaussian sum; where there is none the loss is all that was spent. */
  get beyondGaussian(): PrivacyEvent | undefined {
    return this.#beyond;
  }

  get counts(): Iterable<Counted> {
    return this.#counts.values();
  }

  /** The counts as a name: the same for the same charges in another order. */
  get name(): string {
    return [...this.#counts]
      .map(([digest, { times }]) => `${digest}×${times}`)
      .sort()
      .join();
  }

  /** @param rounds how often the whole release. */
  add(release: ReleaseEvent, rounds = 1): void {
    const times = release.releases * rounds;
    this.#loss += gaussianPart(release) * BigInt(rounds);
    this.#releases += times;
    if (release.unit !== 'none' && !isGaussianRelease(release)) this.#beyond ??= release.event;
    const event = privacyEventOf({ ...release, releases: 1 });
    const digest = digestOf('ballast/privacy-event/1', event as unknown as Encodable);
    this.#counts.set(digest, { event, times: times + (this.#counts.get(digest)?.times ?? 0) });
  }

  /** A copy with more in it. */
  plus(release: ReleaseEvent, rounds = 1): Charges {
    const charges = new Charges();
    charges.#loss = this.#loss;
    charges.#releases = this.#releases;
    charges.#beyond = this.#beyond;
    for (const [digest, counted] of this.#counts) charges.#counts.set(digest, counted);
    charges.add(release, rounds);
    return charges;
  }
}

/** What a debit adds to a ledger's running total. */
export function gaussianPart(release: ReleaseEvent): bigint {
  return release.unit !== 'none' && isGaussianRelease(release) ? gaussianLoss(release) : 0n;
}

/**
 * ε of charges at the policy's δ: by the exact curve while all of them are Gaussian sums, else by an accountant that
 * composes the distinct events times their counts.
 *
 * Later events may depend on earlier results as long as the budget was fixed before: for Gaussian sums the bound on
 * Σμ² is a filter (Smith and Thakurta 2022), for RDP the bound at an order that was fixed before is one (Feldman and
 * Zrnic 2021; Lécuyer 2021). Events that a network's document fixes before any data is read compose adaptively under
 * every accountant, PLD too (Zhu, Dong and Wang 2022, Theorem 10); trials whose noise is chosen after a look at
 * results are for 'rdp' with one order.
 */
export class LedgerCost {
  readonly #policy: PrivacyPolicy;
  readonly #factory: AccountantFactory | undefined;
  readonly #isExact: boolean;
  readonly #known = new BoundedCache<number>(64);

  /** @param isExact whether the exact curve is preferred where it applies. */
  constructor(policy: PrivacyPolicy, factory: AccountantFactory | undefined, isExact = true) {
    this.#policy = policy;
    this.#factory = factory;
    this.#isExact = isExact;
  }

  /**
   * Infinite under unit `none`. An accountant composes anew whatever it is asked for the first time.
   *
   * @throws BallastError `PRIVACY_EVENT_UNSUPPORTED`, also where an accountant is needed and none was given.
   */
  epsilon(charges: Charges): number {
    const { unit, delta } = this.#policy;
    if (unit === 'none') return Number.POSITIVE_INFINITY;
    if (this.#isCurve(charges)) return epsilonOfLoss(charges.loss, delta);
    const name = charges.name;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const accountant = this.#accountant(charges);
    for (const { event, times } of charges.counts) accountant.compose(event, times);
    const epsilon = this.#noLess(accountant.epsilon(delta), charges);
    this.#known.set(name, epsilon, 1);
    return epsilon;
  }

  /** ε after each of the releases in turn; an accountant composes each of them once. @throws as {@link epsilon}. */
  running(releases: readonly ReleaseEvent[]): number[] {
    const { unit, delta } = this.#policy;
    const charges = new Charges();
    let accountant: Accountant | undefined;
    return releases.map((release, i) => {
      charges.add(release);
      if (unit === 'none' || this.#isCurve(charges)) return this.epsilon(charges);
      const missing = accountant === undefined ? releases.slice(0, i + 1) : [release];
      accountant ??= this.#accountant(charges);
      for (const each of missing) accountant.compose(privacyEventOf({ ...each, releases: 1 }), each.releases);
      return this.#noLess(accountant.epsilon(delta), charges);
    });
  }

  /** What was shown while there were Gaussian sums alone is shown still: a tighter accountant takes nothing back. */
  #noLess(epsilon: number, { loss }: Charges): number {
    return this.#isExact ? Math.max(epsilon, epsilonOfLoss(loss, this.#policy.delta)) : epsilon;
  }

  #isCurve({ beyondGaussian, releases }: Charges): boolean {
    return beyondGaussian === undefined && (this.#isExact || releases === 0);
  }

  #accountant({ beyondGaussian }: Charges): Accountant {
    const { relation } = this.#policy;
    if (this.#factory !== undefined) return this.#factory(relation);
    const event = beyondGaussian ?? { kind: 'composed', events: [] };
    throw unsupported({ name: 'gaussian', relation }, event, 'only Gaussian sums add up as one number');
  }
}
