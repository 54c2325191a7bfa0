import { expect } from 'chai';
import { exactRational } from '../../rational.ts';
import { bandedCoefficients } from '../banded.ts';
import { type CorrelatedPlan, correlatedPlan, roundedCoefficients } from '../plan.ts';
import { correlatedSensitivity } from '../sensitivity.ts';
import { squareRootCoefficients } from '../square-root.ts';
import { largestMove, patterns } from './brute-force.ts';

const SCHEMAS = [1, 2, 3, 4, 5].flatMap((minSeparation) =>
  [4, 7, 9].flatMap((rounds) =>
    Array.from({ length: Math.min(4, Math.ceil(rounds / minSeparation)) }, (_, i) => ({
      rounds,
      minSeparation,
      participations: i + 1,
    })),
  ),
);

/** Every C for which the sensitivity is exact: at most b bands, of any sign, or non-negative and non-increasing. */
function exactPlans(): CorrelatedPlan[] {
  return SCHEMAS.flatMap((schema) => {
    const { rounds, minSeparation } = schema;
    const signed = roundedCoefficients([1, -0.9, 0.7, -0.2, 0.95].slice(0, minSeparation));
    return [
      [1],
      squareRootCoefficients(rounds),
      squareRootCoefficients(rounds, 3),
      [1, 1, 1, 0.5, 0.5, 0.25],
      bandedCoefficients(schema),
      signed,
    ].map((coefficients) => correlatedPlan({ ...schema, coefficients }));
  });
}

describe('sensitivity of correlated noise', () => {
  it('is the largest move over every pattern of participation, for every C that it is exact for', () => {
    const plans = exactPlans();
    expect(plans.length).to.be.above(200);
    for (const plan of plans) {
      const [found, exact] = [correlatedSensitivity(plan), largestMove(plan)];
      expect(found, JSON.stringify(plan)).to.be.within(exact * (1 - 1e-14), exact * (1 + 1e-11));
    }
  });

  it('is never below it for any other C', () => {
    for (const schema of SCHEMAS) {
      for (const coefficients of [
        [1, -1, 1, -1, 1, -1, 1, -1, 1],
        [1, 0, 0, 1, 0, 0, 1],
        [1, 0.25, -0.5, 0.75, -1],
        [1, 0, 0, 0, 0, -1],
      ]) {
        const plan = correlatedPlan({ ...schema, coefficients });
        expect(correlatedSensitivity(plan)).to.be.at.least(largestMove(plan) * (1 - 1e-14));
      }
    }
  });

  it('is √k for independent noise, rounded up and exact where it can be', () => {
    for (const participations of [1, 2, 4, 9, 25, 1000]) {
      const plan = correlatedPlan({ rounds: 1000, minSeparation: 1, participations, coefficients: [1] });
      const root = Math.sqrt(participations);
      expect(correlatedSensitivity(plan)).to.be.within(root, root * (1 + 1e-12));
      if (Number.isInteger(root)) expect(correlatedSensitivity(plan)).to.equal(root);
    }
  });

  it('is not below the exact root, in integers', () => {
    for (let participations = 1; participations <= 1000; participations++) {
      const plan = correlatedPlan({ rounds: 1000, minSeparation: 1, participations, coefficients: [1] });
      const { numerator, denominator } = exactRational(correlatedSensitivity(plan));
      expect(numerator ** 2n >= BigInt(participations) * denominator ** 2n).to.equal(true);
    }
  });

  it('sees that a wrong formula is below the truth', () => {
    const norm = (plan: CorrelatedPlan) => Math.sqrt(plan.coefficients.reduce((sum, c) => sum + c * c, 0));
    const mutants: Readonly<Record<string, (plan: CorrelatedPlan) => number>> = {
      'one participation': norm,
      'columns taken as orthogonal': (plan) => Math.sqrt(plan.participations) * norm(plan),
      'independent noise': (plan) => Math.sqrt(plan.participations),
      'a participation fewer': (plan) =>
        correlatedSensitivity({ ...plan, participations: Math.max(1, plan.participations - 1) }),
      'a wider separation': (plan) => {
        const minSeparation = plan.minSeparation + 1;
        const participations = Math.min(plan.participations, Math.ceil(plan.rounds / minSeparation));
        return correlatedSensitivity({ ...plan, minSeparation, participations });
      },
      'the last columns': (plan) =>
        correlatedSensitivity({ ...plan, rounds: plan.rounds - 1, participations: 1 }),
    };
    for (const [name, wrong] of Object.entries(mutants)) {
      const caught = exactPlans().filter((plan) => wrong(plan) < largestMove(plan) * (1 - 1e-9));
      expect(caught.length, name).to.be.above(10);
    }
  });

  it('takes every pattern into account', () => {
    expect(patterns({ rounds: 5, minSeparation: 2, participations: 3 })).to.have.length(13);
    expect(patterns({ rounds: 6, minSeparation: 1, participations: 6 })).to.have.length(64);
  });
});
