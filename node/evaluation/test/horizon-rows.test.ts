import { expect } from 'chai';
import { buildExamples, computeFeatures, type HourlySeries, PEG_HORIZONS } from '../../features/index.ts';
import { horizonRows, horizonTable, joinRows } from '../horizon-rows.ts';

const SERIES: HourlySeries = {
  startHour: 100,
  deviation: Float64Array.from({ length: 500 }, (_, t) => 4 * Math.sin(t / 7) + (t % 5)),
};
const ALWAYS = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }];

describe('rows of baselines', () => {
  it('say how far ahead their labels are, joined or not', () => {
    for (const horizon of [1, 4, 7, 24]) {
      const rows = horizonRows(horizonTable(SERIES, horizon), ALWAYS);
      expect(rows.horizon).to.equal(horizon);
      const joined = joinRows([rows, rows]);
      expect(joined.horizon).to.equal(horizon);
      expect(joined.rows).to.equal(2 * (500 - horizon));
      expect([...joined.y.slice(0, 3)]).to.deep.equal([...rows.y.slice(0, 3)]);
    }
    for (const horizon of PEG_HORIZONS) {
      const examples = buildExamples(computeFeatures(SERIES, horizon), { from: 0, to: 10_000 });
      expect(joinRows([examples]).horizon).to.equal(horizon);
    }
  });

  it('are not joined where their labels are not alike, nor out of nothing', () => {
    const [hour, day] = [1, 24].map((horizon) => horizonRows(horizonTable(SERIES, horizon), ALWAYS));
    expect(() => joinRows([hour, day].flatMap((set) => set ?? []))).to.throw('horizons 1, 24');
    expect(() => joinRows([])).to.throw('got no set');
  });
});
