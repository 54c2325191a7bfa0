import { expect } from 'chai';
import { createRule } from '../../../aggregation/index.ts';
import { createAttack } from '../index.ts';
import { meanOfHonest } from '../moments.ts';
import { codeOf, seeded, toRows } from './support.ts';

/** Seven updates of two coordinates around (0.1, −0.2), spread by about 1. */
const HONEST = toRows([
  [1, 0.5],
  [-0.9, -1.1],
  [0.4, 0.9],
  [-0.5, -1.5],
  [0.8, -0.9],
  [0.3, 0.6],
  [-0.4, 0.1],
]);
const OWN = new Float64Array(2);

describe('Fang’s attack on Krum', () => {
  it('is taken by Krum, against the signs of the honest mean, at the first λ of its row', () => {
    const lie = createAttack('fang-krum').craft({ own: OWN, honest: HONEST, liars: 3 });
    const chosen = (vector: Float64Array): boolean => {
      const rows = [...HONEST, vector, vector, vector];
      const [selected = 0] = createRule('krum', { f: 3 }).aggregate(rows).selected;
      return selected >= HONEST.length;
    };
    expect(chosen(lie)).to.equal(true);
    const signs = meanOfHonest(HONEST).map(Math.sign);
    const [lambda = 0] = lie.map((x, k) => -x * (signs[k] ?? 0));
    expect([...lie]).to.deep.equal([...signs.map((sign) => -lambda * sign)]);
    // λ₀ by hand: sums over the n − f − 2 = 5 nearest of six others, n − 2f − 1 = 3, √d = √2.
    const gap = (x: Float64Array, y: Float64Array): number =>
      Math.hypot(...x.map((value, k) => value - (y[k] ?? 0)));
    const sums = HONEST.map((x) =>
      HONEST.filter((y) => y !== x)
        .map((y) => gap(x, y))
        .sort((a, b) => a - b)
        .slice(0, 5)
        .reduce((sum, one) => sum + one, 0),
    );
    const norms = HONEST.map((x) => Math.hypot(...x));
    const first = Math.min(...sums) / (3 * Math.SQRT2) + Math.max(...norms) / Math.SQRT2;
    const halvings = Math.log2(first / lambda);
    expect(halvings).to.be.closeTo(Math.round(halvings), 1e-9);
    for (let louder = first; louder > lambda * 1.5; louder /= 2) {
      expect(chosen(signs.map((sign) => -louder * sign)), `λ = ${louder}`).to.equal(false);
    }
  });

  it('ends where Krum takes nothing of it', () => {
    const honest = HONEST.map((row) => row.map((x) => 100 + x / 1000));
    const lie = createAttack('fang-krum').craft({ own: OWN, honest, liars: 2 });
    expect(Math.abs(lie[0] ?? 1)).to.be.within(0.5e-5, 1e-5);
  });

  it('refuses what Krum refuses', () => {
    const craft = (liars: number) => () =>
      createAttack('fang-krum').craft({ own: OWN, honest: HONEST, liars });
    expect(codeOf(craft(4))).to.equal(undefined);
    expect(codeOf(craft(5))).to.equal('ATTACK_CONDITION');
    expect(codeOf(craft(0))).to.equal('ATTACK_CONDITION');
  });
});

describe('Fang’s attack on the trimmed mean', () => {
  const craft = (honest: readonly Float64Array[], seed: string): Float64Array =>
    createAttack('fang-trimmed-mean').craft({ own: OWN, honest, random: seeded(seed) });

  it('lies beyond all honest values, opposite to the mean, within a factor of two of the last', () => {
    // Means: positive with all values positive; positive with some negative; negative; negative with all negative.
    const honest = toRows([
      [1, -1, 1, -4],
      [2, 2, -3, -2],
      [3, 3, -2, -3],
    ]);
    const draws = Array.from({ length: 200 }, (_, i) => craft(honest, `${i}`));
    const bounds = [
      [0.5, 1],
      [-2, -1],
      [1, 2],
      [-2, -1],
    ] as const;
    for (const [k, [low, high]] of bounds.entries()) {
      const values = draws.map((lie) => lie[k] ?? Number.NaN);
      for (const value of values) expect(value).to.be.within(low, high);
      expect(Math.max(...values) - Math.min(...values)).to.be.above(0.9 * (high - low));
    }
  });

  it('repeats with its seed', () => {
    expect(craft(HONEST, 'a')).to.deep.equal(craft(HONEST, 'a'));
    expect(craft(HONEST, 'a')).not.to.deep.equal(craft(HONEST, 'b'));
  });

  it('draws the trimmed mean and the median away from where the honest nodes go, in each coordinate', () => {
    const lies = ['a', 'b'].map((seed) => craft(HONEST, seed));
    const mean = meanOfHonest(HONEST);
    for (const name of ['trimmed-mean', 'median']) {
      const result = (rows: readonly Float64Array[], f: number): Float64Array =>
        createRule(name, { f }).aggregate(rows).vector;
      const honest = result(HONEST, 0);
      const lied = result([...HONEST, ...lies], 2);
      for (const [k, centre] of mean.entries()) {
        const moved = (lied[k] ?? 0) - (honest[k] ?? 0);
        expect(centre >= 0 ? -moved : moved, `${name}, coordinate ${k}`).to.be.above(0.1);
      }
    }
  });
});
