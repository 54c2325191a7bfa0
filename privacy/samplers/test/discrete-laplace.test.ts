import { expect } from 'chai';
import { refusal, seededBytes } from '../../test/support.ts';
import { discreteLaplace } from '../discrete-laplace.ts';

describe('discrete Laplace', () => {
  it('has probabilities that agree with the definition, at a scale below 1 too', () => {
    for (const [numerator, denominator] of [
      [1n, 2n],
      [1n, 1n],
      [7n, 3n],
    ] as const) {
      const scale = Number(numerator) / Number(denominator);
      const draw = discreteLaplace({ numerator, denominator }, seededBytes(`frequencies ${scale}`));
      const draws = 60_000;
      const seen = new Map<number, number>();
      for (let i = 0; i < draws; i++) {
        const x = draw();
        seen.set(x, (seen.get(x) ?? 0) + 1);
      }
      const q = Math.exp(-1 / scale);
      for (const x of [-3, -2, -1, 0, 1, 2, 3]) {
        const expected = draws * ((1 - q) / (1 + q)) * q ** Math.abs(x);
        expect(Math.abs((seen.get(x) ?? 0) - expected), `${x}`).to.be.below(4.9 * Math.sqrt(expected) + 1);
      }
    }
  });

  it('draws the same from equal fractions and equal bytes', () => {
    const draws = (factor: bigint) => {
      const draw = discreteLaplace({ numerator: 9n * factor, denominator: 4n * factor }, seededBytes('same'));
      return Array.from({ length: 300 }, draw);
    };
    expect(draws(1n << 60n)).to.deep.equal(draws(1n));
    expect(draws(1n).some((x) => Object.is(x, -0))).to.equal(false);
  });

  it('takes terms up to 2^40', () => {
    for (const [numerator, denominator] of [
      [1n << 40n, 1n],
      [1n, 1n << 40n],
    ] as const)
      expect(discreteLaplace({ numerator, denominator }, seededBytes('ends'))() % 1).to.equal(0);
  });

  it('refuses another scale, and a source that runs dry', async () => {
    for (const [numerator, denominator] of [
      [0n, 1n],
      [-1n, 2n],
      [1n, 0n],
      [(1n << 40n) + 1n, 1n],
      [1n, (1n << 40n) + 1n],
    ] as const) {
      const error = await refusal(() => discreteLaplace({ numerator, denominator }, seededBytes('x')));
      expect(error.code).to.equal('PRIVACY_PARAMETER');
    }
    const dry = discreteLaplace({ numerator: 5n, denominator: 1n }, () => new Uint8Array(3));
    expect((await refusal(dry)).code).to.equal('RANDOM_SOURCE');
  });
});
