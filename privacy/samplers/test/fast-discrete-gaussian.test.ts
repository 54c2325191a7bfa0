import { expect } from 'chai';
import fc from 'fast-check';
import type { Rational } from '../../rational.ts';
import { refusal, seededBytes } from '../../test/support.ts';
import { cumulative, expBelow, sumError } from '../cumulative.ts';
import { fastDiscreteGaussian, SAMPLER_DIVERGENCE_BITS } from '../fast-discrete-gaussian.ts';
import { InversionTable } from '../inversion-table.ts';
import { RandomWords } from '../random-words.ts';
import { MAX_LIFETIME_DRAWS, samplerDelta } from '../sampler-delta.ts';
import { REFERENCE_BITS, referenceDigits, referenceExp, referenceSums } from './high-precision.ts';

const VARIANCES: readonly Rational[] = [
  { numerator: 1n, denominator: 1n << 20n },
  { numerator: 9n, denominator: 100n },
  { numerator: 1n, denominator: 1n },
  { numerator: 256n, denominator: 1n },
  { numerator: 1_234_567n, denominator: 89n },
  { numerator: 1n << 20n, denominator: 1n },
];

/** Words in a stated order, as bytes. */
function wordsOf(...given: readonly number[]): RandomWords {
  const bytes = new Uint8Array(8192);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of given.entries()) view.setUint32(4 * i, word, true);
  return new RandomWords(() => bytes);
}

/** The words with which U has these digits: 31 and the sign, then 32 at a time. */
function wordsOfDigits(digits: bigint, bits: bigint, negative = false): number[] {
  const words = [Number(digits >> (bits - 31n)) * 2 + (negative ? 1 : 0)];
  for (let rest = bits - 63n; rest >= 0n; rest -= 32n) words.push(Number((digits >> rest) & 0xffff_ffffn));
  return words;
}

describe('exponentials and cumulative weights', () => {
  it('hold the exponential between their bounds', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 30n }),
        fc.bigInt({ min: 1n, max: 1n << 24n }),
        fc.integer({ min: 40, max: 400 }),
        (numerator, denominator, bits) => {
          // The reference has 600 digits where the exponent is below 2^16.
          fc.pre(numerator < denominator << 12n);
          const exact = referenceExp({ numerator, denominator }) >> 16n;
          const unit = REFERENCE_BITS - 16n - BigInt(bits);
          const below = expBelow({ numerator, denominator }, bits);
          expect(below << unit <= exact + 1n && exact <= ((below + 2n) << unit) + 1n).to.equal(true);
        },
      ),
      { seed: 51, numRuns: 60 },
    );
  });

  it('hold the sums and the total between theirs', () => {
    for (const variance of VARIANCES.slice(1, 5)) {
      const exact = referenceSums(variance);
      const { sums, total } = cumulative(
        variance,
        128,
        12 * Math.ceil(Math.sqrt(Number(variance.numerator) / Number(variance.denominator))),
      );
      const unit = REFERENCE_BITS - 128n;
      for (const [j, sum] of sums.entries()) {
        const truth = exact[j] ?? exact[exact.length - 1] ?? 0n;
        expect(sum << unit <= truth + (1n << 64n)).to.equal(true);
        expect(truth <= (sum + sumError(j)) << unit).to.equal(true);
      }
      const whole = exact[exact.length - 1] ?? 0n;
      expect(total.low << unit <= whole && whole <= total.high << unit).to.equal(true);
    }
  });
});

describe('cumulative weights that are cut off early', () => {
  it('hold what lies beyond, and not twice as much', () => {
    for (const variance of VARIANCES.slice(1, 5)) {
      const exact = referenceSums(variance);
      const unit = REFERENCE_BITS - 128n;
      const whole = exact[exact.length - 1] ?? 0n;
      const deviation = Math.ceil(Math.sqrt(Number(variance.numerator) / Number(variance.denominator)));
      for (const reach of [deviation, 2 * deviation]) {
        const { sums, total } = cumulative(variance, 128, reach);
        expect(sums.length).to.equal(reach + 1);
        const beyond = whole - (exact[reach] ?? 0n);
        expect(total.low << unit <= whole && whole <= total.high << unit).to.equal(true);
        expect((total.high << unit) - whole <= beyond).to.equal(true);
      }
    }
  });

  it('has exponents up to 2^39', () => {
    expect(expBelow({ numerator: 1n << 39n, denominator: 1n }, 64)).to.equal(0n);
    expect(() => expBelow({ numerator: (1n << 39n) + 1n, denominator: 1n }, 64)).to.throw(RangeError);
  });
});

describe('inversion table', () => {
  it('keeps 63 digits of every cumulative probability, each of them right', () => {
    for (const variance of VARIANCES) {
      const exact = referenceSums(variance);
      const thresholds = new InversionTable(variance).thresholds;
      for (const [j, threshold] of thresholds.entries()) {
        if (
          threshold !== referenceDigits(exact, Math.min(j, exact.length - 1), 63n) &&
          threshold !== (1n << 63n) - 1n
        ) {
          expect.fail(`F_${j} of σ² = ${variance.numerator}/${variance.denominator}`);
        }
      }
      // The last one, and it alone, has no digit left below 1.
      expect(thresholds.indexOf((1n << 63n) - 1n)).to.equal(thresholds.length - 1);
    }
  });

  it('comes to the same digits from fewer at first', () => {
    const variance = { numerator: 100n, denominator: 1n };
    expect(new InversionTable(variance, 64).thresholds).to.deep.equal(
      new InversionTable(variance).thresholds,
    );
  });

  it('draws the first magnitude whose probability exceeds U, whatever its digits', () => {
    for (const variance of VARIANCES.slice(1, 5)) {
      const table = new InversionTable(variance);
      const { thresholds } = table;
      fc.assert(
        fc.property(fc.bigInt({ min: 0n, max: (1n << 63n) - 2n }), fc.boolean(), (digits, negative) => {
          const drawn = table.draw(wordsOf(...wordsOfDigits(digits, 63n, negative)));
          const magnitude = thresholds.findIndex((threshold) => digits < threshold);
          fc.pre(!thresholds.includes(digits));
          expect(drawn).to.equal(magnitude === 0 ? 0 : negative ? -magnitude : magnitude);
        }),
        { seed: 52, numRuns: 100 },
      );
    }
  });

  it('reads on where U and a probability agree so far', () => {
    const variance = { numerator: 400n, denominator: 1n };
    const exact = referenceSums(variance);
    const table = new InversionTable(variance);
    // Equal in the first 31 digits, 63, 95, 191 and 479: the last two need the sums computed anew, more than once.
    for (const bits of [31n, 63n, 95n, 191n, 479n]) {
      for (const j of [0, 1, 17, 60, 150]) {
        const digits = referenceDigits(exact, j, bits + 32n);
        const next = digits & 0xffff_ffffn;
        for (const [other, expected] of [
          [next - 1n, j],
          [next + 1n, j + 1],
        ] as const) {
          const words = wordsOfDigits(((digits >> 32n) << 32n) | other, bits + 32n);
          expect(table.draw(wordsOf(...words)), `${bits} digits of F_${j}`).to.equal(expected);
        }
      }
    }
  });

  it('looks at a probability whose first digits are those where its guide begins', () => {
    // F_0 = ½ + 2^−33.
    const table = new InversionTable({ numerator: 733_962_385_335_326_529n, denominator: 1n << 60n });
    expect((table.thresholds[0] ?? 0n) >> 29n).to.equal((1n << 33n) + 2n);
    expect(table.draw(wordsOf(2 ** 31, 0))).to.equal(0);
    expect(table.draw(wordsOf(2 ** 31, 2 ** 31))).to.equal(1);
  });

  it('goes on beyond its end', () => {
    const variance = { numerator: 4n, denominator: 1n };
    const exact = referenceSums(variance);
    const table = new InversionTable(variance);
    const end = table.thresholds.length;
    for (const j of [end, end + 3, end + 20]) {
      const words = wordsOfDigits(referenceDigits(exact, j, 479n) - 1n, 479n, true);
      expect(table.draw(wordsOf(...words))).to.equal(-j);
    }
  });
});

describe('fast discrete Gaussian', () => {
  it('is a convolution whose error is the one that its docstring states', () => {
    // S(c) = Σ_x ρ_r(x − c) with r^−2 = 1/16 + 2^−18 is the same for every c up to a factor 1 ± η.
    const inverse = { numerator: (1n << 14n) + 1n, denominator: 1n << 18n };
    const sumAt = (quarters: bigint) => {
      let sum = 0n;
      for (let x = -150n; x <= 150n; x++) {
        const distance = 4n * x - quarters;
        sum += referenceExp({
          numerator: distance * distance * inverse.numerator,
          denominator: 32n * inverse.denominator,
        });
      }
      return sum;
    };
    const [largest, smallest] = [sumAt(0n), sumAt(2n)];
    const swing = Number(((largest - smallest) << 500n) / smallest) / 2 ** 500;
    const eta = 2 * Math.exp(-2 * Math.PI ** 2 * (Number(inverse.denominator) / Number(inverse.numerator)));
    expect(swing / (2 * eta)).to.be.closeTo(1, 1e-6);
    expect(eta).to.be.below(2 ** -454);
    // Four convolutions, each at most ln((1 + η)/(1 − η)).
    expect(4 * 2 * eta * 1.001).to.be.below(2 ** -SAMPLER_DIVERGENCE_BITS);
  });

  it('is a table up to σ = 1024, and the stated convolutions above', () => {
    const table = (numerator: bigint, denominator = 1n) => new InversionTable({ numerator, denominator });
    const parts = (variance: bigint, k: bigint, d = 1n) => [
      table(16n * k * k),
      table(variance - 16n * k * k * d, k * k * d),
    ];
    for (const [variance, d, k, tables] of [
      [1n << 20n, 1n, 1n, [table(1n << 20n)]],
      [1n << 22n, 1n, 2n, parts(1n << 22n, 2n)],
      [(1n << 22n) + 1n, 1n, 4n, parts((1n << 22n) + 1n, 4n)],
      [9n << 20n, 3n, 2n, parts(9n << 20n, 2n, 3n)],
      [((1n << 20n) + 16n) << 16n, 1n, 256n, parts(((1n << 20n) + 16n) << 16n, 256n)],
    ] as const) {
      const draw = fastDiscreteGaussian({ numerator: variance, denominator: d }, seededBytes('parts'));
      const words = new RandomWords(seededBytes('parts'));
      for (let i = 0; i < 400; i++) {
        const [first = 0, second = 0] = tables.map((each) => each.draw(words));
        expect(draw(), `${variance}`).to.equal(first + Number(k) * second);
      }
    }
    const smallest = { numerator: 1n, denominator: 1n << 20n };
    expect(fastDiscreteGaussian(smallest, seededBytes('narrow'))()).to.equal(0);
    const widest = fastDiscreteGaussian({ numerator: 1n << 50n, denominator: 1n }, seededBytes('pinned'));
    expect(Array.from({ length: 3 }, widest)).to.deep.equal([38983766, -10714632, 15736534]);
  });

  it('has the stated variance up to the largest σ, and gives integers without a negative zero', () => {
    for (const exponent of [0n, 19n, 21n, 36n, 52n, 68n, 79n]) {
      const variance = 1n << exponent;
      const draw = fastDiscreteGaussian(
        { numerator: 3n * variance, denominator: 2n },
        seededBytes(`σ ${exponent}`),
      );
      const draws = 40_000;
      let squares = 0;
      for (let i = 0; i < draws; i++) {
        const x = draw();
        if (!Number.isSafeInteger(x) || Object.is(x, -0)) expect.fail(`drew ${x}`);
        squares += x * x;
      }
      const ratio = squares / draws / (1.5 * 2 ** Number(exponent));
      expect(Math.abs(ratio - 1), `2^${exponent}`).to.be.below(4.9 * Math.sqrt(2 / draws));
    }
  });

  it('draws the same from the same bytes, and takes them from the source alone', () => {
    const draws = (seed: string) => {
      const draw = fastDiscreteGaussian({ numerator: 10n ** 9n, denominator: 7n }, seededBytes(seed));
      return Array.from({ length: 500 }, draw);
    };
    expect(draws('a')).to.deep.equal(draws('a'));
    expect(draws('a')).to.not.deep.equal(draws('b'));
    const pinned = fastDiscreteGaussian({ numerator: 1n << 36n, denominator: 1n }, seededBytes('pinned'));
    expect(Array.from({ length: 6 }, pinned)).to.deep.equal([
      -85930, 195751, -83713, 342742, 252379, -231092,
    ]);
  });

  it('makes every table anew when more are in use than it keeps', () => {
    const drawAll = () =>
      Array.from({ length: 20 }, (_, i) =>
        fastDiscreteGaussian({ numerator: BigInt(i + 1), denominator: 1n }, seededBytes(`${i}`))(),
      );
    expect(drawAll()).to.deep.equal(drawAll());
  });

  it('refuses another variance, and a source that runs dry', async () => {
    for (const [numerator, denominator] of [
      [0n, 1n],
      [-1n, 1n],
      [1n, 0n],
      [1n, (1n << 20n) + 1n],
      [1n << 80n, 1n],
    ] as const) {
      const error = await refusal(() => fastDiscreteGaussian({ numerator, denominator }, seededBytes('x')));
      expect(error.code).to.equal('PRIVACY_PARAMETER');
    }
    const dry = fastDiscreteGaussian({ numerator: 1n, denominator: 1n }, () => new Uint8Array(3));
    expect((await refusal(dry)).code).to.equal('RANDOM_SOURCE');
  });
});

describe('what the fast sampler costs in δ', () => {
  it('is (1 + e^ε)·draws·2^−450, never below it, and says where it proves nothing', () => {
    expect(samplerDelta({ draws: 0, epsilon: 5 })).to.equal(0);
    for (const epsilon of [-1, 0, 1, 8, 100, 200]) {
      for (const draws of [1, 1e6, MAX_LIFETIME_DRAWS]) {
        const exact = (1 + Math.exp(epsilon)) * draws * 2 ** -SAMPLER_DIVERGENCE_BITS;
        expect(samplerDelta({ draws, epsilon }) / exact).to.be.within(1, 2.01);
      }
    }
    expect(samplerDelta({ draws: MAX_LIFETIME_DRAWS, epsilon: 20 })).to.be.below(1e-100);
    expect(samplerDelta({ draws: MAX_LIFETIME_DRAWS, epsilon: 300 })).to.equal(1);
  });

  it('refuses other numbers', async () => {
    for (const [draws, epsilon] of [
      [-1, 1],
      [2 ** 65, 1],
      [1, Number.NaN],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      expect((await refusal(() => samplerDelta({ draws, epsilon }))).code).to.equal('PRIVACY_PARAMETER');
    }
  });
});
