import { expect } from 'chai';
import { generateVenue } from '../../../node/data/index.ts';
import { buildExamples, computeFeatures, type ExampleSet } from '../../../node/features/index.ts';
import { createPegModel, fitPublicNumbers } from '../../../node/models/index.ts';
import { joinPegExamples } from '../join-examples.ts';
import { lossesOf, skillsOf } from '../peg-horizons/judge.ts';
import { ADAM, trainByAdam } from '../peg-horizons/training.ts';

describe('training of the peg model without federation', () => {
  const CUT = 200 * 24;
  const tables = [1, 2].map((venue) => computeFeatures(generateVenue(4, venue, 260), 4));
  const part = (from: number, to: number): ExampleSet[] =>
    tables.map((table) => buildExamples(table, { from: table.startHour + from, to: table.startHour + to }));
  const model = createPegModel({ kind: 'linear' }, 4);
  const before = joinPegExamples(part(0, CUT - 4));
  const weights = trainByAdam(model, before, ADAM);
  const forecaster = { model, weights, numbers: fitPublicNumbers(before) };
  const losses = part(CUT, Number.POSITIVE_INFINITY).map((set) => lossesOf(forecaster, set));

  it('beats scaled persistence on later months of pooled venues, and repeats its bits', () => {
    const { B2, rows, coverage } = skillsOf(losses);
    expect(B2.low).to.be.greaterThan(0);
    expect(rows).to.equal(losses.reduce((sum, { hour }) => sum + hour.length, 0));
    expect(coverage).to.be.within(0.7, 0.9);
    expect(trainByAdam(model, before, ADAM)).to.deep.equal(weights);
    expect(trainByAdam(model, before, { ...ADAM, seed: 2 })).not.to.deep.equal(weights);
  });

  it('is judged by its gate: closed it is B2, open the model alone', () => {
    const [set] = part(CUT, Number.POSITIVE_INFINITY);
    if (set === undefined) throw new Error('no venue');
    const closed = lossesOf(forecaster, set, () => 0);
    expect(closed.model).to.deep.equal(closed.B2);
    const inRange = { ...forecaster, numbers: { ...forecaster.numbers, anchor: { scale: 1e9 } } };
    expect(lossesOf(forecaster, set, () => 1).model).to.deep.equal(lossesOf(inRange, set).model);
  });

  it('joins sets with their records', () => {
    const [a, b] = part(0, 30 * 24);
    if (a === undefined || b === undefined) throw new Error('no venue');
    const both = joinPegExamples([a, b]);
    expect([both.rows, both.records]).to.deep.equal([a.rows + b.rows, a.records + b.records]);
    expect(both.x.slice(a.x.length)).to.deep.equal(Float64Array.from(b.x));
    expect(both.recordStart[a.records + 1]).to.equal(a.rows + (b.recordStart[1] ?? 0));
  });
});
