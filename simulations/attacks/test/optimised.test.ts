import { expect } from 'chai';
import { createAttack, lineMaximum } from '../index.ts';
import { aggregationOf, codeOf, expectClose, toRows } from './support.ts';
import vectors from './vectors/attacks.json' with { type: 'json' };

describe('optimised attacks', () => {
  for (const { input, honest: values, optimised } of vectors.cases) {
    const honest = toRows(values);
    const own = honest[0] ?? new Float64Array();
    for (const { attack, aggregation, f, vector } of optimised) {
      it(`${attack} of ${f} against ${aggregation} on ${input}`, () => {
        const view = { own, honest, liars: f, aggregation: aggregationOf(aggregation, f) };
        expectClose(createAttack(attack).craft(view), vector, 1e-9);
      });
    }
  }

  it('do at least as much harm as an honest mean told by all liars, and no less than the attack with its step', () => {
    const honest = toRows([
      [1, 0.5, 0],
      [1.2, 0.3, 0.1],
      [0.9, 0.6, -0.1],
      [1.1, 0.2, 0.2],
      [0.8, 0.4, 0],
    ]);
    const [own = new Float64Array()] = honest;
    const aggregation = aggregationOf('median', 2);
    const harm = (lie: Float64Array): number => {
      const mean = createAttack('ipm').craft({ own, honest });
      return Math.hypot(...aggregation([...honest, lie, lie]).map((x, k) => x + (mean[k] ?? 0)));
    };
    for (const [optimal, plain] of [
      [createAttack('opt-alie'), createAttack('alie', { z: 10 })],
      [createAttack('opt-ipm'), createAttack('ipm', { boost: 10 })],
    ] as const) {
      const found = harm(optimal.craft({ own, honest, liars: 2, aggregation }));
      expect(found, optimal.name).to.be.at.least(harm(plain.craft({ own, honest })));
    }
  });

  it('say what they need', () => {
    const honest = toRows([[1], [2]]);
    const own = Float64Array.of(0);
    const aggregation = aggregationOf('median', 0);
    for (const name of ['opt-ipm', 'opt-alie']) {
      const { craft } = createAttack(name);
      expect(codeOf(() => craft({ own, honest, aggregation }))).to.equal('ATTACK_NEEDS');
      expect(codeOf(() => craft({ own, honest, liars: 1 }))).to.equal('ATTACK_NEEDS');
      for (const liars of [0, 1.5]) {
        expect(codeOf(() => craft({ own, honest, liars, aggregation }))).to.equal('ATTACK_CONDITION');
      }
    }
  });
});

describe('line search', () => {
  it('doubles its step as long as it gains, then shrinks it, and asks as often as it says', () => {
    const asked: number[] = [];
    const search = { evaluations: 7, step: 1, contraction: 0.5 };
    const best = lineMaximum((x) => {
      asked.push(x);
      return -Math.abs(x - 4);
    }, search);
    // 0, then 0 + 1 and 1 + 2 gain; 3 + 4 does not; 3 + 2 ties with 3; 3 + 1 gains, 4 + 0.5 does not.
    expect(asked).to.deep.equal([0, 1, 3, 7, 5, 4, 4.5]);
    expect(best).to.equal(4);
  });

  it('stays at 0 where nothing gains', () => {
    expect(lineMaximum(() => 1)).to.equal(0);
    expect(lineMaximum((x) => -x)).to.equal(0);
  });
});
