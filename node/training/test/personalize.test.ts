import { expect } from 'chai';
import type { RecordGradients } from '../engine.ts';
import { PERSONAL_WARNING, personalize } from '../personalize.ts';

/** Half the squared distance to (4, −2): two records on either side of it. */
const own: RecordGradients = {
  perRecord: ([a = 0, b = 0]) => Float64Array.of(a - 5, b + 1, a - 3, b + 3),
  dispose: () => {},
};
const start = Float64Array.of(1, 1);
const quiet = () => {};

describe('personal weights', () => {
  it('go to where own loss and the pull to the network’s balance, and say what they are', () => {
    for (const mu of [0, 1, 9]) {
      const said: string[] = [];
      const tuned = personalize(own, start, { steps: 200, mu, learningRate: 0.1 }, (line) => said.push(line));
      // (4 + μ · 1) / (1 + μ), and the same of −2.
      expect(tuned[0]).to.be.closeTo((4 + mu) / (1 + mu), 1e-6);
      expect(tuned[1]).to.be.closeTo((-2 + mu) / (1 + mu), 1e-6);
      expect(said).to.deep.equal([PERSONAL_WARNING]);
    }
    expect([...start]).to.deep.equal([1, 1]);
  });

  it('are the network’s after no step, and outside the head that may move', () => {
    const silent = () => {
      throw new Error('nothing to warn of');
    };
    expect(personalize(own, start, { steps: 0, mu: 0, learningRate: 0.1 }, silent)).to.deep.equal(start);
    const options = { steps: 5, mu: 0, learningRate: 0.1, head: { offset: 1, size: 1 } };
    const tuned = personalize(own, start, options, quiet);
    expect(tuned[0]).to.equal(1);
    expect(tuned[1]).to.be.lessThan(0);
  });

  it('refuse options out of range', () => {
    const options = { steps: 5, mu: 1, learningRate: 0.1 };
    for (const wrong of [
      { steps: 201 },
      { steps: -1 },
      { mu: -1 },
      { learningRate: 0 },
      { learningRate: 1.5 },
      { head: { offset: 1, size: 2 } },
    ]) {
      expect(() => personalize(own, start, { ...options, ...wrong }, quiet))
        .to.throw()
        .with.property('code', 'PERSONAL_OPTION');
    }
  });
});
