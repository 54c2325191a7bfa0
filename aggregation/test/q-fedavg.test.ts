import { expect } from 'chai';
import fc from 'fast-check';
import { fedAvg, qFedAvg } from '../index.ts';
import { bytesOf, errorOf, expectClose, toRows } from './support.ts';

describe('q-FedAvg', () => {
  const rows = toRows([
    [3, 4],
    [1, 0],
  ]);

  it('is the formula of the paper', () => {
    // q = 1, L = 2, F = 4 and 1: N = 4·(3, 4) + 1·(1, 0), H = 4 + 2·25 + 1 + 2·1.
    const { vector, weights } = qFedAvg({ q: 1, lipschitz: 2 }).aggregate(rows, { losses: [4, 1] });
    expectClose(vector, [13 / 57, 16 / 57], 1e-15);
    expect([...(weights ?? [])]).to.deep.equal([1, 0.25]);
  });

  it('takes q in halves', () => {
    // q = 3/2, L = 1, F^q = 8 and 1, q·F^(q−1) = 3 and 3/2: H = 8 + 3·25 + 1 + 3/2.
    const { vector } = qFedAvg({ q: 1.5 }).aggregate(rows, { losses: [4, 1] });
    expectClose(vector, [25 / 85.5, 32 / 85.5], 1e-15);
  });

  it('is FedAvg to the bit with q = 0, whatever the losses', () => {
    const wild = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ row: wild, loss: fc.double({ min: 1e-300, max: 1e300, noNaN: true }) }), {
          minLength: 1,
        }),
        (given) => {
          const all = toRows(given.map(({ row }) => row));
          const losses = given.map(({ loss }) => loss);
          const { vector } = qFedAvg({ q: 0 }).aggregate(all, { losses });
          expect(bytesOf(vector)).to.equal(bytesOf(fedAvg().aggregate(all).vector));
        },
      ),
      { seed: 16, numRuns: 200 },
    );
  });

  it('turns towards the node with the largest loss, the more the larger q', () => {
    const apart = toRows([
      [0.01, 0],
      [0, 0.01],
    ]);
    const shares = [0, 0.5, 1, 2, 8].map((q) => {
      const [x = 0, y = 0] = qFedAvg({ q }).aggregate(apart, { losses: [2, 1] }).vector;
      return x / (x + y);
    });
    for (const [i, q] of [0, 0.5, 1, 2, 8].entries()) {
      expect(shares[i]).to.be.closeTo(2 ** q / (2 ** q + 1), 1e-12);
    }
  });

  it('bears losses whose powers leave the range of float64', () => {
    const { vector } = qFedAvg({ q: 8 }).aggregate(rows, { losses: [1e300, 5e299] });
    // The squares of the rows are nothing beside these losses.
    expectClose(vector, [(3 + 2 ** -8) / (1 + 2 ** -8), 4 / (1 + 2 ** -8)], 1e-12);
  });

  it('refuses a step that vanishes because its divisor is infinite', () => {
    const act = () => qFedAvg().aggregate(rows, { losses: [5e-324, 5e-324] });
    expect(errorOf(act).code).to.equal('RESULT_NOT_FINITE');
    expect(errorOf(act).message).to.include('Infinity');
  });

  it('refuses options and losses without meaning', () => {
    for (const q of [-0.5, 0.25, 8.5, Number.NaN, Infinity]) {
      expect(errorOf(() => qFedAvg({ q })).code, `${q}`).to.equal('RULE_OPTION');
    }
    for (const lipschitz of [0, -1, Infinity]) {
      expect(errorOf(() => qFedAvg({ lipschitz })).code).to.equal('RULE_OPTION');
    }
    expect(errorOf(() => qFedAvg({ f: 1 })).code).to.equal('RULE_OPTION');
    expect(errorOf(() => qFedAvg().aggregate(rows)).code).to.equal('INPUT_MISSING');
    for (const losses of [[1], [1, 0], [1, -1], [1, Number.NaN], [1, Infinity]]) {
      expect(errorOf(() => qFedAvg().aggregate(rows, { losses })).code).to.equal('INPUT_INVALID');
    }
  });
});
