import { expect } from 'chai';
import { integerSquareRoot } from '../rational.ts';

describe('integer square root', () => {
  it('is the largest integer whose square is not above', () => {
    const values = [...Array(70).keys()].map(BigInt);
    for (const bits of [30n, 31n, 64n, 127n, 128n])
      values.push((1n << bits) - 1n, 1n << bits, (1n << bits) + 1n);
    for (const value of values) {
      const root = integerSquareRoot(value);
      expect(root * root <= value && (root + 1n) * (root + 1n) > value, `${value}`).to.equal(true);
    }
  });
});
