import { expect } from 'chai';
import { createRule } from '../index.ts';
import { ranking } from '../kernels/ranking.ts';
import { averages, errorOf, expectClose, inputRows, krumVectors, toRows } from './support.ts';

describe('aggregation rules against published vectors', () => {
  for (const { input, f, average, median, trimmedMean } of averages.cases) {
    it(`averages, median and trimmed mean of ${input}, f = ${f}`, () => {
      const rows = inputRows(input);
      expectClose(createRule('fedavg').aggregate(rows).vector, average);
      expectClose(createRule('median', { f }).aggregate(rows).vector, median);
      expectClose(createRule('trimmed-mean', { f }).aggregate(rows).vector, trimmedMean);
    });
  }

  for (const { input, f, krum, scores, multiKrum } of krumVectors.cases) {
    it(`Krum of ${input}, f = ${f}: the paper's row and scores`, () => {
      const rows = inputRows(input);
      const result = createRule('krum', { f }).aggregate(rows);
      // Four decimals, so half of one, and a little for the binary form of that half.
      expectClose(result.scores ?? new Float64Array(), scores, 5.0001e-5);
      expect(result.selected).to.deep.equal([krum]);
      expect([...result.vector]).to.deep.equal([...(rows[krum] ?? [])]);
      expect(result.leftOut.map(({ row }) => row)).to.deep.equal([...rows.keys()].filter((i) => i !== krum));
    });

    for (const { m, ranked, mean } of multiKrum) {
      it(`Multi-Krum of ${input}, f = ${f}, m = ${m}: the paper's rows and mean`, () => {
        const rows = inputRows(input);
        const result = createRule('multi-krum', { f, m }).aggregate(rows);
        expectClose(result.vector, mean);
        expect(result.selected).to.deep.equal([...ranked].sort((a, b) => a - b));
        expect(ranking(result.scores ?? new Float64Array()).slice(0, m)).to.deep.equal(ranked);
        if (m === rows.length - f) {
          expect(createRule('multi-krum', { f }).aggregate(rows).selected).to.deep.equal(result.selected);
        }
      });
    }
  }

  it('D1 has too few rows for Krum, which other libraries run on it', () => {
    const rows = inputRows('D1');
    for (const name of ['krum', 'multi-krum']) {
      expect(errorOf(() => createRule(name, { f: 1 }).aggregate(rows)).code).to.equal('RULE_CONDITION');
    }
  });

  it('the trimmed mean of 0.5, 1, 2, 100 with one dropped at either end is 1.5 (Flower, FedTrimmedAvg)', () => {
    const rows = toRows([[0.5], [1], [2], [100]]);
    expectClose(createRule('trimmed-mean', { f: 1 }).aggregate(rows).vector, [1.5]);
  });

  it('the median of an even number of rows is half the sum of the middle two', () => {
    const rows = toRows([[8], [-3], [1], [2]]);
    expectClose(createRule('median', { f: 1 }).aggregate(rows).vector, [1.5]);
  });
});
