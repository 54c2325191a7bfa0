import { expect } from 'chai';
import type { PrivacyRelation } from '../../../events.ts';
import type { PrivacyEvent } from '../../../privacy-event.ts';
import { gaussianDelta, gaussianEpsilon } from '../../gaussian-curve.ts';
import { cumulant } from '../cumulant.ts';
import {
  ComposedLoss,
  composeDistributions,
  type LossDirection,
  type PrivacyLossDistribution,
  privacyLossDistribution,
  sampledGaussianDelta,
  selfCompose,
} from '../index.ts';
import { gaussian, laplace, sampled } from './events.ts';

type Curve = (epsilon: number) => number;

/** δ of one Laplace release of pure ε `ratio`: 1 − exp((ε − ratio)/2) between −ratio and ratio. */
const laplaceDelta =
  (ratio: number): Curve =>
  (epsilon) =>
    epsilon >= ratio ? 0 : epsilon < -ratio ? -Math.expm1(epsilon) : -Math.expm1((epsilon - ratio) / 2);

/** By the definition of the divergence, from the curve of the release itself. */
const removed =
  (curve: Curve, rate: number): Curve =>
  (epsilon) => {
    const inner = 1 + Math.expm1(epsilon) / rate;
    return inner <= 0 ? -Math.expm1(epsilon) : rate * curve(Math.log(inner));
  };

const added =
  (curve: Curve, rate: number): Curve =>
  (epsilon) => {
    const factor = 1 - (1 - rate) * Math.exp(epsilon);
    return factor <= 0 ? 0 : factor * curve(Math.log((rate * Math.exp(epsilon)) / factor));
  };

/** One unit exchanged, Laplace noise of scale b: the sum over x of (p − eᵋq)₊, by the rule of the middle. */
const replacedLaplace =
  (scale: number, rate: number): Curve =>
  (epsilon) => {
    const noise = (x: number) => Math.exp(-Math.abs(x) / scale) / (2 * scale);
    const steps = 40_000;
    const [low, high] = [-1 - 40 * scale, 1 + 40 * scale];
    let sum = 0;
    for (let k = 0; k < steps; k++) {
      const x = low + ((k + 0.5) / steps) * (high - low);
      const none = (1 - rate) * noise(x);
      sum += Math.max(0, none + rate * noise(x - 1) - Math.exp(epsilon) * (none + rate * noise(x + 1)));
    }
    return (sum * (high - low)) / steps;
  };

/** Whole-number noise, by summation over it. */
const discreteLaplaceDelta =
  (shift: number, scale: number): Curve =>
  (epsilon) => {
    const norm = (1 + Math.exp(-1 / scale)) / (1 - Math.exp(-1 / scale));
    let sum = 0;
    for (let k = -60 * scale; k <= shift + 60 * scale; k++) {
      const p = Math.exp(-Math.abs(k) / scale) / norm;
      sum += Math.max(0, p - (Math.exp(epsilon) * Math.exp(-Math.abs(k - shift) / scale)) / norm);
    }
    return sum;
  };

type Case = readonly [
  name: string,
  event: PrivacyEvent,
  relation: PrivacyRelation,
  direction: LossDirection,
  curve: Curve,
  accuracy?: number,
];

const CASES: readonly Case[] = [
  ['Gaussian', gaussian(1.3), 'add-remove', 'remove', (e) => gaussianDelta(e, 1 / 1.3)],
  ['Gaussian, replace', gaussian(1.3), 'replace', 'remove', (e) => gaussianDelta(e, 2 / 1.3)],
  [
    'correlated Gaussian',
    { kind: 'correlated-gaussian', noiseMultiplier: 4, sensitivity: 2.5 },
    'add-remove',
    'add',
    (e) => gaussianDelta(e, 2.5 / 4),
  ],
  [
    'discrete Gaussian',
    { kind: 'discrete-gaussian', noiseMultiplier: 1.3, gridDeviation: 1024 },
    'add-remove',
    'remove',
    (e) => gaussianDelta(e, 1 / (1.3 * Math.sqrt(1 - 5 / 1024 ** 2))),
  ],
  ['Laplace', laplace(0.7), 'add-remove', 'add', laplaceDelta(1 / 0.7)],
  ['Laplace, replace', laplace(0.7), 'replace', 'add', laplaceDelta(2 / 0.7)],
  [
    'discrete Laplace',
    { kind: 'discrete-laplace', noiseMultiplier: 1.1, gridScale: 5 },
    'add-remove',
    'remove',
    discreteLaplaceDelta(4, 5),
  ],
  [
    'discrete Laplace, replace',
    { kind: 'discrete-laplace', noiseMultiplier: 1.1, gridScale: 5 },
    'replace',
    'remove',
    discreteLaplaceDelta(8, 5),
  ],
  [
    'exponential mechanism',
    { kind: 'exponential-mechanism', epsilon: 0.8 },
    'replace',
    'remove',
    (e) => (e >= 0.8 ? 0 : e < -0.8 ? -Math.expm1(e) : Math.expm1((e - 0.8) / 2) ** 2 / -Math.expm1(-0.8)),
  ],
  [
    'ε and δ',
    { kind: 'epsilon-delta', epsilon: 0.8, delta: 0.01 },
    'replace',
    'remove',
    (e) => 0.01 + 0.99 * Math.max(0, -Math.expm1(e), (Math.exp(0.8) - Math.exp(e)) / (1 + Math.exp(0.8))),
  ],
  ...(['remove', 'add'] as const).map((direction): Case => {
    const curve = (e: number) => sampledGaussianDelta(e, { noiseMultiplier: 0.8, rate: 0.15, direction });
    return [`sampled Gaussian, ${direction}`, sampled(0.15, gaussian(0.8)), 'add-remove', direction, curve];
  }),
  [
    'sampled Gaussian, replace',
    sampled(0.15, gaussian(0.8)),
    'replace',
    'remove',
    (e) => sampledGaussianDelta(e, { noiseMultiplier: 0.8, rate: 0.15, direction: 'replace' }),
  ],
  [
    'sampled Laplace, remove',
    sampled(0.3, laplace(0.7)),
    'add-remove',
    'remove',
    removed(laplaceDelta(1 / 0.7), 0.3),
  ],
  [
    'sampled Laplace, add',
    sampled(0.3, laplace(0.7)),
    'add-remove',
    'add',
    added(laplaceDelta(1 / 0.7), 0.3),
  ],
  [
    'sampled Laplace, replace',
    sampled(0.3, laplace(0.7)),
    'replace',
    'remove',
    replacedLaplace(0.7, 0.3),
    1e-6,
  ],
  [
    'sampled discrete Laplace, add',
    sampled(0.3, { kind: 'discrete-laplace', noiseMultiplier: 1.1, gridScale: 5 }),
    'add-remove',
    'add',
    added(discreteLaplaceDelta(4, 5), 0.3),
  ],
];

const EPSILONS = [-2.31, -0.77, -0.2, 0.01, 0.13, 0.4, 0.79, 1.3, 1.7, 2.9];

describe('a privacy loss on a grid', () => {
  for (const [name, event, relation, direction, curve, accuracy = 1e-9] of CASES) {
    it(`is nowhere below the truth and nowhere above it: ${name}`, () => {
      for (const interval of [1 / 3, 2 ** -6]) {
        const make = (bound: 'upper' | 'lower') => {
          const distribution = privacyLossDistribution(event, relation, direction, { interval, bound });
          return selfCompose(distribution, 1, { epsilon: 0 });
        };
        const [upper, lower] = [make('upper'), make('lower')];
        for (const epsilon of EPSILONS) {
          const truth = curve(epsilon);
          expect(upper.delta(epsilon), `upper at ${epsilon}`).to.be.at.least(truth - accuracy);
          expect(lower.delta(epsilon), `lower at ${epsilon}`).to.be.at.most(truth + accuracy);
          const node = Math.round(epsilon / interval) * interval;
          if (interval < 0.1) {
            // The dots themselves are on the curve.
            expect(upper.delta(node)).to.be.closeTo(curve(node), 2 * accuracy);
            expect(lower.delta(epsilon)).to.be.closeTo(truth, 0.012);
          }
        }
      }
    });
  }

  it('of a Gaussian stays on its side when it is composed, on a coarse grid too', () => {
    const mu = 0.5;
    for (const interval of [0.25, 1 / 32]) {
      for (const times of [2, 7, 50]) {
        for (const delta of [1e-2, 1e-6, 1e-30]) {
          const truth = gaussianEpsilon(delta, mu * Math.sqrt(times));
          const epsilon = (bound: 'upper' | 'lower') => {
            const options = { interval, bound, tail: 1e-40 };
            const one = privacyLossDistribution(gaussian(1 / mu), 'add-remove', 'remove', options);
            return selfCompose(one, times, { logDelta: Math.log(delta) }).epsilon(delta);
          };
          const [lower, upper] = [epsilon('lower'), epsilon('upper')];
          expect(upper).to.be.at.least(truth * (1 - 1e-9));
          expect(lower).to.be.at.most(truth * (1 + 1e-9));
          if (interval < 0.1) {
            expect(upper / truth).to.be.below(1.001);
            expect(lower / truth).to.be.above(0.998);
          }
        }
      }
    }
  });

  it('loses nothing of what is cut off', () => {
    for (const event of [gaussian(1), sampled(0.4, gaussian(1)), laplace(1)]) {
      const cut = (bound: 'upper' | 'lower') =>
        privacyLossDistribution(event, 'add-remove', 'remove', { interval: 2 ** -5, tail: 0.02, bound });
      const total = ({ masses, infinityMass }: PrivacyLossDistribution) =>
        masses.reduce((sum, mass) => sum + mass, infinityMass);
      expect(total(cut('upper'))).to.be.within(1, 1 + 1e-9);
      expect(total(cut('lower'))).to.be.within(0.9, 1);
    }
    const cut = privacyLossDistribution(gaussian(1), 'add-remove', 'remove', { interval: 0.1, tail: 0.02 });
    for (const times of [1, 3]) {
      const composed = selfCompose(cut, times, { epsilon: 1 });
      for (const epsilon of [-3, 0, 1, 3, 9]) {
        const truth = gaussianDelta(epsilon, Math.sqrt(times));
        expect(composed.delta(epsilon)).to.be.within(truth, 1.05 * truth + 0.05);
      }
    }
  });

  it('charges the error of the transform, more of it the further below the aim', () => {
    const masses = {
      interval: 0.1,
      first: 0,
      tilted: Float64Array.of(0.5, 0.3, 0.2),
      theta: 2,
      logScale: 0,
      relativeError: 0,
      wrapped: 0,
      infinityMass: 0,
      shift: 0,
    };
    const at = (bound: 'upper' | 'lower', error: number) =>
      new ComposedLoss({ ...masses, bound, error }).delta(0.05);
    // ‖error‖ times a bound on the norm of the weights exp(−θ·loss): three points of weight 1.
    const charge = 1e-3 * Math.exp(-0.1) * Math.sqrt(3);
    expect(at('upper', 1e-3) - at('upper', 0)).to.be.closeTo(charge, 1e-9);
    expect(at('lower', 0) - at('lower', 1e-3)).to.be.closeTo(charge, 1e-9);
  });

  it('has cumulants that neither a far loss nor a small mass upsets', () => {
    const law = { logMasses: Float64Array.of(-740, 0), losses: Float64Array.of(-10_000, 0) };
    expect(cumulant(law, -0.076)).to.be.closeTo(20 + Math.log1p(Math.exp(-20)), 1e-9);
    expect(cumulant(law, -0.05)).to.be.closeTo(0, 1e-12);
    expect(cumulant(law, 3)).to.equal(0);
  });

  it('rounded down in place of up would be found out', () => {
    const one = privacyLossDistribution(gaussian(2), 'add-remove', 'remove', { interval: 2 ** -6 });
    const wrong: PrivacyLossDistribution = { ...one, first: one.first - 1 };
    const truth = gaussianEpsilon(1e-6, Math.sqrt(50) / 2);
    const aim = { logDelta: Math.log(1e-6) };
    expect(selfCompose(one, 50, aim).epsilon(1e-6)).to.be.at.least(truth);
    expect(selfCompose(wrong, 50, aim).epsilon(1e-6)).to.be.below(truth * 0.99);
  });

  it('composes twice to what a quadrature over the first gives', () => {
    const options = { noiseMultiplier: 0.9, rate: 0.2 };
    for (const direction of ['remove', 'add'] as const) {
      const exact = (e: number) => sampledGaussianDelta(e, { ...options, direction });
      const twice = (epsilon: number) => quadratureTwice(epsilon, options, direction, exact);
      const bounds = (['upper', 'lower'] as const).map((bound) =>
        selfCompose(
          privacyLossDistribution(sampled(0.2, gaussian(0.9)), 'add-remove', direction, {
            interval: 2 ** -9,
            bound,
          }),
          2,
          { epsilon: 0.3 },
        ),
      );
      for (const epsilon of [0.1, 0.3]) {
        const truth = twice(epsilon);
        const [upper, lower] = bounds.map((bound) => bound.delta(epsilon));
        expect(upper).to.be.within(truth * (1 - 1e-7), truth * 1.001);
        expect(lower).to.be.within(truth * 0.998, truth * (1 + 1e-7));
      }
    }
  });

  it('refuses parts that do not go together, and grids that are too fine', () => {
    const code = 'PRIVACY_PARAMETER';
    const one = privacyLossDistribution(gaussian(2), 'add-remove', 'remove', { interval: 0.01 });
    const other = privacyLossDistribution(gaussian(2), 'add-remove', 'remove', { interval: 0.02 });
    const aim = { epsilon: 1 };
    const parts = [
      { distribution: one, times: 1 },
      { distribution: other, times: 1 },
    ];
    expect(() => composeDistributions(parts, aim))
      .to.throw(/different intervals/)
      .with.property('code', code);
    expect(() => composeDistributions([], aim))
      .to.throw(/none/)
      .with.property('code', code);
    expect(() => selfCompose(one, 0, aim))
      .to.throw(/times/)
      .with.property('code', code);
    expect(() => selfCompose(one, 2, { epsilon: Number.NaN }))
      .to.throw(/aim/)
      .with.property('code', code);
    expect(() => selfCompose(one, 2 ** 32, aim))
      .to.throw(/window/)
      .with.property('code', code);
    expect(() => privacyLossDistribution(gaussian(0.01), 'replace', 'add', { interval: 1e-6 }))
      .to.throw(/points/)
      .with.property('code', code);
    expect(() => privacyLossDistribution({ kind: 'unprotected' }, 'replace', 'add', { interval: 0.1 }))
      .to.throw(/one release/)
      .with.property('code', 'PRIVACY_EVENT_UNSUPPORTED');
  });
});

/** E[δ(ε − L)] over the loss L of one release, by trapezia in its noise. */
function quadratureTwice(
  epsilon: number,
  { noiseMultiplier, rate }: { readonly noiseMultiplier: number; readonly rate: number },
  direction: LossDirection,
  exact: Curve,
): number {
  const mu = 1 / noiseMultiplier;
  const step = 1 / 512;
  const normal = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = 0;
  for (let x = -10; x <= 12; x += step) {
    const mixed = Math.log(1 - rate + rate * Math.exp(mu * x - (mu * mu) / 2));
    const loss = direction === 'remove' ? mixed : -mixed;
    const density = direction === 'remove' ? (1 - rate) * normal(x) + rate * normal(x - mu) : normal(x);
    sum += density * exact(epsilon - loss) * step;
  }
  return sum;
}
