import { expect } from 'chai';
import {
  barsOfSeries,
  computeFeatureMatrix,
  fitStandardScaling,
  PEG_CHANNELS,
  selectFeatures,
} from '../../features/library/index.ts';
import { generateVenue } from '../index.ts';

describe('the public coin of the generator', () => {
  it('gives the constants by which the peg channels are scaled, to two digits', () => {
    const series = generateVenue(1, 0);
    const matrix = computeFeatureMatrix(
      selectFeatures(['close-macd', 'close-bollinger', 'close-realised']),
      barsOfSeries(series),
      { barSeconds: 3_600 },
    );
    for (const [j, { name }] of matrix.columns.entries()) {
      const column = PEG_CHANNELS.columns.find((candidate) => candidate.name === name);
      if (column?.scaling.kind !== 'standard') continue;
      const known = [...matrix.values].filter(
        (_, i) => i % matrix.columns.length === j && matrix.missing[i] === 0,
      );
      const fitted = fitStandardScaling(known, 1e-9);
      if (fitted.kind !== 'standard') throw new Error(fitted.kind);
      expect(Number(fitted.spread.toPrecision(2)), name).to.equal(column.scaling.spread);
      if (column.scaling.centre !== 0) {
        expect(Number(fitted.centre.toPrecision(2)), name).to.equal(column.scaling.centre);
      } else expect(Math.abs(fitted.centre / fitted.spread), name).to.be.lessThan(0.2);
    }
  });
});
