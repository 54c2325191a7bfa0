import { expect } from 'chai';
import { bootstrapSkill } from '../index.ts';

/** Uniform in [0, 1), seeded (Lehmer's generator). */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

/** Paired losses whose difference is an AR(1) process around `gap`. */
function pair(uniform: () => number, rows: number, gap: number, phi: number) {
  let [common, own] = [0, 0];
  const loss = new Float64Array(rows);
  const baseline = new Float64Array(rows);
  for (let i = -100; i < rows; i++) {
    common = phi * common + Math.sqrt(1 - phi * phi) * normal(uniform);
    own = phi * own + Math.sqrt(1 - phi * phi) * normal(uniform);
    if (i < 0) continue;
    baseline[i] = 10 + 2 * common;
    loss[i] = 10 + 2 * common + own - gap;
  }
  return { loss, baseline };
}

const coverage = (phi: number, blockLength: number, runs: number) => {
  const uniform = lehmer(11);
  let inside = 0;
  for (let run = 0; run < runs; run++) {
    const { loss, baseline } = pair(uniform, 1_500, 0.5, phi);
    const { low, high } = bootstrapSkill(loss, baseline, {
      blockLength,
      resamples: 300,
      level: 0.95,
      uniform,
    });
    if (low <= 0.05 && 0.05 <= high) inside++;
  }
  return inside / runs;
};

describe('moving-block bootstrap', function () {
  this.timeout(20_000);

  it('covers the true skill about as often as it says when losses hang together', () => {
    expect(coverage(0.8, 60, 200)).to.be.within(0.88, 0.985);
  });

  it('would be far too sure of itself if rows were drawn one by one', () => {
    expect(coverage(0.8, 1, 200)).to.be.lessThan(0.7);
  });

  it('gives the plain skill, the same interval for the same seed, and none of width for equal losses', () => {
    const { loss, baseline } = pair(lehmer(5), 800, 0.5, 0.5);
    const options = () => ({ blockLength: 48, resamples: 200, level: 0.95, uniform: lehmer(7) });
    const once = bootstrapSkill(loss, baseline, options());
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(once.skill).to.be.closeTo(1 - sum(loss) / sum(baseline), 1e-12);
    expect(once.low).to.be.lessThan(once.skill);
    expect(once.high).to.be.greaterThan(once.skill);
    expect(bootstrapSkill(loss, baseline, options())).to.deep.equal(once);
    const same = bootstrapSkill(baseline, baseline, options());
    expect([same.low, same.skill, same.high]).to.deep.equal([0, 0, 0]);
  });

  it('never looks beyond the rows, with a last block that is shorter', () => {
    const loss = Float64Array.from({ length: 101 }, () => 3);
    const baseline = loss.map(() => 4);
    const result = bootstrapSkill(loss, baseline, {
      blockLength: 25,
      resamples: 50,
      level: 0.9,
      uniform: () => 1 - 2 ** -53,
    });
    expect([result.low, result.skill, result.high]).to.deep.equal([0.25, 0.25, 0.25]);
  });

  it('refuses nothing, losses that do not pair, and blocks longer than the rows', () => {
    const options = { blockLength: 5, resamples: 10, level: 0.95, uniform: () => 0 };
    for (const [a, b, blockLength] of [
      [0, 0, 1],
      [10, 9, 5],
      [10, 10, 11],
      [10, 10, 0],
    ] as const) {
      expect(() => bootstrapSkill(new Float64Array(a), new Float64Array(b), { ...options, blockLength }))
        .to.throw()
        .with.property('code', 'BOOTSTRAP_INPUT');
    }
  });
});
