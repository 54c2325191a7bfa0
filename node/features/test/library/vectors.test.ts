import { expect } from 'chai';
import {
  type BarFeature,
  computeFeatureMatrix,
  FEATURE_LIBRARY,
  type FeatureRow,
  featuresAt,
  PROTOCOL_FEATURES,
} from '../../library/index.ts';
import { BOOK_FEATURES, bookHistory, protocolHistory, VECTORS, vectorBars } from '../support/vectors.ts';

const HOURLY = { barSeconds: 3_600 };

/** Where a value is expected it must be that one, where none is it must be missing and read the column's fill. */
function expectValues(
  columns: readonly { readonly name: string; readonly fill: number }[],
  row: FeatureRow,
  names: readonly string[],
  expected: readonly (number | null)[],
  where: string,
): void {
  expect(
    columns.map(({ name }) => name),
    where,
  ).to.have.members([...names]);
  for (const [j, { name, fill }] of columns.entries()) {
    const want = expected[names.indexOf(name)] ?? null;
    const got = row.values[j] ?? Number.NaN;
    const label = `${where}: ${name}: got ${got}, expected ${want}`;
    expect(row.missing[j], label).to.equal(want === null ? 1 : 0);
    if (want === null) expect(got, label).to.equal(fill);
    else expect(Math.abs(got - want), label).to.be.at.most(1e-9 * Math.max(1e-3, Math.abs(want)));
  }
}

describe('library of features, against an independent reference', () => {
  it('computes every feature of bars', () => {
    const features = FEATURE_LIBRARY.filter((feature): feature is BarFeature => feature.input === 'bars');
    const { rows, columns, values } = VECTORS.bars;
    const matrix = computeFeatureMatrix(features, vectorBars(), HOURLY);
    const width = matrix.columns.length;
    for (const [i, t] of rows.entries()) {
      const row = {
        values: matrix.values.subarray(t * width, (t + 1) * width),
        missing: matrix.missing.subarray(t * width, (t + 1) * width),
      };
      expectValues(matrix.columns, row, columns, values[i] ?? [], `bar ${t}`);
    }
  });

  for (const given of VECTORS.books.cases) {
    it(`computes every feature of books and trades: ${given.name}`, () => {
      const row = featuresAt(BOOK_FEATURES, bookHistory(given), VECTORS.now, HOURLY);
      expectValues(row.columns, row, VECTORS.books.columns, given.values, given.name);
    });
  }

  for (const given of VECTORS.protocol.cases) {
    it(`computes every feature of a protocol: ${given.name}`, () => {
      const row = featuresAt(PROTOCOL_FEATURES, protocolHistory(given), VECTORS.now, HOURLY);
      expectValues(row.columns, row, VECTORS.protocol.columns, given.values, given.name);
    });
  }
});
