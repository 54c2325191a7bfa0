import { expect } from 'chai';
import { textChart } from '../chart.ts';
import { simulationDocument } from '../document.ts';
import type { SimulationResult } from '../index.ts';
import { roundLine, seedLine, seedsLines, summaryLines, titleLine } from '../report.ts';
import { detectionOf, gainKept } from '../result.ts';

const figures = (loss: number) => ({ loss, skill: { B0: 0.1, B2: 0.05, B3: -0.2 }, coverage: 0.8 });

const RESULT: SimulationResult = {
  options: {
    ...{ nodes: 5, byzantine: 1, rounds: 2, seed: 7, noise: 'record', heterogeneity: 0.5, proximal: 0 },
    ...{
      normCheck: false,
      baseline: true,
      rule: 'median',
      f: 1,
      attack: 'alie',
      attackOptions: { z: 1.23456 },
    },
  },
  parameters: 33,
  rounds: [
    { round: 1, loss: 1.5, baselineLoss: 1.25, deviation: 0.0123456, leftOut: [0, 4] },
    { round: 2, loss: 1.2, baselineLoss: 1, deviation: 0.5, leftOut: [] },
  ],
  summary: {
    ...{
      start: figures(2),
      end: figures(1.2),
      baseline: figures(1),
      gainKept: 0.8,
      epsilon: 1.5,
      delta: 1e-5,
    },
    detection: { liarsLeftOut: 1, honestLeftOut: 1, precision: 0.5, recall: 0.5 },
    modelDigest: 'ab'.repeat(32),
  },
};

describe('reports of a simulation', () => {
  it('say what is simulated, how each round ended, and what came of it', () => {
    expect(titleLine(RESULT.options, 1)).to.equal(
      '5 nodes, 1 alie (z = 1.235) · median, f = 1 · 2 rounds · record noise · heterogeneity 0.5 · no norm check · seed 7',
    );
    expect(titleLine({ ...RESULT.options, byzantine: 0 }, 3)).to.match(
      /^5 nodes, all honest .* seeds 7 to 9$/,
    );
    const [first] = RESULT.rounds;
    expect(first && roundLine(first, RESULT.options)).to.equal(
      'round 1 · error 1.500 bp (honest alone 1.250) · off by 0.0123 · left out 1 of 1 liar, 1 of 4 honest',
    );
    expect(summaryLines(RESULT).slice(-4)).to.deep.equal([
      'error     2.000 → 1.200 bp; honest alone 1.000: 80.0 % of the gain kept',
      'skill     B0 10.0 %, B2 5.0 %, B3 -20.0 %; coverage 80.0 %',
      'left out  1 of 2 lies, 1 of 8 honest updates; precision 50.0 %, recall 50.0 %',
      'privacy   ε = 1.500 at δ = 1e-5, unit record',
    ]);
    expect(seedLine(RESULT)).to.match(/^seed 7 · error 2.000 → 1.200 bp .* gain kept 80.0 %/);
  });

  it('say so where a run ends worse than it began', () => {
    const worse = { ...RESULT, summary: { ...RESULT.summary, end: figures(3), gainKept: -1 } };
    expect(summaryLines(worse).at(-4)).to.equal(
      'error     2.000 → 3.000 bp; honest alone 1.000: worse than it began',
    );
  });

  it('say nothing of a baseline that was not run', () => {
    const alone = {
      ...RESULT,
      rounds: RESULT.rounds.map((round) => ({ ...round, baselineLoss: null })),
      summary: { ...RESULT.summary, baseline: null, gainKept: null, epsilon: null },
    };
    expect(summaryLines(alone).join('\n')).not.to.contain('alone');
    expect(summaryLines(alone).at(-1)).to.equal('privacy   none');
    expect(seedsLines([alone])[1]).to.equal('gain kept – in the mean, – at least');
  });

  it('put means and worst cases of the seeds beside the runs', () => {
    const worse = {
      ...RESULT,
      options: { ...RESULT.options, seed: 8 },
      summary: {
        ...RESULT.summary,
        ...{ gainKept: 0.4, end: figures(1.6) },
        detection: { liarsLeftOut: 2, honestLeftOut: 0, precision: 1, recall: 1 },
      },
    };
    const document = simulationDocument([RESULT, worse], { seconds: 2 });
    expect(document.summary.gainKept.least).to.equal(0.4);
    expect(document.summary.gainKept.mean).to.be.closeTo(0.6, 1e-12);
    expect(document.summary.endLoss.most).to.equal(1.6);
    expect(document.summary).to.include({ precision: 0.75, recall: 0.75 });
    expect(document.options).to.include({ seed: 7, seeds: 2 });
    expect(document.runs.map(({ seed }) => seed)).to.deep.equal([7, 8]);
    expect(document.timings).to.deep.equal({ seconds: 2 });
    expect(simulationDocument([RESULT])).not.to.have.property('timings');
  });
});

describe('figures of a simulation', () => {
  it('count who was left out', () => {
    const rounds = [{ leftOut: [0, 3, 4] }, { leftOut: [4] }, { leftOut: [] }];
    expect(detectionOf(rounds, { nodes: 5, byzantine: 2 })).to.deep.equal({
      liarsLeftOut: 3,
      honestLeftOut: 1,
      precision: 3 / 4,
      recall: 3 / 6,
    });
    expect(detectionOf([{ leftOut: [1] }], { nodes: 2, byzantine: 0 })).to.include({
      precision: 0,
      recall: null,
    });
  });

  it('compare the gain with what was possible, where something was', () => {
    expect(gainKept(figures(2), figures(1.5), figures(1))).to.equal(0.5);
    expect(gainKept(figures(2), figures(3), figures(1))).to.equal(-1);
    expect(gainKept(figures(2), figures(1), figures(2))).to.equal(null);
    expect(gainKept(figures(2), figures(1), null)).to.equal(null);
  });

  it('draw a chart: highest on top, the last value last, the first series above', () => {
    const chart = textChart([
      { mark: 'a', values: [3, 2, 1] },
      { mark: 'b', values: [3, 1, 0] },
    ]);
    expect(chart).to.deep.equal([
      '3.000 ┤a',
      '      ┤',
      '      ┤ a',
      '      ┤',
      '      ┤ ba'.replace('ba', 'ba'),
      '      ┤',
      '0.000 ┤  b',
    ]);
  });

  it('thin a long series out and leave out what is no number', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i);
    const [top = '', ...rest] = textChart([{ mark: '*', values }]);
    expect(top).to.match(/^ *999\.0 ┤ {5,}\*+$/);
    expect(Math.max(...[top, ...rest].map((line) => line.length))).to.be.at.most(70);
    expect(textChart([{ mark: '*', values: [Number.NaN] }])).to.deep.equal([]);
    expect(textChart([{ mark: '*', values: [2, 2] }]).at(-1)).to.equal('2.000 ┤**');
  });
});
