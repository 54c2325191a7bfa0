import { expect } from 'chai';
import { fitShrunkLogistic } from '../index.ts';

describe('a shrunk logistic', () => {
  it('finds its optimum where a full step of Newton overshoots: few events, a weak ridge', () => {
    // 10 events among 1,960 calm rows, 20 among 40 rough ones: the odds of both kinds are known.
    const rows = [
      ...Array.from({ length: 1_960 }, (_, i) => ({ x: 0, event: i < 10 ? 1 : 0 })),
      ...Array.from({ length: 40 }, (_, i) => ({ x: 3, event: i % 2 })),
    ];
    const x = Float64Array.from(rows.flatMap((row) => [1, row.x]));
    const weights = fitShrunkLogistic(
      x,
      2,
      Uint8Array.from(rows, ({ event }) => event),
      1e-9,
    );
    const calm = Math.log(10 / 1_950);
    expect(weights[0]).to.be.closeTo(calm, 1e-4);
    expect(weights[1]).to.be.closeTo(-calm / 3, 1e-4);
  });
});
