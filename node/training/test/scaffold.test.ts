import { expect } from 'chai';
import { type RecordGradients, TRAINING_DEFAULTS, trainScaffold } from '../index.ts';

/** The gradient of ½‖w − a‖² as one record. */
function bowl(...a: number[]): RecordGradients {
  return { perRecord: (w) => w.map((value, j) => value - (a[j] ?? 0)), dispose: () => {} };
}

describe('a SCAFFOLD client', () => {
  const options = {
    ...TRAINING_DEFAULTS,
    unit: 'none',
    localSteps: 2,
    learningRate: 0.5,
    nominalRecords: 1,
    recordClipNorm: 100,
  } as const;
  const none = () => new Uint8Array();
  const zero = { global: new Float64Array(1), own: new Float64Array(1) };

  it('trains plainly without variates, and measures its mean gradient', () => {
    // From 8 towards 0: gradients 8 and 4, weights 4 and 2.
    const { weights, control } = trainScaffold(bowl(0), Float64Array.of(8), zero, options, none);
    expect([...weights]).to.deep.equal([-6]);
    expect([...control]).to.deep.equal([6]);
  });

  it('corrects each step by c − c_i, and its own variate by what the step was without them', () => {
    const variates = { global: Float64Array.of(1), own: Float64Array.of(3) };
    const { weights, control } = trainScaffold(bowl(0), Float64Array.of(8), variates, options, none);
    // 8 − ½·(8 − 2) = 5; 5 − ½·(5 − 2) = 3.5. c_i⁺ = 3 − 1 + 4.5 = (8 + 5)/2, the mean gradient.
    expect([...weights]).to.deep.equal([-4.5]);
    expect([...control]).to.deep.equal([6.5 - 3]);
  });

  it('stays where the mean of all gradients is 0, whatever its own is', () => {
    const variates = { global: Float64Array.of(0, 0), own: Float64Array.of(-2, 5) };
    const { weights, control } = trainScaffold(bowl(2, -5), Float64Array.of(0, 0), variates, options, none);
    expect([...weights].map(Math.abs)).to.deep.equal([0, 0]);
    expect([...control].map(Math.abs)).to.deep.equal([0, 0]);
  });

  it('refuses a proximal term and variates of another size', () => {
    const run = (more: object, variates = zero) => {
      return () => trainScaffold(bowl(0), Float64Array.of(8), variates, { ...options, ...more }, none);
    };
    expect(run({ proximal: 0.1 }))
      .to.throw('under SCAFFOLD')
      .with.property('code', 'TRAINING_OPTION');
    for (const variates of [
      { ...zero, own: new Float64Array(2) },
      { global: new Float64Array(2), own: new Float64Array(2) },
    ]) {
      expect(run({}, variates)).to.throw().with.property('code', 'TRAINING_OPTION');
    }
  });
});
