import { expect } from 'chai';
import { gaussianDelta } from '../../gaussian-curve.ts';
import { type SampledDirection, sampledGaussianDelta } from '../index.ts';

type Row = readonly [
  id: string,
  noise: number,
  sensitivity: number,
  rate: number,
  direction: SampledDirection,
  curve: Readonly<Record<string, number>>,
];

const PUBLISHED: readonly Row[] = [
  ['R22', 1, 1, 1, 'add', { '-2': 0.86749642, '0': 0.38292492, '1': 0.12693674, '2': 0.020923636 }],
  ['R23', 1, 1, 0.2, 'add', { '-0.3': 0.27768558, '0': 0.076584985, '0.2': 0.00020196, '0.3': 0 }],
  ['R24', 1, 1, 0.2, 'remove', { '-0.3': 0.25918178, '0': 0.076584985, '0.5': 0.012494629, '1': 0.00229682 }],
  ['R25', 1, 1, 1, 'replace', { '-2': 0.90958223, '0': 0.68268949, '1': 0.50986166, '2': 0.331897999 }],
  [
    'R26',
    1,
    1,
    0.2,
    'replace',
    { '-0.3': 0.29584154, '0': 0.1365379, '0.5': 0.0250311655, '1': 0.004734828 },
  ],
  ['R27', 1, 1, 0.8, 'add', { '1': 0.0231362104090899 }],
  ['R28', 1, 3, 0.7, 'add', { '1': 0.1195051215523554 }],
  ['R29', 1, 1, 0.8, 'remove', { '1': 0.0816951786585355 }],
  ['R30', 1, 3, 0.7, 'remove', { '1': 0.5356298793262404 }],
  ['R31', 2, 6, 0.4, 'remove', { '1': 0.2888308005139968 }],
  ['R32', 1, 1, 0.3, 'remove', { '2': 0.0003341102928869332 }],
  ['R33', 5, 5, 0.2, 'remove', { '-0.25': 0.2211992169285951 }],
  ['R34', 2, 1, 0.8, 'replace', { '1': 0.05808665654484252 }],
  ['R35', 3, 2, 0.8, 'replace', { '1': 0.13711260900644096 }],
  ['R36', 2, 3, 0.7, 'replace', { '1': 0.4013057526509164 }],
  ['R37', 3, 6, 0.4, 'replace', { '1': 0.20752885274183325 }],
  ['R38', 2, 1, 0.3, 'replace', { '2': 2.4770380148941894e-9 }],
  ['R39', 10, 5, 0.2, 'replace', { '-0.25': 0.22989794629827498 }],
  ['R40', 1, 3, 1, 'add', { '1': 0.78760074 }],
];

describe('δ(ε) of one sampled Gaussian', () => {
  for (const [id, noiseMultiplier, sensitivity, rate, direction, curve] of PUBLISHED) {
    it(`equals the published figures: ${id}`, () => {
      for (const [epsilon, delta] of Object.entries(curve)) {
        const ours = sampledGaussianDelta(Number(epsilon), { noiseMultiplier, sensitivity, rate, direction });
        expect(ours).to.be.closeTo(delta, 1e-8);
      }
    });
  }

  it('keeps its relative accuracy in the tail', () => {
    // From 40-digit arithmetic would be no different: q·H(1 + (eᵋ − 1)/q), the inner one exact.
    const inner = Math.log(1 + Math.expm1(3) / 0.01);
    const tail = sampledGaussianDelta(3, { noiseMultiplier: 1, rate: 0.01, direction: 'remove' });
    expect(tail / (0.01 * gaussianDelta(inner, 1))).to.be.within(1, 1 + 1e-11);
  });

  it('agrees at both ends: nobody, everybody, and ε far out', () => {
    for (const direction of ['remove', 'add', 'replace'] as const) {
      const at = (epsilon: number, rate: number) =>
        sampledGaussianDelta(epsilon, { noiseMultiplier: 2, rate, direction });
      expect(at(0.5, 0)).to.equal(0);
      const whole = gaussianDelta(0.5, direction === 'replace' ? 1 : 0.5);
      expect(at(0.5, 1)).to.be.closeTo(whole, 1e-12);
      expect(at(0.5, 1 - 1e-12)).to.be.closeTo(whole, 1e-11);
      expect(at(-800, 0.5)).to.equal(1);
      expect(at(800, 0.5)).to.be.at.most(1e-290);
    }
  });

  it('refuses numbers out of range', () => {
    const good = { noiseMultiplier: 1, rate: 0.5, direction: 'add' } as const;
    const bad = [{ noiseMultiplier: 0 }, { rate: 1.5 }, { sensitivity: -1 }, { direction: 'both' as 'add' }];
    for (const wrong of bad) {
      expect(() => sampledGaussianDelta(1, { ...good, ...wrong }))
        .to.throw(/got/)
        .with.property('code', 'PRIVACY_PARAMETER');
    }
    expect(() => sampledGaussianDelta(Number.NaN, good)).to.throw(/NaN/);
  });
});
