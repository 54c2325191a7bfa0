import { expect } from 'chai';
import fc from 'fast-check';
import { seeded } from '../../metrics/test/support.ts';
import { correctQuantiles, createConformal, MAX_OPEN_FORECASTS, MAX_SCORES } from '../index.ts';

const LEVELS = [0.1, 0.5, 0.9];

/** Outcomes whose spread jumps threefold and drifts off, and forecasts that never learn of it. */
function changing(rows: number, seed: number) {
  const { normal } = seeded(seed);
  const scale = Float64Array.from({ length: rows }, (_, t) => 5 + 3 * Math.sin(t / 300));
  const actual = scale.map((s, t) => s * ((t > rows / 2 ? 3 : 1) * normal() + t / rows));
  const quantiles = Float64Array.from([...scale].flatMap((s) => [-1.28 * s, 0, 1.28 * s]));
  return { scale, actual, quantiles };
}

function coverage(quantiles: Float64Array, actual: Float64Array, from: number): number {
  let inside = 0;
  for (let i = from; i < actual.length; i++) {
    if (actual[i]! >= quantiles[3 * i]! && actual[i]! <= quantiles[3 * i + 2]!) inside++;
  }
  return inside / (actual.length - from);
}

describe('conformal quantiles over time', () => {
  for (const rule of ['aci', 'pi'] as const) {
    for (const horizon of [1, 24]) {
      it(`${rule}: 80 % intervals cover 80 % where the market changes, ${horizon} steps ahead`, () => {
        const rows = changing(6_000, 5);
        const corrected = correctQuantiles({ levels: LEVELS, rule }, { ...rows, horizon });
        expect(coverage(rows.quantiles, rows.actual, 3_000)).to.be.lessThan(0.4);
        // From the step at which the spread is threefold, unannounced.
        expect(coverage(corrected, rows.actual, 3_000)).to.be.within(0.75, 0.85);
        expect(coverage(corrected, rows.actual, 500)).to.be.within(0.75, 0.85);
        for (let i = 0; i < corrected.length; i += 3) {
          expect(corrected[i]).to.be.at.most(corrected[i + 1]!);
          expect(corrected[i + 1]).to.be.at.most(corrected[i + 2]!);
        }
      });
    }

    it(`${rule}: reads no outcome before it is known`, () => {
      const rows = changing(400, 7);
      const options = { levels: LEVELS, rule };
      const whole = correctQuantiles(options, { ...rows, horizon: 10 });
      const changed = rows.actual.map((value, t) => (t > 190 ? -value : value));
      const other = correctQuantiles(options, { ...rows, actual: changed, horizon: 10 });
      // The outcome of row 191 is known, and may be learned from, at row 201.
      expect(other.subarray(0, 3 * 201)).to.deep.equal(whole.subarray(0, 3 * 201));
      expect(other).not.to.deep.equal(whole);
    });
  }

  it('pi: errors never add up to more than b/η + 1 + delay, whatever the outcomes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 50, maxLength: 400 }),
        fc.constantFrom(0.1, 0.5 + 1e-9, 0.9),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (scores, level, rate, horizon) => {
          // What an adversary does: always beyond, on the side that hurts.
          const actual = Float64Array.from(scores, (s, t) => (t % 7 === 0 ? s : 3 * Math.sign(s)));
          const flat = new Float64Array(actual.length);
          const issued = correctQuantiles(
            { levels: [level], rule: 'pi', rate },
            { quantiles: flat, scale: flat.map(() => 1), actual, horizon },
          );
          let sum = 0;
          for (let t = 0; t < actual.length; t++) {
            sum += level - (actual[t]! <= issued[t]! ? 1 : 0);
            expect(Math.abs(sum)).to.be.at.most(3 / rate + 1 + horizon);
          }
        },
      ),
      { seed: 3, numRuns: 150 },
    );
  });

  it('passes the median on as it is, and scales with the unit', () => {
    const rows = changing(500, 9);
    const times = (values: Float64Array) => values.map((value) => 8 * value);
    const own = correctQuantiles({ levels: LEVELS }, { ...rows, horizon: 4 });
    const scaled = correctQuantiles(
      { levels: LEVELS },
      {
        quantiles: times(rows.quantiles),
        scale: times(rows.scale),
        actual: times(rows.actual),
        horizon: 4,
      },
    );
    for (const [i, value] of scaled.entries()) {
      expect(value).to.be.closeTo(8 * own[i]!, 1e-9);
      if (i % 3 === 1) expect(own[i]).to.equal(0);
    }
  });

  it('refuses what it cannot use, and forecasts without end that nobody settles', () => {
    const refuses = (work: () => unknown) => expect(work).to.throw().with.property('code', 'CONFORMAL_INPUT');
    refuses(() => createConformal({ levels: [] }));
    refuses(() => createConformal({ levels: [0.9, 0.1] }));
    refuses(() => createConformal({ levels: LEVELS, window: MAX_SCORES + 1 }));
    refuses(() => createConformal({ levels: LEVELS, rate: 0 }));
    const one = createConformal({ levels: [0.9] });
    refuses(() => one.settle(1));
    refuses(() => one.issue([1, 2], 1));
    refuses(() => one.issue([1], 0));
    refuses(() => one.issue([Number.NaN], 1));
    for (let k = 0; k < MAX_OPEN_FORECASTS; k++) one.issue([1], 1);
    refuses(() => one.issue([1], 1));
    refuses(() => one.settle(Number.NaN));
    one.settle(2);
    expect(one.issue([1], 1)).to.have.length(1);
    const rows = { quantiles: new Float64Array(3), scale: new Float64Array(2), actual: new Float64Array(2) };
    refuses(() => correctQuantiles({ levels: LEVELS }, { ...rows, horizon: 1 }));
  });
});
