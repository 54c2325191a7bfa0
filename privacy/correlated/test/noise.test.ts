import { expect } from 'chai';
import { MAX_GRID_BITS } from '../../grid.ts';
import type { MechanismOptions } from '../../mechanism.ts';
import { discreteGaussian } from '../../samplers/discrete-gaussian.ts';
import { refusal, seededBytes } from '../../test/support.ts';
import { bandedCoefficients } from '../banded.ts';
import { CorrelatedNoise, type CorrelatedNoiseCollaborators } from '../noise.ts';
import type { CorrelatedNoiseOptions } from '../options.ts';
import { COEFFICIENT_BITS, type CorrelatedPlan, correlatedPlan, integerCoefficients } from '../plan.ts';
import { correlatedSum } from '../release.ts';
import { squareRootCoefficients } from '../square-root.ts';
import { inverseCoefficients } from '../toeplitz.ts';

const mechanism: MechanismOptions = { clipNorm: 1, noiseMultiplier: 2, gridBits: 10 };
/** σ of Z in fine steps. */
const DEVIATION = 2 ** (11 + COEFFICIENT_BITS);

function optionsOf(plan: CorrelatedPlan, dimension: number): CorrelatedNoiseOptions {
  return { ...mechanism, plan, dimension };
}

const banded = correlatedPlan({
  rounds: 20,
  minSeparation: 4,
  coefficients: bandedCoefficients({ rounds: 20, minSeparation: 4 }),
});

/** A generator whose draws of Z are kept, row by row. */
function recorded(options: CorrelatedNoiseOptions, seed: string) {
  const drawn: number[] = [];
  const collaborators: CorrelatedNoiseCollaborators = {
    randomBytes: seededBytes(seed),
    sampler: (variance, randomBytes) => {
      const draw = discreteGaussian(variance, randomBytes);
      return () => {
        const value = draw();
        drawn.push(value);
        return value;
      };
    },
  };
  return { noise: new CorrelatedNoise(options, collaborators), drawn };
}

describe('correlated noise', () => {
  for (const [name, plan] of [
    ['banded', banded],
    [
      'square root',
      correlatedPlan({ rounds: 20, minSeparation: 4, coefficients: squareRootCoefficients(20) }),
    ],
    ['signed', correlatedPlan({ rounds: 20, minSeparation: 4, coefficients: [1, -0.75, 0.5] })],
  ] as const) {
    it(`${name}: is C⁻¹Z row by row, up to roundings of half a fine step`, () => {
      const { noise, drawn } = recorded(optionsOf(plan, 3), name);
      const inverse = inverseCoefficients(plan);
      const slack = 0.5 * inverse.reduce((sum, value) => sum + Math.abs(value), 0) + 1e-3;
      for (let t = 0; t < 20; t++) {
        const row = noise.next([]);
        expect(row.every(Number.isSafeInteger)).to.equal(true);
        for (let i = 0; i < 3; i++) {
          let exact = 0;
          for (let s = 0; s <= t; s++) exact += inverse[t - s]! * drawn[3 * s + i]!;
          expect(row[i]).to.be.closeTo(exact, slack);
        }
      }
    });

    it(`${name}: what is released follows from C·G + Z alone, to the bit`, () => {
      followsFromCoveredSums(plan, optionsOf(plan, 2));
    });

    it(`${name}: also where the noise is nearly as wide as doubles allow`, () => {
      followsFromCoveredSums(plan, { ...optionsOf(plan, 2), gridBits: 26 });
    });
  }

  function followsFromCoveredSums(plan: CorrelatedPlan, options: CorrelatedNoiseOptions): void {
    const { noise, drawn } = recorded(options, `post/${plan.coefficients.length}`);
    const [leading, ...others] = integerCoefficients(plan).map(BigInt);
    expect(leading).to.equal(1n << BigInt(COEFFICIENT_BITS));
    const sums: bigint[][] = [];
    const released: bigint[][] = [];
    for (let t = 0; t < 20; t++) {
      const sum = [BigInt((t * 7919) % 1023) - 500n, BigInt((t * 104_729) % 2047) - 1000n];
      const row = noise.next([]);
      sums.push(sum);
      const mix = (history: readonly bigint[][], i: number) =>
        others.reduce((total, m, j) => total + m * (history[t - 1 - j]?.[i] ?? 0n), 0n);
      // x = (C·G)_t + z_t, in fine steps: an integer without rounding.
      const covered = sum.map(
        (value, i) => value * (leading ?? 0n) + mix(sums, i) + BigInt(drawn[2 * t + i]!),
      );
      const fromCovered = covered.map((x, i) => x - roundedShift(mix(released, i)));
      const direct = sum.map((value, i) => value * (leading ?? 0n) + BigInt(row[i]!));
      expect(direct).to.deep.equal(fromCovered);
      released.push(direct);
    }
  }

  it('has the covariance of C⁻¹Z: every pair of rounds within five standard errors', () => {
    const [rounds, dimension] = [6, 6000];
    const plan = correlatedPlan({ rounds, minSeparation: 3, coefficients: [1, 0.75, 0.5] });
    const noise = new CorrelatedNoise(optionsOf(plan, dimension), { randomBytes: seededBytes('covariance') });
    const rows = Array.from({ length: rounds }, () => noise.next([]).map((value) => value / DEVIATION));
    const inverse = inverseCoefficients(plan);
    const expected = (s: number, t: number) => {
      let sum = 0;
      for (let i = 0; i <= Math.min(s, t); i++) sum += inverse[s - i]! * inverse[t - i]!;
      return sum;
    };
    for (let s = 0; s < rounds; s++) {
      for (let t = 0; t <= s; t++) {
        const found = rows[s]!.reduce((sum, value, i) => sum + value * rows[t]![i]!, 0) / dimension;
        const error = Math.sqrt((expected(s, s) * expected(t, t) + expected(s, t) ** 2) / dimension);
        expect(Math.abs(found - expected(s, t)) / error, `${s}, ${t}`).to.be.below(5);
      }
    }
  });

  it('goes on from its state as if it had not stopped', () => {
    const options = optionsOf(banded, 5);
    const names = (t: number) => [`unit ${t % 4}`, `other ${t % 5}`];
    const exact = { randomBytes: seededBytes('state'), sampler: discreteGaussian };
    const whole = new CorrelatedNoise(options, exact);
    const rows = Array.from({ length: 20 }, (_, t) => whole.next(names(t)));
    // A sampler keeps random bits from draw to draw: the restarted generators go on with the same one.
    const variance = { numerator: BigInt(DEVIATION) ** 2n, denominator: 1n };
    const draw = discreteGaussian(variance, seededBytes('state'));
    const collaborators = { randomBytes: seededBytes('unused'), sampler: () => draw };
    let noise = new CorrelatedNoise(options, collaborators);
    for (const [t, row] of rows.entries()) {
      const state = noise.encode();
      noise = new CorrelatedNoise(options, collaborators, state);
      expect(noise.encode()).to.deep.equal(state);
      expect(noise.round).to.equal(t);
      expect(noise.next(names(t))).to.deep.equal(row);
    }
    expect(noise.encode()).to.deep.equal(whole.encode());
  });

  it('refuses a participation that is too close or too often, and rounds beyond the plan, and stays as it was', async () => {
    const plan = correlatedPlan({ rounds: 9, minSeparation: 3, participations: 2, coefficients: [1, 0.5] });
    const { noise, drawn } = recorded(optionsOf(plan, 2), 'participation');
    noise.next(['a', 'b']);
    noise.next(['c']);
    noise.next([]);
    noise.next(['a']);
    const before = noise.encode();
    const drawnBefore = drawn.length;
    for (const [units, code] of [
      [['new', 'a'], 'PARTICIPATION_TOO_CLOSE'],
      [['d', 'd'], 'PRIVACY_PARAMETER'],
      [[''], 'PRIVACY_PARAMETER'],
      [['x'.repeat(257)], 'PRIVACY_PARAMETER'],
    ] as const) {
      expect((await refusal(() => noise.next(units))).code).to.equal(code);
      expect(noise.encode()).to.deep.equal(before);
      expect(drawn.length).to.equal(drawnBefore);
    }
    noise.next(['new', 'c']);
    noise.next([]);
    expect((await refusal(() => noise.next(['a']))).code).to.equal('PARTICIPATION_TOO_OFTEN');
    const again = new CorrelatedNoise(noise.options, { randomBytes: seededBytes('again') }, noise.encode());
    expect((await refusal(() => again.next(['a']))).code).to.equal('PARTICIPATION_TOO_OFTEN');
    for (let t = 6; t < 9; t++) noise.next([]);
    expect((await refusal(() => noise.next([]))).code).to.equal('CORRELATED_ROUNDS_SPENT');
  });

  it('counts a unit exactly b rounds later as separated, one round earlier not', async () => {
    for (const minSeparation of [1, 2, 5]) {
      const plan = correlatedPlan({ rounds: 12, minSeparation, coefficients: [1] });
      const noise = new CorrelatedNoise(optionsOf(plan, 1), { randomBytes: seededBytes('b') });
      noise.next(['a']);
      for (let t = 1; t < minSeparation; t++) {
        expect((await refusal(() => noise.next(['a']))).code).to.equal('PARTICIPATION_TOO_CLOSE');
        noise.next([]);
      }
      noise.next(['a']);
    }
  });

  it('takes no state that is garbled, cut, too large or of other options', async () => {
    const options = optionsOf(banded, 4);
    const noise = new CorrelatedNoise(options, { randomBytes: seededBytes('garbled') });
    for (let t = 0; t < 6; t++) noise.next([`unit ${t}`]);
    const state = noise.encode();
    const take = (bytes: Uint8Array, other = options) =>
      refusal(() => new CorrelatedNoise(other, { randomBytes: seededBytes('x') }, bytes));
    for (let at = 0; at < state.length; at += 7) {
      const garbled = Uint8Array.from(state);
      garbled[at]! ^= 1;
      expect((await take(garbled)).code, `byte ${at}`).to.equal('CORRELATED_STATE');
    }
    expect((await take(state.slice(0, -1))).code).to.equal('CORRELATED_STATE');
    expect((await take(new Uint8Array(2 ** 26))).code).to.equal('CORRELATED_STATE');
    expect((await take(new Uint8Array(0))).code).to.equal('CORRELATED_STATE');
    for (const other of [
      { ...options, dimension: 5 },
      { ...options, noiseMultiplier: 3 },
      { ...options, plan: { ...banded, participations: 1 } },
      { ...options, plan: { ...banded, coefficients: [1, 0.5, 0.25, 0.125] } },
    ]) {
      expect((await take(state, other)).code).to.equal('CORRELATED_STATE');
    }
  });

  it('sums clipped vectors on the grid under the noise of the round', async () => {
    const options = optionsOf(banded, 2);
    const open = () => new CorrelatedNoise(options, { randomBytes: seededBytes('sum') });
    const noise = open();
    const contributions = new Map([
      ['a', Float64Array.of(0.25, -0.5)],
      ['b', Float64Array.of(3000, 4000)],
    ]);
    const released = correlatedSum(noise, contributions);
    const row = open().next([]);
    const fine = 2 ** 22;
    const [x, y] = [released[0]! - row[0]! / fine, released[1]! - row[1]! / fine];
    // The second vector is clipped to (0.6, 0.8), and both coordinates are cut to the coarse grid.
    expect(x).to.equal(0.25 + Math.floor(0.6 * 1024) / 1024);
    expect(y).to.equal(-0.5 + Math.floor(0.8 * 1024) / 1024);
    expect((await refusal(() => correlatedSum(noise, contributions))).code).to.equal(
      'PARTICIPATION_TOO_CLOSE',
    );
    const short = new Map([['c', Float64Array.of(1)]]);
    expect((await refusal(() => correlatedSum(noise, short))).code).to.equal('VECTOR_LENGTH');
    const infinite = new Map([['c', Float64Array.of(1, Number.NaN)]]);
    expect((await refusal(() => correlatedSum(noise, infinite))).code).to.equal('VECTOR_NOT_FINITE');
    expect(noise.round).to.equal(1);
  });

  it('refuses noise that doubles do not hold exactly, by the options and by the draws', async () => {
    const make = (options: Partial<CorrelatedNoiseOptions>, draw?: number) =>
      refusal(() =>
        new CorrelatedNoise(
          { ...optionsOf(banded, 1), ...options },
          {
            randomBytes: seededBytes('limits'),
            ...(draw === undefined ? {} : { sampler: () => () => draw }),
          },
        ).next([]),
      );
    expect((await make({ gridBits: MAX_GRID_BITS })).code).to.equal('GRID_OVERFLOW');
    expect((await make({ gridBits: 20, clipNorm: 4096 })).code).to.equal('GRID_OVERFLOW');
    expect((await make({ gridBits: 20, noiseMultiplier: 2 ** 18 })).code).to.equal('GRID_OVERFLOW');
    // The noise would fit, a vector of the clip norm would not.
    const narrow = { gridBits: 20, clipNorm: 4096, noiseMultiplier: 2 ** -19 };
    expect((await make(narrow)).code).to.equal('GRID_OVERFLOW');
    expect((await make({ gridBits: 8 })).code).to.equal('GRID_TOO_COARSE');
    expect((await make({ dimension: 0 })).code).to.equal('PRIVACY_PARAMETER');
    expect((await make({ gridBits: 31 })).code).to.equal('PRIVACY_PARAMETER');
    expect((await make({}, 40 * DEVIATION)).code).to.equal('GRID_OVERFLOW');
    const noise = new CorrelatedNoise(
      { ...optionsOf(banded, 1), gridBits: 26 },
      { randomBytes: seededBytes('n') },
    );
    const many = new Map(Array.from({ length: 2 ** 14 }, (_, i) => [`${i}`, Float64Array.of(0)] as const));
    expect((await refusal(() => correlatedSum(noise, many))).code).to.equal('GRID_OVERFLOW');
  });
});

/** ⌊value/2^12 + ½⌋. */
function roundedShift(value: bigint): bigint {
  return (value + (1n << BigInt(COEFFICIENT_BITS - 1))) >> BigInt(COEFFICIENT_BITS);
}
