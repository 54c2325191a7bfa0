import { expect } from 'chai';
import { RandomIntegers } from '../random-integers.ts';

/** Integers from these words, and zeros after them. */
function from(...words: readonly number[]): RandomIntegers {
  const bytes = new Uint8Array(8192);
  for (const [i, word] of words.entries()) {
    bytes[2 * i] = word & 0xff;
    bytes[2 * i + 1] = word >> 8;
  }
  return new RandomIntegers(() => bytes.slice());
}

describe('random integers', () => {
  it('are words of two bytes, the lower one first, and a coin is the lowest bit', () => {
    expect(from(0x1234).word()).to.equal(0x1234);
    const coins = from(1, 2, 0xffff);
    expect([coins.coin(), coins.coin(), coins.coin()]).to.deep.equal([true, false, true]);
  });

  it('take the fewest bits that hold them, from every word', () => {
    const cases: [bound: number, words: number[], value: number][] = [
      [1, [], 0],
      [2, [0xfffd], 1],
      [5, [0xfffc], 4],
      [2 ** 16 - 1, [0xffff, 0xfffe], 0xfffe],
      [2 ** 16, [0xffff], 0xffff],
      [2 ** 16 + 1, [0xffff, 0xfff2], 0xffff],
      [2 ** 17, [0xffff, 0xfffd], 2 ** 17 - 1],
      [2 ** 32, [0x1235, 0xabcd], 0xabcd_1235],
      [2 ** 53, [0xffff, 0xffff, 0xffff, 0xffff], Number.MAX_SAFE_INTEGER],
    ];
    for (const [bound, words, value] of cases) {
      const integers = from(...words, 0x4321);
      expect(integers.below(bound), `${bound}`).to.equal(value);
      expect(integers.word(), `after ${bound}`).to.equal(0x4321);
    }
    // What reaches the bound is drawn again.
    expect(from(7, 6, 5, 3).below(5)).to.equal(3);
  });

  it('compare a fraction digit by digit, of 16 bits below a denominator of 2^37 and of 32 from there', () => {
    for (const [denominator, words] of [
      [2, 1],
      [2 ** 37 - 2, 1],
      [2 ** 37, 2],
    ] as const) {
      const integers = from(0x7fff, 0xffff, 0x4321);
      expect(integers.bernoulli(denominator / 2, denominator)).to.equal(true);
      expect(integers.word(), `${denominator}`).to.equal(words === 1 ? 0xffff : 0x4321);
    }
    for (const denominator of [2, 2 ** 40])
      expect(from(0x8000).bernoulli(denominator / 2, denominator)).to.equal(false);
  });
});
