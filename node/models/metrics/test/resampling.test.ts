import { expect } from 'chai';
import {
  areaUnderCurve,
  drawBlocks,
  earlyWarning,
  estimateMean,
  estimateRows,
  estimateSkill,
  MAX_RESAMPLES,
  openAuc,
} from '../index.ts';
import { seeded } from './support.ts';

const options = (uniform: () => number, blockLength = 40) => ({
  blockLength,
  resamples: 200,
  level: 0.95,
  uniform,
});

/** An AR(1) process of unit variance. */
function wave(normal: () => number, rows: number, phi: number): Float64Array {
  let state = normal();
  return Float64Array.from({ length: rows }, () => {
    state = phi * state + Math.sqrt(1 - phi * phi) * normal();
    return state;
  });
}

describe('block-bootstrap intervals', () => {
  it('cover a mean about as often as they say, where rows drawn one by one would not', () => {
    const { normal, uniform } = seeded(1);
    let [inside, alone] = [0, 0];
    for (let k = 0; k < 100; k++) {
      const rows = wave(normal, 800, 0.8);
      const holds = (blockLength: number) => {
        const { low, high } = estimateMean(drawBlocks(rows.length, options(uniform, blockLength)), rows);
        return low !== null && high !== null && low <= 0 && high >= 0;
      };
      if (holds(60)) inside++;
      if (holds(1)) alone++;
    }
    expect(inside / 100).to.be.within(0.85, 0.99);
    expect(alone / 100).to.be.lessThan(0.7);
  });

  it('are paired: what moves both losses moves the skill little', () => {
    const { normal, uniform } = seeded(2);
    const common = wave(normal, 2_000, 0.95).map((v) => Math.exp(v));
    const loss = common.map((v) => 0.9 * v * (1 + 0.01 * normal()));
    const skill = estimateSkill(drawBlocks(2_000, options(uniform)), loss, common);
    expect(skill.value).to.be.closeTo(0.1, 0.01);
    expect((skill.high ?? 1) - (skill.low ?? 0)).to.be.lessThan(0.01);
  });

  it('resample an area under the curve to what the drawn rows themselves would give', () => {
    const { normal, uniform } = seeded(3);
    const score = Float64Array.from({ length: 60 }, () => Math.round(3 * normal()));
    const event = Uint8Array.from(score, (v) => (v + 3 * normal() > 2 ? 1 : 0));
    const auc = openAuc(score, event);
    const drawn = drawBlocks(60, options(uniform, 7));
    let compared = 0;
    const found = estimateRows(drawn, (times) => {
      const rows = [...times].flatMap((n, i) => Array.from({ length: n }, () => i));
      const plain = areaUnderCurve(
        Float64Array.from(rows, (i) => score[i] ?? 0),
        Uint8Array.from(rows, (i) => event[i] ?? 0),
      );
      expect(auc(times)).to.be.closeTo(plain ?? Number.NaN, 1e-12);
      compared++;
      return plain;
    });
    expect(compared).to.equal(201);
    expect(found?.value).to.equal(areaUnderCurve(score, event));
    expect(estimateRows(drawn, openAuc(score, new Uint8Array(60)))).to.equal(null);
    expect(estimateRows(drawn, (times) => (times[0] === 1 ? 1 : null))).to.deep.equal({
      value: 1,
      low: null,
      high: null,
    });
  });

  it('keep at least three blocks, and refuse what cannot be resampled', () => {
    expect(
      drawBlocks(
        30,
        options(() => 0.999, 500),
      ),
    ).to.include({ blockLength: 10, blocks: 3 });
    const base = options(() => 0);
    for (const [rows, changed] of [
      [1, {}],
      [10, { blockLength: 0 }],
      [10, { resamples: MAX_RESAMPLES + 1 }],
      [10, { level: 1 }],
    ] as const) {
      expect(() => drawBlocks(rows, { ...base, ...changed }))
        .to.throw()
        .with.property('code', 'BOOTSTRAP_INPUT');
    }
    expect(() => estimateMean(drawBlocks(10, base), new Float64Array(9)))
      .to.throw()
      .with.property('code', 'BOOTSTRAP_INPUT');
  });
});

describe('early warning', () => {
  const bits = (text: string) => Uint8Array.from(text.replaceAll(' ', ''), Number);

  it('five steps ahead is early and no false alarm', () => {
    const found = earlyWarning(bits('0000000000 1110000000'), bits('0000011111 0000000000'), {
      lookback: 5,
      merge: 3,
    });
    expect(found).to.deep.include({ early: 1, late: 0, missed: 0, meanLead: 5, medianLead: 5 });
    expect(found).to.deep.include({ falseAlarms: [], calmSteps: 12 });
  });

  it('tells late from missed, merges runs, and never looks back into the event before', () => {
    const event = bits('0000110110 0011000000 0000011000');
    const alarm = bits('0100000100 0000000000 1000000001');
    const found = earlyWarning(event, alarm, { lookback: 6, merge: 2 });
    expect(found.events).to.deep.equal([
      { from: 4, to: 9, lead: 3, late: true },
      { from: 12, to: 14, lead: null, late: false },
      { from: 25, to: 27, lead: 5, late: false },
    ]);
    expect(found).to.deep.include({ early: 2, missed: 1, meanLead: 4, medianLead: 4, falseAlarms: [29] });
    // Merged over three steps the first two are one event, and the alarm within it comes too late for nothing.
    expect(earlyWarning(event, alarm, { lookback: 2, merge: 4 })).to.deep.include({ late: 1, missed: 1 });
  });

  it('counts an alarm before the look-back as false, and one run once', () => {
    const found = earlyWarning(bits('000000000011'), bits('110100000000'), { lookback: 3, merge: 2 });
    expect(found).to.deep.include({ missed: 1, falseAlarms: [0], meanLead: null });
  });

  it('refuses look-backs and pauses that are none', () => {
    for (const bad of [
      { lookback: 0, merge: 1 },
      { lookback: 9, merge: 1 },
      { lookback: 1, merge: 0 },
    ]) {
      expect(() => earlyWarning(bits('0011'), bits('0100'), bad))
        .to.throw()
        .with.property('code', 'METRIC_INPUT');
    }
    expect(() => earlyWarning(bits('0012'), bits('0100'), { lookback: 1, merge: 1 })).to.throw();
  });
});
