import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { RECORDED } from '../../../node/data/test/support.ts';
import { bandOf, RECORDED_MOMENTS } from '../market-moments/bands.ts';
import { pegMoments } from '../market-moments/pegged.ts';
import { generatedMoments, MOMENTS, recordedMoments } from '../market-moments/report.ts';
import { correlation, median, memory } from '../market-moments/statistics.ts';

describe('moments of the generated market', () => {
  it('lie among those of the recorded ones, or a quarter of their range beyond', function () {
    this.timeout(20_000);
    const seeds = Array.from({ length: 10 }, (_, i) => 101 + i);
    const generated = generatedMoments(seeds, 2);
    for (const name of MOMENTS) {
      const { low, high } = bandOf(RECORDED_MOMENTS[name]);
      expect(generated[name].mean, name).to.be.within(low, high);
    }
  });

  it('are held against what the recordings give', async function () {
    if (!existsSync(RECORDED)) this.skip();
    this.timeout(20_000);
    const recorded = await recordedMoments(RECORDED);
    for (const name of MOMENTS) {
      for (const edge of ['least', 'mean', 'most'] as const) {
        const value = recorded[name][edge];
        expect(RECORDED_MOMENTS[name][edge], `${name}, ${edge}`).to.be.closeTo(
          value,
          0.006 * Math.abs(value),
        );
      }
    }
  });

  it('count a depeg from its limit down to half of it, once', () => {
    const quiet = new Array<number>(200).fill(1);
    const deviation = Float64Array.from([...quiet, 49, 20, -60, -30, -120, -26, -24, 70, 51, 3, ...quiet]);
    const moments = pegMoments(deviation);
    const years = deviation.length / (365.25 * 24);
    expect(moments['depegs of 50 bp a year'] * years).to.be.closeTo(2, 1e-9);
    expect(moments['depegs of 100 bp a year'] * years).to.be.closeTo(1, 1e-9);
    expect(moments['depth of a depeg of 50 bp, bp']).to.equal(120);
    expect(moments['share of hours 50 bp off'] * deviation.length).to.be.closeTo(4, 1e-9);
  });

  it('leave out what is unknown', () => {
    expect(correlation([1, 2, Number.NaN, 4], [2, 4, 0, 8])).to.be.closeTo(1, 1e-12);
    expect(memory([1, -1, 1, -1, 1, -1], 1)).to.be.closeTo(-1, 1e-12);
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([])).to.deep.equal(Number.NaN);
  });
});
