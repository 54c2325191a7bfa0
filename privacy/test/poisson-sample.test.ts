import { expect } from 'chai';
import { poissonSample } from '../index.ts';
import { seededBytes } from './support.ts';

describe('Poisson sampling', () => {
  it('draws each unit with the rate, independently of its neighbour', () => {
    const count = 40_000;
    for (const rate of [0.01, 0.1, 1 / 3, 0.5, 0.97]) {
      const drawn = poissonSample(count, rate, seededBytes(`rate ${rate}`));
      const total = drawn.reduce((sum, each) => sum + each, 0);
      // Five standard deviations.
      expect(Math.abs(total - count * rate)).to.be.below(5 * Math.sqrt(count * rate * (1 - rate)));
      const pairs = drawn.reduce((sum, each, i) => sum + each * (drawn[i + 1] ?? 0), 0);
      expect(Math.abs(pairs / (count - 1) - rate ** 2)).to.be.below((5 * rate) / Math.sqrt(count));
    }
  });

  it('varies in size, as a batch of fixed size would not', () => {
    const source = seededBytes('sizes');
    const sizes = Array.from({ length: 400 }, () =>
      poissonSample(100, 0.2, source).reduce((sum, each) => sum + each, 0),
    );
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / (sizes.length - 1);
    expect(mean).to.be.within(19, 21);
    expect(variance).to.be.within(12, 20.5);
  });

  it('knows certainty, the least double, and nobody', () => {
    expect(poissonSample(9, 1, seededBytes('one'))).to.deep.equal(new Uint8Array(9).fill(1));
    expect(poissonSample(50, Number.MIN_VALUE, seededBytes('least'))).to.deep.equal(new Uint8Array(50));
    expect(poissonSample(0, 0.5, seededBytes('nobody'))).to.have.length(0);
  });

  it('is the same for the same bytes and refuses what is no rate', () => {
    const draw = (rate: number) => poissonSample(64, rate, seededBytes('same'));
    expect(draw(0.3)).to.deep.equal(draw(0.3));
    for (const rate of [0, -0.1, 1.01, Number.NaN]) {
      expect(() => draw(rate))
        .to.throw()
        .with.property('code', 'PRIVACY_PARAMETER');
    }
  });
});
