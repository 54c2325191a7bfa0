import { expect } from 'chai';
import { minimise, type Objective } from '../minimise.ts';

/** A thousandfold difference in curvature, turned out of the axes by the coupling of neighbours; least at 1, 2, 3, … */
function bowl(size: number, count: { calls: number }): Objective {
  return (at) => {
    count.calls += 1;
    const gradient = new Float64Array(size);
    let value = 1;
    for (let i = 0; i < size; i++) {
      const far = at[i]! - (i + 1) - 0.5 * ((at[i + 1] ?? i + 2) - (i + 2));
      const curvature = 1000 ** (i / (size - 1));
      value += 0.5 * curvature * far * far;
      gradient[i]! += curvature * far;
      if (i + 1 < size) gradient[i + 1]! -= 0.5 * curvature * far;
    }
    return { value, gradient };
  };
}

describe('minimise', () => {
  it('finds the bottom of an ill-conditioned bowl in tens of evaluations', () => {
    const count = { calls: 0 };
    const found = minimise(bowl(8, count), new Float64Array(8));
    for (const [i, value] of found.entries()) expect(value).to.be.closeTo(i + 1, 1e-4);
    expect(count.calls).to.be.below(70);
  });

  it('backs off from where there is no finite value, and stays where nothing is gained', () => {
    const barrier: Objective = (at) => {
      const x = at[0]!;
      return { value: x > 0 ? x + 1 / x : Number.NaN, gradient: Float64Array.of(1 - 1 / (x * x)) };
    };
    expect(minimise(barrier, Float64Array.of(0.01))[0]).to.be.closeTo(1, 1e-6);
    expect(minimise(barrier, Float64Array.of(30))[0]).to.be.closeTo(1, 1e-6);
    expect(minimise(barrier, Float64Array.of(1))[0]).to.equal(1);
  });
});
