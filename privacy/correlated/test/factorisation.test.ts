import { expect } from 'chai';
import fc from 'fast-check';
import { refusal } from '../../test/support.ts';
import { bandedCoefficients } from '../banded.ts';
import { leastErrorOfFullParticipation, leastNoiseError } from '../bounds.ts';
import { correlatedPlan } from '../plan.ts';
import { correlatedSensitivity } from '../sensitivity.ts';
import { INDEPENDENT_COEFFICIENTS, squareRootCoefficients } from '../square-root.ts';
import { decoderCoefficients, inverseCoefficients, noiseError } from '../toeplitz.ts';
import { product, strategyMatrix } from './brute-force.ts';

const FACTORISATIONS = [
  ['square root', squareRootCoefficients(12)],
  ['banded square root', squareRootCoefficients(12, 4)],
  ['banded', bandedCoefficients({ rounds: 12, minSeparation: 4 })],
  ['independent', INDEPENDENT_COEFFICIENTS],
] as const;

describe('factorisation of running sums', () => {
  for (const [name, coefficients] of FACTORISATIONS) {
    it(`${name}: B·C is the matrix of running sums, C·C⁻¹ the identity, C lower triangular of diagonal 1`, () => {
      const plan = { coefficients, rounds: 12 };
      const strategy = strategyMatrix(plan);
      const decoder = strategyMatrix({ coefficients: [...decoderCoefficients(plan)], rounds: 12 });
      const inverse = strategyMatrix({ coefficients: [...inverseCoefficients(plan)], rounds: 12 });
      const [sums, identity] = [product(decoder, strategy), product(strategy, inverse)];
      for (let t = 0; t < 12; t++) {
        expect(strategy[t]?.[t]).to.equal(1);
        for (let s = 0; s < 12; s++) {
          if (s > t) expect(strategy[t]?.[s]).to.equal(0);
          expect(sums[t]?.[s]).to.be.closeTo(s <= t ? 1 : 0, 1e-12);
          expect(identity[t]?.[s]).to.be.closeTo(s === t ? 1 : 0, 1e-12);
        }
      }
    });

    it(`${name}: its error is the norm of B, and of B's last row`, () => {
      const plan = { coefficients, rounds: 12 };
      const decoder = strategyMatrix({ coefficients: [...decoderCoefficients(plan)], rounds: 12 });
      const squares = decoder.map((row) => row.reduce((sum, value) => sum + value * value, 0));
      const { rms, last } = noiseError(plan);
      expect(rms).to.be.closeTo(Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / 12), 1e-12);
      expect(last).to.be.closeTo(Math.sqrt(squares.at(-1) ?? 0), 1e-12);
    });
  }

  it('is its own square at the square root, up to the grid of the coefficients', () => {
    const strategy = strategyMatrix({ coefficients: squareRootCoefficients(12), rounds: 12 });
    for (const [t, row] of product(strategy, strategy).entries()) {
      for (const [s, value] of row.entries()) expect(value).to.be.closeTo(s <= t ? 1 : 0, 12 * 2 ** -12);
    }
    expect(squareRootCoefficients(4)).to.deep.equal([1, 0.5, 0.375, 0.3125]);
  });

  it('has the least mean squared error among bands: no step along any axis or any of 200 others gains', () => {
    for (const [rounds, minSeparation] of [
      [40, 3],
      [60, 6],
    ] as const) {
      const best = bandedCoefficients({ rounds, minSeparation });
      expect(best).to.have.length(minSeparation);
      const error = (coefficients: readonly number[]) => {
        const plan = correlatedPlan({ coefficients, rounds, minSeparation });
        return correlatedSensitivity(plan) * noiseError(plan).rms;
      };
      const least = error(best);
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -80, max: 80 }), {
            minLength: minSeparation - 1,
            maxLength: minSeparation - 1,
          }),
          (steps) => {
            const moved = best.map((value, i) => (i === 0 ? 1 : value + (steps[i - 1] ?? 0) / 4096));
            // The optimum itself was rounded: what is left is of second order.
            expect(error(moved)).to.be.at.least(least * (1 - 1e-6));
          },
        ),
        { seed: 5, numRuns: 200 },
      );
    }
  });

  it('is one value with one band or full participation: independent noise', () => {
    expect(bandedCoefficients({ rounds: 50, minSeparation: 1 })).to.deep.equal([1]);
    expect(bandedCoefficients({ rounds: 50, minSeparation: 9, bands: 1 })).to.deep.equal([1]);
  });

  it('stays above what no factorisation falls below, which independent noise meets in the last sum at b = 1', () => {
    for (const [rounds, minSeparation] of [
      [30, 1],
      [30, 3],
      [31, 7],
      [30, 30],
    ] as const) {
      const least = leastNoiseError({ rounds, minSeparation });
      for (const coefficients of [
        [1],
        squareRootCoefficients(rounds),
        bandedCoefficients({ rounds, minSeparation }),
      ]) {
        const plan = correlatedPlan({ coefficients, rounds, minSeparation });
        const sensitivity = correlatedSensitivity(plan);
        expect(sensitivity * noiseError(plan).rms).to.be.at.least(least.rms);
        expect(sensitivity * noiseError(plan).last).to.be.at.least(least.last);
      }
    }
    // m_t = 1, 1, 2.
    expect(leastNoiseError({ rounds: 3, minSeparation: 2 })).to.deep.equal({ rms: Math.sqrt(2), last: 2 });
    for (const rounds of [1, 7, 100, 1000]) {
      const independent = Math.sqrt((rounds * (rounds + 1)) / 2);
      const least = leastNoiseError({ rounds, minSeparation: 1 });
      expect(least.last).to.equal(rounds);
      expect(independent / least.rms).to.be.closeTo(Math.sqrt((3 * rounds) / (2 * rounds + 1)), 1e-12);
      expect(independent / least.rms).to.be.at.most(1.2248);
      expect(leastErrorOfFullParticipation(rounds)).to.be.within(least.rms, independent);
      expect(independent / leastErrorOfFullParticipation(rounds)).to.be.at.most(3 / Math.sqrt(8));
    }
  });

  it('reaches the least error of full participation with independent noise that grows', () => {
    const rounds = 50;
    const widths = Array.from({ length: rounds }, (_, t) => Math.sqrt(rounds - t));
    // C diagonal: whatever the directions, a unit moves C·G by √Σ C_tt², here with C_tt² = widths[t].
    const squaredSensitivity = widths.reduce((sum, width) => sum + width, 0);
    const squaredError = widths.reduce((sum, width, t) => sum + (rounds - t) / width, 0) / rounds;
    expect(Math.sqrt(squaredSensitivity * squaredError)).to.be.closeTo(
      leastErrorOfFullParticipation(rounds),
      1e-12 * rounds,
    );
  });

  it('refuses what is out of range', async () => {
    const refused = [
      () => squareRootCoefficients(0),
      () => bandedCoefficients({ rounds: 10, minSeparation: 2, bands: 3 }),
      () => bandedCoefficients({ rounds: 10, minSeparation: 0 }),
      () => correlatedPlan({ rounds: 10, minSeparation: 2, coefficients: [] }),
      () => correlatedPlan({ rounds: 10, minSeparation: 2, coefficients: [0.5] }),
      () => correlatedPlan({ rounds: 10, minSeparation: 2, coefficients: [1, 1 / 3] }),
      () => correlatedPlan({ rounds: 10, minSeparation: 2, coefficients: [1, 1.5] }),
      () => correlatedPlan({ rounds: 10, minSeparation: 2, coefficients: [1, Number.NaN] }),
      () => correlatedPlan({ rounds: 10, minSeparation: 3, coefficients: [1], participations: 5 }),
    ];
    for (const work of refused) expect((await refusal(work)).code).to.equal('PRIVACY_PARAMETER');
  });
});
