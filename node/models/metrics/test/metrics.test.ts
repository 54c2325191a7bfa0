import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  areaUnderCurve,
  brierRows,
  calibration,
  crpsOfEnsemble,
  crpsOfQuantiles,
  intervalRows,
  MAX_LEVELS,
  MAX_MEMBERS,
  meanOf,
  openExpectedError,
  pinballRows,
  pointErrors,
  qlikeRows,
  quantileColumn,
} from '../index.ts';
import { seeded } from './support.ts';

/** Computed with NumPy 2.4 and SciPy 1.17 by formulas of their own: sums over pairs, a midpoint rule of 4e6 cells. */
const GOLD = JSON.parse(readFileSync(new URL('vectors/metrics.json', import.meta.url), 'utf8'));
const floats = (values: readonly number[]) => Float64Array.from(values);
const near = (given: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9) => {
  expect(given.length).to.equal(expected.length);
  for (const [i, value] of expected.entries()) expect(given[i], `${i}`).to.be.closeTo(value, tolerance);
};
const refuses = (work: () => unknown) => expect(work).to.throw().with.property('code', 'METRIC_INPUT');
const run = { seed: 8, numRuns: 100 } as const;
const real = fc.double({ min: -50, max: 50, noNaN: true });

describe('metrics: published values', () => {
  const { quantile, interval, ensemble, auc, calibration: told, point, qlike } = GOLD;
  const [q, y] = [floats(quantile.quantiles), floats(quantile.actual)];

  it('pinball loss and CRPS of quantiles', () => {
    near(pinballRows(q, quantile.levels, y), quantile.pinball);
    near(crpsOfQuantiles(q, quantile.levels, y), quantile.crps, 1e-5);
  });

  it('coverage, width and Winkler score of intervals', () => {
    const rows = intervalRows(quantileColumn(q, 5, 0), quantileColumn(q, 5, 4), y, 0.8);
    near(rows.inside, interval.inside);
    near(rows.width, interval.width);
    near(rows.score, interval.winkler);
  });

  it('CRPS of ensembles, plain and fair', () => {
    const [members, actual] = [floats(ensemble.members), floats(ensemble.actual)];
    near(crpsOfEnsemble(members, ensemble.size, actual), ensemble.crps);
    near(crpsOfEnsemble(members, ensemble.size, actual, { fair: true }), ensemble.fair);
  });

  it('area under the curve with ties', () => {
    const given = areaUnderCurve(floats(auc.score), Uint8Array.from(auc.event));
    near([given ?? Number.NaN, given ?? Number.NaN], [auc.auc, auc.u]);
  });

  it('Brier score, expected and largest calibration error, and the bins', () => {
    const [p, e] = [floats(told.probability), Uint8Array.from(told.event)];
    const found = calibration(p, e);
    near(
      [meanOf(brierRows(p, e)), found.expectedError, found.maximumError],
      [told.brier, told.ece, told.mce],
    );
    near(
      found.bins.flatMap(({ rows, forecast, observed }) => [rows, forecast, observed]),
      told.bins.flat(),
    );
  });

  it('MAE, RMSE, sMAPE, MASE, direction and QLIKE', () => {
    const { mae, rmse, smape, mase, direction, moves } = point;
    const found = pointErrors(
      floats(point.forecast),
      floats(point.actual),
      floats(point.origin),
      point.leastMove,
    );
    near(
      [found.mae, found.rmse, found.smape, found.mase ?? 0, found.directionalAccuracy ?? 0, found.moves],
      [mae, rmse, smape, mase, direction, moves],
    );
    near(qlikeRows(floats(qlike.realised), floats(qlike.forecast)), qlike.qlike);
  });
});

describe('metrics: laws', () => {
  it('CRPS of one level is the absolute error, and never less than zero', () => {
    fc.assert(
      fc.property(real, real, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (at, y, level) => {
        near(crpsOfQuantiles(floats([at]), [level], floats([y])), [Math.abs(at - y)]);
        near(crpsOfEnsemble(floats([at]), 1, floats([y])), [Math.abs(at - y)]);
      }),
      run,
    );
  });

  it('CRPS of the many quantiles of an ensemble is that of the ensemble', () => {
    fc.assert(
      fc.property(fc.array(real, { minLength: 2, maxLength: 9 }), real, (members, y) => {
        const sorted = floats(members).sort();
        // Each member is its share of the levels: two levels a member, just inside of it.
        const levels = members.flatMap((_, k) => [
          (k + 1e-6) / members.length,
          (k + 1 - 1e-6) / members.length,
        ]);
        const quantiles = floats([...sorted].flatMap((value) => [value, value]));
        near(
          crpsOfQuantiles(quantiles, levels, floats([y])),
          [...crpsOfEnsemble(floats(members), members.length, floats([y]))],
          1e-3,
        );
      }),
      run,
    );
  });

  it('losses scale with the unit, QLIKE and AUC do not', () => {
    const positive = fc.double({ min: 0.01, max: 50, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(positive, positive, fc.boolean()), { minLength: 2, maxLength: 30 }),
        positive,
        (rows, unit) => {
          const [a, b] = [floats(rows.map(([v]) => v)), floats(rows.map(([, v]) => v))];
          const times = (values: Float64Array) => values.map((v) => v * unit);
          near(pinballRows(times(a), [0.3], times(b)), [...times(pinballRows(a, [0.3], b))], 1e-6);
          near(qlikeRows(times(a), times(b)), [...qlikeRows(a, b)], 1e-6);
          expect([...qlikeRows(a, b)].every((loss) => loss >= 0)).to.equal(true);
          const event = Uint8Array.from(rows, ([, , hit]) => (hit ? 1 : 0));
          const auc = areaUnderCurve(a, event);
          expect(areaUnderCurve(times(a), event)).to.equal(auc);
          if (auc !== null)
            expect(
              areaUnderCurve(
                a.map((v) => -v),
                event,
              ),
            ).to.be.closeTo(1 - auc, 1e-12);
        },
      ),
      run,
    );
  });

  it('a true probability is calibrated, whichever way the bins are cut; persistence has a MASE of 1', () => {
    const { uniform } = seeded(12);
    const p = Float64Array.from({ length: 40_000 }, () => uniform() ** 2);
    const event = Uint8Array.from(p, (share) => (uniform() < share ? 1 : 0));
    for (const cut of ['width', 'count'] as const) {
      expect(calibration(p, event, { cut }).expectedError).to.be.lessThan(0.01);
    }
    const even = calibration(p, event, { cut: 'count' }).bins.map(({ rows }) => rows);
    expect(Math.max(...even) - Math.min(...even)).to.be.lessThan(20);
    const once = new Uint16Array(p.length).fill(1);
    expect(openExpectedError(p, event)(once)).to.be.closeTo(calibration(p, event).expectedError, 1e-9);
    expect(
      calibration(
        p.map((share) => Math.sqrt(share)),
        event,
      ).expectedError,
    ).to.be.greaterThan(0.1);
    const now = p.map((v) => v - 1);
    expect(pointErrors(now, p, now, 0.1)).to.include({ mase: 1, directionalAccuracy: 0 });
  });
});

describe('metrics: refusals', () => {
  const one = floats([1]);
  it('rows that are missing, do not pair or are no numbers', () => {
    refuses(() => pinballRows(floats([]), [0.5], floats([])));
    refuses(() => pinballRows(floats([1, 2]), [0.5], one));
    refuses(() => pinballRows(floats([Number.NaN]), [0.5], one));
    refuses(() => areaUnderCurve(one, new Uint8Array(2)));
    refuses(() => qlikeRows(floats([0]), one));
    refuses(() => qlikeRows(one, floats([0])));
    refuses(() => pointErrors(one, floats([1, 2]), one, 1));
  });

  it('levels that do not ascend or are too many, quantiles that cross, intervals that are turned round', () => {
    refuses(() => pinballRows(floats([1, 2]), [0.5, 0.5], one));
    refuses(() => pinballRows(one, [1], one));
    refuses(() => pinballRows(floats([2, 1]), [0.1, 0.9], one));
    const many = Array.from({ length: MAX_LEVELS + 1 }, (_, q) => (q + 1) / (MAX_LEVELS + 2));
    refuses(() => pinballRows(new Float64Array(MAX_LEVELS + 1), many, one));
    refuses(() => intervalRows(floats([2]), one, one, 0.8));
    refuses(() => intervalRows(one, one, one, 1));
  });

  it('events that are neither, probabilities that are none, bins and members beyond their limits', () => {
    refuses(() => areaUnderCurve(one, Uint8Array.of(2)));
    refuses(() => brierRows(floats([1.1]), Uint8Array.of(1)));
    refuses(() => calibration(one, Uint8Array.of(1), { bins: 1001 }));
    refuses(() => crpsOfEnsemble(one, 1, one, { fair: true }));
    refuses(() => crpsOfEnsemble(new Float64Array(MAX_MEMBERS + 1), MAX_MEMBERS + 1, one));
  });
});
