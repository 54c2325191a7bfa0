import { expect } from 'chai';
import { errorOf } from '../../test/support.ts';
import { checkRows } from '../rows.ts';

describe('rows', () => {
  it('are found to hold what is not finite, wherever it stands, and the first of it is named', () => {
    for (let d = 1; d <= 9; d++) {
      for (let k = 0; k < d; k++) {
        for (const value of [Number.NaN, Infinity, -Infinity]) {
          const bad = new Float64Array(d).fill(3);
          bad.fill(value, k);
          const { code, metadata } = errorOf(() => checkRows([new Float64Array(d), bad]));
          expect({ code, metadata }).to.deep.equal({
            code: 'ROW_NOT_FINITE',
            metadata: { row: 1, coordinate: k },
          });
        }
      }
    }
  });

  it('may hold any finite numbers', () => {
    const rows = [Float64Array.of(-0, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -5e-324)];
    expect(checkRows(rows)).to.equal(5);
  });
});
