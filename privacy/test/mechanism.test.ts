import { expect } from 'chai';
import { clip, clipJointly, l2Norm } from '../clip.ts';
import { fromGrid, toGrid } from '../grid.ts';
import {
  expectedNoiseToSignal,
  gridNoiseVariance,
  type MechanismOptions,
  noisyRecordSum,
  noisyRowSum,
  noisyUpdate,
} from '../mechanism.ts';
import { fastDiscreteGaussian } from '../samplers/fast-discrete-gaussian.ts';
import { refusal, seededBytes } from './support.ts';

const options: MechanismOptions = { clipNorm: 0.5, noiseMultiplier: 1.1, gridBits: 20 };

describe('mechanism', () => {
  it('rounds the variance on the grid up, exactly', () => {
    expect(gridNoiseVariance({ clipNorm: 0.5, noiseMultiplier: 2, gridBits: 12 })).to.equal(4096n ** 2n);
    const variance = gridNoiseVariance(options);
    const sigma = 1.1 * 0.5 * 2 ** 20;
    expect(Number(variance) / sigma ** 2).to.be.within(1, 1 + 1e-11);
  });

  it('sums the rows of a matrix to the bits that it sums vectors to', async () => {
    const dimension = 7;
    const rows = Float64Array.from({ length: 60 * dimension }, (_, i) => Math.sin(i * i) * (i % 11) * 0.1);
    const apart = Array.from({ length: 60 }, (_, r) => rows.slice(r * dimension, (r + 1) * dimension));
    expect(noisyRowSum(rows, dimension, options, seededBytes('rows'))).to.deep.equal(
      noisyRecordSum(apart, dimension, options, seededBytes('rows')),
    );
    // Without the noise it is the sum of what `clip` and `toGrid` make of each.
    const noise = noisyRecordSum([], dimension, options, seededBytes('rows'));
    const plain = new Float64Array(dimension);
    for (const vector of apart) {
      toGrid(clip(vector, 0.5), 20).forEach((steps, i) => {
        plain[i]! += steps;
      });
    }
    expect(noisyRowSum(rows, dimension, options, seededBytes('rows'))).to.deep.equal(
      noise.map((value, i) => value + plain[i]! / 2 ** 20),
    );
    expect(noisyRowSum(new Float64Array(0), dimension, options, seededBytes('rows'))).to.deep.equal(noise);
    for (const [given, of] of [
      [rows.subarray(1), dimension],
      [rows, 0],
    ] as const) {
      const refused = await refusal(() => noisyRowSum(given, of, options, seededBytes('rows')));
      expect(refused).to.include({ code: 'VECTOR_LENGTH' });
    }
  });

  it('adds noise of the stated size to the clipped sum of records', () => {
    const dimension = 20_000;
    const gradients = [1, 2, 3].map((scale) => new Float64Array(dimension).fill(scale * 0.001));
    const noisy = noisyRecordSum(gradients, dimension, options, seededBytes('records'));
    const clean = new Float64Array(dimension);
    for (const gradient of gradients) {
      fromGrid(toGrid(clip(gradient, 0.5), 20), 20).forEach((value, i) => {
        clean[i]! += value;
      });
    }
    const noise = noisy.map((value, i) => value - clean[i]!);
    const sigma = 1.1 * 0.5;
    const mean = noise.reduce((sum, value) => sum + value, 0) / dimension;
    expect(Math.abs(mean)).to.be.below((4.5 * sigma) / Math.sqrt(dimension));
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / dimension;
    expect(Math.abs(variance / sigma ** 2 - 1)).to.be.below(4.5 * Math.sqrt(2 / dimension));
    // On the grid, to the last bit.
    expect(noisy.every((value) => Number.isInteger(value * 2 ** 20))).to.equal(true);
  });

  it('covers every coordinate, the first and the last too, with a draw of its own', () => {
    const draw = fastDiscreteGaussian(
      { numerator: gridNoiseVariance(options), denominator: 1n },
      seededBytes('every one'),
    );
    const draws = Array.from({ length: 5 }, draw);
    const noisy = noisyRecordSum([], 5, options, seededBytes('every one'));
    expect([...noisy]).to.deep.equal(draws.map((steps) => steps / 2 ** 20));
    const update = Float64Array.of(0.1, -0.2, 0, 0.2, 0.1);
    const clean = toGrid(clip(update, 0.5), 20);
    expect([...noisyUpdate(update, options, seededBytes('every one'))]).to.deep.equal(
      draws.map((steps, i) => steps + clean[i]!),
    );
  });

  it('takes rows of one value, and no rows of none', async () => {
    const noisy = (rows: Float64Array) => noisyRowSum(rows, 1, options, seededBytes('one'))[0] ?? 0;
    const apart = noisy(Float64Array.of(0.25, 0.125, 0.0625)) - noisy(new Float64Array(0));
    expect(apart).to.equal(0.4375);
    expect(noisyRowSum(new Float64Array(0), 0, options, seededBytes('none')).length).to.equal(0);
    const refused = await refusal(() => noisyRowSum(Float64Array.of(1), 2, options, seededBytes('half')));
    expect(refused.code).to.equal('VECTOR_LENGTH');
  });

  it('goes up to the ends of the grid, and not beyond', async () => {
    const random = seededBytes('ends');
    const sum = (records: Iterable<Float64Array>, changed: MechanismOptions) =>
      noisyRecordSum(records, 0, changed, random);
    const codeOf = async (of: () => unknown) => (await refusal(of)).code;
    expect(gridNoiseVariance({ clipNorm: 1, noiseMultiplier: 1, gridBits: 10 })).to.equal(1n << 20n);
    // A record is 2^31 − 1 steps and 16 σ are one more and 2^21: 2^21 − 1 records come to 2^52.
    const steps = 2 ** 31 - 1;
    const fine = {
      clipNorm: steps / 2 ** 30,
      noiseMultiplier: (steps + 2 ** 21) / 16 / steps,
      gridBits: 30,
    };
    let given = 0;
    const endless = (function* () {
      for (const none = new Float64Array(0); ; given++) yield none;
    })();
    expect(await codeOf(() => sum(endless, fine))).to.equal('GRID_OVERFLOW');
    expect(given).to.equal(2 ** 21 - 1);
    expect(sum([], { clipNorm: 2 ** 31 - 1, noiseMultiplier: 1, gridBits: 0 }).length).to.equal(0);
    const widest = { clipNorm: 1, noiseMultiplier: 2 ** 20, gridBits: 20 };
    expect(await codeOf(() => sum([], widest))).to.equal('GRID_OVERFLOW');
    // C and 16 σ are 2^31 − 1 steps.
    const whole = { clipNorm: 1, noiseMultiplier: (2 ** 31 - 2) / 16, gridBits: 0 };
    expect(noisyUpdate(Float64Array.of(0), whole, random).length).to.equal(1);
    const beyond = { clipNorm: 121, noiseMultiplier: 1, gridBits: 20 };
    expect(await codeOf(() => noisyUpdate(Float64Array.of(0), beyond, random))).to.equal('GRID_OVERFLOW');
  });

  it('gives one record no more than its clip norm', () => {
    const others = [Float64Array.of(0.1, -0.2, 0.05), Float64Array.of(-0.3, 0.1, 0.2)];
    const huge = Float64Array.of(1e9, -1e9, 1e9);
    const with_ = noisyRecordSum([...others, huge], 3, options, seededBytes('same noise'));
    const without = noisyRecordSum(others, 3, options, seededBytes('same noise'));
    const moved = l2Norm(with_.map((value, i) => value - without[i]!));
    expect(moved).to.be.within(0.4999, 0.5);
  });

  it('releases pure noise where there are no records', () => {
    const noisy = noisyRecordSum([], 1000, options, seededBytes('empty'));
    expect(l2Norm(noisy)).to.be.closeTo(0.55 * Math.sqrt(1000), 0.55 * 4.5);
  });

  it('covers a whole update on the grid', () => {
    const dimension = 10_000;
    const update = new Float64Array(dimension).fill(0.01);
    const steps = noisyUpdate(update, options, seededBytes('node'));
    const clean = toGrid(clip(update, 0.5), 20);
    expect(steps).to.be.instanceOf(Int32Array);
    const variance = steps.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0) / dimension;
    const sigma2 = (1.1 * 0.5 * 2 ** 20) ** 2;
    expect(Math.abs(variance / sigma2 - 1)).to.be.below(4.5 * Math.sqrt(2 / dimension));
    expect(noisyUpdate(update, options, seededBytes('node'))).to.deep.equal(steps);
  });

  it('adds the same noise however many tensors a vector is cut into', () => {
    const dimension = 6000;
    const vector = Float64Array.from({ length: dimension }, (_, i) => Math.sin(i) / 40);
    const sigma = 1.1 * 0.5;
    const deviationOf = (noisy: Float64Array, clean: Float64Array) =>
      Math.sqrt(noisy.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0) / noisy.length);
    const whole = noisyRecordSum([vector], dimension, options, seededBytes('tensors'));
    const clean = clip(vector, 0.5);
    const margin = (4.9 * sigma) / Math.sqrt(2 * dimension);
    for (const tensors of [1, 2, 5, 60]) {
      const size = dimension / tensors;
      const parts = Array.from({ length: tensors }, (_, t) => vector.slice(t * size, (t + 1) * size));
      const clipped = clipJointly(parts, 0.5);
      // Together as one release: the very noise of the vector that was never cut.
      const joint = Float64Array.from(clipped.flatMap((part) => [...part]));
      expect(noisyRecordSum([joint], dimension, options, seededBytes('tensors'))).to.deep.equal(whole);
      // Tensor by tensor, each with noise for the joint norm: as wide in every coordinate, and as long in all.
      const random = seededBytes(`${tensors} tensors`);
      const noisy = clipped.flatMap((part) => [...noisyRecordSum([part], size, options, random)]);
      expect(deviationOf(Float64Array.from(noisy), clean), `${tensors} tensors`).to.be.closeTo(sigma, margin);
    }
    expect(deviationOf(whole, clean)).to.be.closeTo(sigma, margin);
  });

  it('predicts the size of the noise on a mean', () => {
    expect(
      expectedNoiseToSignal({ noiseMultiplier: 1.1, dimension: 1000, count: 50, draws: 50 }),
    ).to.be.closeTo(4.92, 0.01);
    expect(
      expectedNoiseToSignal({ noiseMultiplier: 1.1, dimension: 1000, count: 50, draws: 1 }),
    ).to.be.closeTo(0.696, 0.001);
    const count = 10;
    const noisy = noisyRecordSum([], 4000, options, seededBytes('ratio'));
    const predicted = expectedNoiseToSignal({ noiseMultiplier: 1.1, dimension: 4000, count, draws: 1 });
    expect(l2Norm(noisy) / count / options.clipNorm / predicted).to.be.closeTo(1, 0.05);
  });

  it('refuses a coarse grid, a narrow integer, and training that diverged', async () => {
    const random = seededBytes('x');
    const update = Float64Array.of(0.1);
    const codeOf = async (changed: Partial<MechanismOptions>, vector = update) =>
      (await refusal(() => noisyUpdate(vector, { ...options, ...changed }, random))).code;
    expect(await codeOf({ gridBits: 8 })).to.equal('GRID_TOO_COARSE');
    expect(await codeOf({ gridBits: 30, noiseMultiplier: 5 })).to.equal('GRID_OVERFLOW');
    expect(await codeOf({ gridBits: 30, clipNorm: 4 })).to.equal('GRID_OVERFLOW');
    expect(await codeOf({ noiseMultiplier: 0 })).to.equal('PRIVACY_PARAMETER');
    expect(await codeOf({ clipNorm: Number.NaN })).to.equal('PRIVACY_PARAMETER');
    expect(await codeOf({}, Float64Array.of(Number.NaN))).to.equal('VECTOR_NOT_FINITE');
    const short = await refusal(() => noisyRecordSum([update], 2, options, random));
    expect(short.code).to.equal('VECTOR_LENGTH');
    const coarse = await refusal(() => noisyRecordSum([], 0, { ...options, gridBits: 9 }, random));
    expect(coarse.code).to.equal('GRID_TOO_COARSE');
    const wide = await refusal(() =>
      noisyRecordSum([], 1, { ...options, gridBits: 30, clipNorm: 4 }, random),
    );
    expect(wide.code).to.equal('GRID_OVERFLOW');
  });
});
