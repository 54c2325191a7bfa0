import { expect } from 'chai';
import fc from 'fast-check';
import type { PrivacyRelation } from '../../../events.ts';
import type { PrivacyEvent } from '../../../privacy-event.ts';
import { gaussianDelta, gaussianEpsilon } from '../../gaussian-curve.ts';
import { composePairs } from '../composer.ts';
import { type LossPart, partsOf } from '../event-parts.ts';
import { createPldAccountant, type PldAccountant, type PldOptions } from '../index.ts';
import { gaussian, laplace, sampled } from './events.ts';

type Charge = readonly [event: PrivacyEvent, times: number];

function charged(relation: PrivacyRelation, charges: readonly Charge[], options?: PldOptions): PldAccountant {
  const accountant = createPldAccountant(relation, options);
  for (const [event, times] of charges) accountant.compose(event, times);
  return accountant;
}

const epsilonOf = (charges: readonly Charge[], delta: number, relation: PrivacyRelation = 'add-remove') =>
  charged(relation, charges).epsilon(delta);

/** Published ε under add-remove, mostly upper bounds on a step of 1e-4 themselves. */
const PUBLISHED: readonly (readonly [
  id: string,
  charges: readonly Charge[],
  delta: number,
  epsilon: number,
])[] = [
  ['R03', [[sampled(0.04, gaussian(1.5)), 2249]], 1e-5, 6.777395712150674],
  [
    'R19',
    [
      [laplace(1), 3],
      [laplace(2), 2],
    ],
    1e-14,
    4,
  ],
  ['R20', [[sampled(0.2, laplace(0.5)), 3]], 1e-14, 2.46964],
  ['R56', [[gaussian(0.7), 2]], 1e-5, 10.1224946],
  ['R57', [[gaussian(0.35), 2]], 1e-5, 24.7160779],
  ['R58', [[sampled(0.01, gaussian(0.7)), 120]], 1e-5, 2.4612381],
  ['R59', [[sampled(0.01, gaussian(0.35)), 120]], 1e-5, 18.6977407],
  ['σ 1, q 0.5, T 100', [[sampled(0.5, gaussian(1)), 100]], 1e-5, 39.975002690735984],
  ['σ 1.1, q 0.01, T 10⁴', [[sampled(0.01, gaussian(1.1)), 10_000]], 1e-5, 5.19262],
  ['σ 1.3, q 0.0025, T 6000', [[sampled(0.0025, gaussian(1.3)), 6000]], 1e-5, 0.640111],
];

describe('the accountant of composed privacy losses', () => {
  for (const [id, charges, delta, epsilon] of PUBLISHED) {
    it(`gives the published ε: ${id}`, () => {
      const { lower, upper } = charged('add-remove', charges).epsilonBounds(delta);
      expect(upper).to.be.within(epsilon * 0.995, epsilon * 1.005);
      // A published ε is an upper bound, so it may be above ours, never below a lower bound.
      expect(lower).to.be.at.most(epsilon * (1 + 1e-6));
      expect(upper - lower).to.be.below(0.005 * epsilon);
    });
  }

  it('gives the published δ: R17, R18, R21', () => {
    const pure = (epsilon: number, delta: number): PrivacyEvent => ({
      kind: 'epsilon-delta',
      epsilon,
      delta,
    });
    expect(charged('add-remove', [[gaussian(Math.sqrt(3)), 3]]).delta(1)).to.be.closeTo(0.126936, 1e-5);
    expect(charged('add-remove', [[sampled(0.2, gaussian(0.5)), 3]]).delta(1)).to.be.closeTo(0.15594, 1e-3);
    const two: readonly Charge[] = [
      [pure(1, 0.1), 1],
      [pure(2, 0.2), 1],
    ];
    expect(charged('replace', two).delta(3)).to.be.within(0.28, 0.28 + 1e-11);
  });

  it('agrees with the published noise to 0.1 %: R41 to R46', () => {
    const noise: readonly (readonly [number, (z: number) => Charge, number, number])[] = [
      [0.67379294682, (z) => [sampled(0.01, gaussian(z)), 1], 1e-5, 1e-3],
      [3.20956502598, (z) => [sampled(0.001, gaussian(z / 6)), 25], 1e-5, 1e-3],
      [1 / 3, (z) => [gaussian(z), 1], 0.78760074, 1e-3],
      [10, (z) => [gaussian(z / 6), 25], 0.78760074, 1e-3],
      [13.6, (z) => [laplace(z), 20], 1e-4, 0.1 / 13.6],
      [71, (z) => [laplace(z), 500], 1e-4, 1e-3],
    ];
    for (const [published, event, delta, tolerance] of noise) {
      expect(epsilonOf([event(published * (1 + tolerance))], delta)).to.be.at.most(1);
      expect(epsilonOf([event(published * (1 - tolerance))], delta)).to.be.above(1);
    }
  });

  it('is never below the exact curve of Gaussians, and close above', () => {
    const cases: readonly (readonly [PrivacyRelation, number, number])[] = [
      ['add-remove', 1, 1],
      ['add-remove', 0.3, 100],
      ['replace', 20, 1000],
      ['replace', 400, 100_000],
    ];
    for (const [relation, z, times] of cases) {
      const mu = ((relation === 'replace' ? 2 : 1) * Math.sqrt(times)) / z;
      const accountant = charged(relation, [[gaussian(z), times]]);
      for (const delta of [0.1, 1e-5, 1e-12]) {
        const truth = gaussianEpsilon(delta, mu);
        expect(accountant.epsilon(delta)).to.be.within(truth, truth * 1.0001);
        expect(accountant.epsilonBounds(delta).lower).to.be.at.most(truth * (1 + 1e-9));
      }
      for (const epsilon of [-1, 0, 0.5, 3]) {
        const truth = gaussianDelta(epsilon, mu);
        expect(accountant.delta(epsilon)).to.be.at.least(truth * (1 - 1e-9));
        if (truth > 1e-250) expect(accountant.delta(epsilon)).to.be.at.most(truth * 1.01);
      }
    }
  });

  it('charges a sample of nearly everyone by convolution as the Gaussian that it nearly is', () => {
    const truth = gaussianEpsilon(1e-5, Math.sqrt(10));
    for (const relation of ['add-remove', 'replace'] as const) {
      const z = relation === 'replace' ? 2 : 1;
      const all = epsilonOf([[sampled(1 - 1e-9, gaussian(z)), 10]], 1e-5, relation);
      expect(all).to.be.within(truth * (1 - 1e-6), truth * 1.0001);
    }
  });

  it('keeps its accuracy for the smallest δ', () => {
    const { lower, upper } = charged('add-remove', [[sampled(0.4, gaussian(4)), 30]]).epsilonBounds(1e-100);
    expect(upper / lower).to.be.within(1, 1.0001);
  });

  it('takes the worse of two directions, and replace for worse than either', () => {
    const charges: readonly Charge[] = [[sampled(0.3, gaussian(1)), 5]];
    const both = charged('add-remove', charges);
    const replaced = charged('replace', charges);
    for (const epsilon of [-0.5, 0.5, 2]) {
      expect(replaced.delta(epsilon)).to.be.above(both.delta(epsilon));
    }
    // With one release the larger of the two closed forms; the directions swap places at ε = 0.
    const once = charged('add-remove', [[sampled(0.2, gaussian(1)), 1]]);
    expect(once.delta(-0.3)).to.be.closeTo(0.27768558, 1e-4);
    expect(once.delta(0.3)).to.be.above(0.02);
  });

  it('does not depend on the order or on how events are grouped', () => {
    const parts: readonly PrivacyEvent[] = [
      sampled(0.4, gaussian(4)),
      laplace(30),
      gaussian(9),
      sampled(0.6, gaussian(6)),
    ];
    const forwards = epsilonOf(
      parts.map((event) => [event, 6]),
      1e-6,
    );
    const backwards = epsilonOf(
      [...parts].reverse().map((event) => [event, 6]),
      1e-6,
    );
    const nested: PrivacyEvent = { kind: 'repeated', times: 3, event: { kind: 'composed', events: parts } };
    expect(backwards).to.equal(forwards);
    expect(epsilonOf([[nested, 2]], 1e-6)).to.be.closeTo(forwards, 1e-12);
    expect(epsilonOf([[sampled(0.5, sampled(0.8, gaussian(4))), 6]], 1e-6)).to.equal(
      epsilonOf([[sampled(0.4, gaussian(4)), 6]], 1e-6),
    );
  });

  it('grows with rounds, rate and signal, and shrinks with δ', () => {
    const epsilon = (z: number, q: number, times: number, delta = 1e-5) =>
      epsilonOf([[sampled(q, gaussian(z)), times]], delta);
    fc.assert(
      fc.property(
        fc.double({ min: 0.6, max: 5, noNaN: true }),
        fc.double({ min: 0.1, max: 0.9, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (z, q, times) => {
          const here = epsilon(z, q, times);
          expect(epsilon(z, q, 2 * times)).to.be.above(here);
          expect(epsilon(z, q * 1.1, times)).to.be.above(here);
          expect(epsilon(z * 1.1, q, times)).to.be.below(here);
          expect(epsilon(z, q, times, 1e-4)).to.be.below(here);
        },
      ),
      { numRuns: 3, seed: 5 },
    );
  });

  it('answers δ at the ε that it gave for a δ with no more than that δ, nearly', () => {
    const accountant = charged('add-remove', [
      [sampled(0.3, gaussian(2)), 10],
      [laplace(10), 5],
    ]);
    for (const delta of [1e-2, 1e-6, 1e-12]) {
      expect(accountant.delta(accountant.epsilon(delta))).to.be.within(delta * 0.99, delta * 1.01);
    }
  });

  it('charges failures apart, and gives no ε below their δ', () => {
    const failure: PrivacyEvent = { kind: 'failure', probability: 1e-7 };
    const without = epsilonOf([[gaussian(4), 3]], 1e-5 - 1e-6);
    expect(
      epsilonOf(
        [
          [gaussian(4), 3],
          [failure, 10],
        ],
        1e-5,
      ),
    ).to.be.closeTo(without, 1e-5);
    const accountant = charged('replace', [[failure, 10]]);
    expect(accountant.delta(0)).to.be.within(1e-6 * (1 - 1e-6), 1e-6);
    expect(accountant.epsilon(2e-6)).to.equal(0);
    expect(accountant.epsilon(0.9e-6)).to.equal(Number.POSITIVE_INFINITY);
    expect(accountant.errorBound(0.9e-6)).to.equal(0);
  });

  it('charges nothing for nothing, and everything for what is unprotected', () => {
    const nothing = charged('add-remove', [
      [sampled(0, gaussian(1)), 9],
      [{ kind: 'composed', events: [] }, 1],
    ]);
    expect([nothing.epsilon(1e-5), nothing.delta(0), nothing.delta(1)]).to.deep.equal([0, 0, 0]);
    const everything = charged('add-remove', [
      [gaussian(1), 1],
      [{ kind: 'unprotected' }, 1],
    ]);
    expect([everything.epsilon(1e-5), everything.delta(50)]).to.deep.equal([Number.POSITIVE_INFINITY, 1]);
  });

  it('stays a bound where its points do not suffice', () => {
    const truth = gaussianEpsilon(1e-5, Math.sqrt(4000));
    const charges: readonly Charge[] = [[sampled(1 - 1e-9, gaussian(1)), 4000]];
    for (const [bits, accuracy] of [
      [10, 0.7],
      [13, 0.02],
    ] as const) {
      const { lower, upper } = charged('add-remove', charges, { maxPoints: 2 ** bits }).epsilonBounds(1e-5);
      expect(upper).to.be.within(truth * (1 - 1e-6), truth * (1 + accuracy));
      expect(lower).to.be.within(truth * (1 - accuracy), truth);
    }
    // The loss of one release is in the millions.
    const huge = charged('add-remove', [[sampled(1e-3, gaussian(1e-3)), 50]], { maxPoints: 2 ** 14 });
    expect(huge.epsilon(1e-6)).to.be.within(1e6, 1e7);
    const steep = charged('replace', [[gaussian(1e-6), 2 ** 32]], { maxPoints: 2 ** 12 });
    const mu = 2e6 * 2 ** 16;
    expect(steep.epsilon(1e-6)).to.be.within(gaussianEpsilon(1e-6, mu), gaussianEpsilon(1e-6, mu) * 1.001);
  });

  it('is accurate close to the largest loss too', () => {
    const choices = charged('replace', [[{ kind: 'exponential-mechanism', epsilon: 0.10518 }, 2]]);
    expect(choices.errorBound(1.5e-4)).to.be.below(1e-3 * choices.epsilon(1.5e-4));
    const mixed = charged('add-remove', [[sampled(0.4747, laplace(12.85)), 359]]);
    expect(mixed.errorBound(2.3e-3)).to.be.below(0.01 * mixed.epsilon(2.3e-3));
    const answers = charged('replace', [[{ kind: 'epsilon-delta', epsilon: 1.6635, delta: 0 }, 30]]);
    // The largest loss alone: P[30 of 30]·(1 − exp(ε − 30·1.6635)), the next one being exp(−2·1.6635) times lower.
    const all = (1 / (1 + Math.exp(-1.6635))) ** 30;
    expect(answers.epsilon(5e-3 * all)).to.be.closeTo(30 * 1.6635 + Math.log1p(-5e-3), 3e-3);
    expect(answers.epsilonBounds(5e-3 * all).lower).to.be.closeTo(30 * 1.6635 + Math.log1p(-5e-3), 3e-3);
  });

  it('stays above a loss that is all but certain beside far ones that are all but impossible', () => {
    const rate = 0.00015819945438628596;
    const charges: readonly Charge[] = [[sampled(rate, gaussian(0.007730959946543548)), 135_696]];
    // What has not the unit has a loss of −ln(1 − q) each time, and never another.
    const truth = -135_696 * Math.log1p(-rate) + Math.log1p(-2.5e-4);
    expect(charged('add-remove', charges, { maxPoints: 2 ** 18 }).epsilon(2.5e-4)).to.be.at.least(truth);
    const [part] = partsOf(charges[0]?.[0] ?? gaussian(1), 'add-remove') as [LossPart];
    const pairs = [{ pair: part.pair('add'), times: 135_696 }];
    const added = composePairs(pairs, { logDelta: Math.log(2.5e-4) }, 'upper', { maxPoints: 2 ** 18 });
    expect(added.epsilon(2.5e-4)).to.be.at.least(truth);
  });

  it('has a lower bound that many rounds of a small sample do not wear off', () => {
    const rounds = charged('add-remove', [[sampled(0.001, gaussian(1)), 30_000]]);
    expect(rounds.errorBound(1e-7)).to.be.below(4e-3 * rounds.epsilon(1e-7));
  });

  it('takes an interval of the caller', () => {
    const charges: readonly Charge[] = [[sampled(0.1, gaussian(1)), 20]];
    const fine = charged('add-remove', charges).epsilonBounds(1e-5);
    const coarse = charged('add-remove', charges, { interval: 0.2 }).epsilonBounds(1e-5);
    expect(coarse.upper).to.be.above(fine.upper);
    expect(coarse.lower).to.be.below(fine.lower);
    for (const options of [{ interval: 0 }, { interval: 2 }, { maxPoints: 1000 }, { maxPoints: 3000 }]) {
      expect(() => createPldAccountant('replace', options))
        .to.throw(/got/)
        .with.property('code', 'PRIVACY_PARAMETER');
    }
  });

  it('refuses what it has no pair for, with the reason, and charges nothing of it', () => {
    const fixed: PrivacyEvent = { kind: 'fixed-size-sampled', population: 10, size: 2, event: gaussian(1) };
    const discrete: PrivacyEvent = { kind: 'discrete-gaussian', noiseMultiplier: 1, gridDeviation: 1000 };
    const refused: readonly PrivacyEvent[] = [
      fixed,
      discrete,
      { kind: 'skellam', noiseMultiplier: 1, gridDeviation: 1e4, dimension: 2 },
      { kind: 'summed-discrete-gaussian', noiseMultiplier: 1, shares: 3, shareDeviation: 1e4, dimension: 2 },
      sampled(0.5, fixed),
      sampled(0.5, { kind: 'exponential-mechanism', epsilon: 1 }),
      sampled(0.5, { kind: 'repeated', times: 2, event: gaussian(1) }),
      { kind: 'composed', events: [gaussian(1), { kind: 'repeated', times: 2, event: discrete }] },
    ];
    const accountant = createPldAccountant('add-remove');
    for (const event of refused) {
      expect(accountant.refuses(event), event.kind).to.be.a('string');
      expect(() => accountant.compose(event))
        .to.throw(accountant.refuses(event) ?? '')
        .with.property('code', 'PRIVACY_EVENT_UNSUPPORTED');
    }
    expect(accountant.epsilon(1e-9)).to.equal(0);
    const replacing = createPldAccountant('replace');
    expect(
      replacing.refuses(sampled(0.5, { kind: 'discrete-laplace', noiseMultiplier: 1, gridScale: 9 })),
    ).to.match(/replace/);
    expect(accountant.refuses(gaussian(1))).to.equal(undefined);
    const endless: PrivacyEvent = { kind: 'repeated', times: 2 ** 32, event: gaussian(1) };
    expect(() => accountant.compose(endless, 2 ** 32)).to.throw(/more than/);
    for (const wrong of [
      () => accountant.epsilon(0),
      () => accountant.delta(Number.NaN),
      () => accountant.compose(gaussian(1), 0),
    ]) {
      expect(wrong).to.throw(/got/).with.property('code', 'PRIVACY_PARAMETER');
    }
  });
});
