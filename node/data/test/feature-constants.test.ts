import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  barsOfSeries,
  computeFeatureMatrix,
  FEATURE_LIBRARY,
  modelInputs,
  namedValues,
  PEG_CHANNELS,
} from '../../features/library/index.ts';
import type { HourlySeries } from '../../features/series.ts';
import { generateVenue, loadSeries } from '../index.ts';
import { RECORDED } from './support.ts';

const NAMES = new Set(PEG_CHANNELS.columns.map(({ name }) => name));
const FEATURES = FEATURE_LIBRARY.filter(
  ({ input, columns }) => input === 'bars' && columns.some(({ name }) => NAMES.has(name)),
);

/** Of every channel that bars know, the mean size of its input and the share of hours in which it is clipped. */
function inputsOf(series: HourlySeries): { name: string; size: number; clipped: number }[] {
  const { columns, rows, warmupBars, values, missing } = computeFeatureMatrix(
    FEATURES,
    barsOfSeries(series),
    {
      barSeconds: 3_600,
    },
  );
  const width = columns.length;
  const sums = PEG_CHANNELS.columns.map(({ name }) => ({ name, size: 0, clipped: 0, hours: 0 }));
  for (let t = warmupBars; t < rows; t += 5) {
    const [from, to] = [t * width, (t + 1) * width];
    const row = { values: values.subarray(from, to), missing: missing.subarray(from, to) };
    const inputs = modelInputs(PEG_CHANNELS, namedValues(columns, row));
    for (const [i, sum] of sums.entries()) {
      if (inputs.missing[i] === 1) continue;
      const size = Math.abs(inputs.x[i] ?? Number.NaN);
      sum.hours++;
      sum.size += size;
      if (size === PEG_CHANNELS.clip) sum.clipped++;
    }
  }
  return sums
    .filter(({ hours }) => hours > 0)
    .map(({ name, size, clipped, hours }) => ({ name, size: size / hours, clipped: clipped / hours }));
}

describe('the constants of the peg channels', () => {
  it('suit the generated coin: no input is lost in zero, and none is clipped', () => {
    const inputs = inputsOf(generateVenue(1, 0, 300));
    expect(inputs).to.have.length(12);
    for (const { name, size, clipped } of inputs) {
      expect(size, name).to.be.within(0.1, 2.5);
      expect(clipped, name).to.be.at.most(0.005);
    }
  });

  for (const coin of ['dai', 'mim']) {
    it(`suit ${coin} on its oracle, clipping at most 5 hours in 1,000`, async function () {
      const file = join(RECORDED, `chainlink-rounds/arbitrum_${coin}_usd.csv.gz`);
      if (!existsSync(file)) this.skip();
      const { series } = await loadSeries({ kind: 'csv', format: 'chainlink', file });
      for (const { name, clipped } of inputsOf(series)) expect(clipped, name).to.be.at.most(0.005);
    });
  }
});
