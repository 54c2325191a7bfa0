import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  FLAGS,
  type HourlySeries,
  withMirror,
} from '../../features/index.ts';
import { loadMarket, loadSeries } from '../index.ts';
import { RECORDED } from './support.ts';

const HOURS = 900;
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
const hourOf = (utc: string) => Date.parse(utc) / 3_600_000;

/** The flags of the examples at an hour. */
function flagsAt({ hour, flags }: { hour: Float64Array; flags: Uint8Array }, at: number): number[] {
  return [...flags].filter((_, i) => hour[i] === at);
}

describe('flags on the way to the model', () => {
  it('stay with their hour, in the mirror too, and take no row away', () => {
    const deviation = Float64Array.from({ length: HOURS }, (_, t) => Math.sin(t / 5));
    const flags = new Uint8Array(HOURS);
    flags[700] = FLAGS.held | FLAGS.outlier;
    const series: HourlySeries = { startHour: 480_000, deviation, flags };
    const plain = buildExamples(computeFeatures({ startHour: 480_000, deviation }), everything);
    const flagged = buildExamples(computeFeatures(series), everything);
    expect(flagged.rows).to.equal(plain.rows);
    expect(flagsAt(flagged, 480_700)).to.deep.equal([FLAGS.held | FLAGS.outlier]);
    expect(flagged.flags.filter((flag) => flag !== 0)).to.have.length(1);
    expect(plain.flags.every((flag) => flag === 0)).to.equal(true);
    expect(flagsAt(withMirror(flagged), 480_700)).to.deep.equal(Array(2).fill(FLAGS.held | FLAGS.outlier));
  });

  it('mark the hour of the 0.20 print of December 2021 and the gaps of the spot market', async function () {
    if (!existsSync(RECORDED)) {
      console.log(`      no recorded markets in ${RECORDED}: skipped`);
      this.skip();
    }
    const { series } = await loadSeries({
      kind: 'csv',
      format: 'candles-1h',
      file: join(RECORDED, 'candles-1h/spot_USDCUSDT_2020-06_2021-12.csv.gz'),
    });
    const peg = buildExamples(computeFeatures(series), everything);
    // The hour from 08:00 on is the bar that ends at 09:00.
    const [flag = 0] = flagsAt(peg, hourOf('2021-12-04T09:00Z'));
    expect(flag & FLAGS.outlier).to.equal(FLAGS.outlier);

    const { market } = await loadMarket({
      kind: 'csv',
      format: 'candles-1h',
      file: join(RECORDED, 'candles-1h/spot_BTCUSDT_2020-06_2021-12.csv.gz'),
    });
    const table = computeMarketFeatures(market, market);
    expect([...table.flags].filter((each) => (each & FLAGS.gap) !== 0).length).to.be.at.least(9);
    const risk = buildRiskExamples(table, everything);
    expect(risk.flags).to.have.length(risk.rows);
  });
});
