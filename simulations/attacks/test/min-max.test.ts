import { expect } from 'chai';
import fc from 'fast-check';
import { createAttack, PERTURBATIONS } from '../index.ts';
import { directionOf } from '../min-max.ts';
import { meanOfHonest } from '../moments.ts';
import { expectClose, toRows } from './support.ts';
import vectors from './vectors/attacks.json' with { type: 'json' };

const distance2 = (x: Float64Array, y: Float64Array): number =>
  x.reduce((sum, value, k) => sum + (value - (y[k] ?? 0)) ** 2, 0);

/** How much of its bound a lie uses, 1 at the most. */
const USED = {
  'min-max': (lie: Float64Array, honest: readonly Float64Array[]): number =>
    Math.max(...honest.map((x) => distance2(lie, x))) /
    Math.max(...honest.flatMap((x) => honest.map((y) => distance2(x, y)))),
  'min-sum': (lie: Float64Array, honest: readonly Float64Array[]): number => {
    const sumTo = (x: Float64Array): number => honest.reduce((sum, y) => sum + distance2(x, y), 0);
    return sumTo(lie) / Math.max(...honest.map(sumTo));
  },
} as const;

describe('Min-Max and Min-Sum', () => {
  for (const { input, honest: values, minMax } of vectors.cases) {
    for (const { attack, perturbation, gamma, vector } of minMax) {
      it(`${attack}, ${perturbation}, on ${input}: γ = ${gamma}`, () => {
        const honest = toRows(values);
        const options = { perturbation: perturbation as (typeof PERTURBATIONS)[number] };
        const lie = createAttack(attack, options).craft({ own: honest[0] ?? new Float64Array(), honest });
        expectClose(lie, vector, 1e-9);
        const mean = meanOfHonest(honest);
        const p = directionOf(options.perturbation, mean, honest);
        const k = p.findIndex((x) => x !== 0);
        expect(((lie[k] ?? 0) - (mean[k] ?? 0)) / (p[k] ?? 0)).to.be.closeTo(gamma, 1e-9);
      });
    }
  }

  it('go as far as their bound lets them and no farther', () => {
    const row = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
    const attack = fc.constantFrom('min-max' as const, 'min-sum' as const);
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 2, maxLength: 8 }),
        attack,
        fc.constantFrom(...PERTURBATIONS),
        (values, name, perturbation) => {
          const honest = toRows(values);
          fc.pre(honest.some((x) => honest.some((y) => distance2(x, y) > 1e-3)));
          const mean = meanOfHonest(honest);
          fc.pre(Math.hypot(...mean) > 1e-3);
          const lie = createAttack(name, { perturbation }).craft({ own: mean, honest });
          expect(USED[name](lie, honest)).to.be.closeTo(1, 1e-9);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('have nowhere to go from a mean of 0, nor among equal updates', () => {
    const opposed = toRows([
      [1, -1],
      [-1, 1],
    ]);
    const equal = toRows([
      [1, 2],
      [1, 2],
    ]);
    for (const name of ['min-max', 'min-sum']) {
      for (const perturbation of ['uv', 'sgn'] as const) {
        const { craft } = createAttack(name, { perturbation });
        expectClose(craft({ own: Float64Array.of(0, 0), honest: opposed }), [0, 0]);
        expectClose(craft({ own: Float64Array.of(0, 0), honest: equal }), [1, 2]);
      }
      expectClose(createAttack(name).craft({ own: Float64Array.of(0, 0), honest: equal }), [1, 2]);
    }
  });
});
