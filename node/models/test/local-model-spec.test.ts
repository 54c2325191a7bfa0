import { expect } from 'chai';
import { featureSchemaHash, PEG_CHANNELS, RISK_INPUTS } from '../../features/library/index.ts';
import { BOOSTING, fitBoosting, predictBoosting } from '../boosting/index.ts';
import { assessorOf, ensembleOf, localModelHash, lstmOf, parseLocalModelSpec } from '../local-model-spec.ts';
import { createPrng } from './seeded.ts';

const fifth = { collateral: 0.2, market: 0.2, protocol: 0.2, liquidity: 0.2, contagion: 0.2 };
const assessor = {
  kind: 'risk-assessor',
  version: 1,
  features: featureSchemaHash(RISK_INPUTS),
  hidden: [64, 32],
  numbers: { scale: fifth, threshold: fifth, weights: fifth },
};
const lstm = {
  kind: 'peg-lstm',
  version: 1,
  features: featureSchemaHash(PEG_CHANNELS),
  steps: 48,
  units: [128, 64],
};
const { uniform } = createPrng(3);
const x = Float64Array.from({ length: 200 }, () => uniform());
const fitted = fitBoosting(
  { x, y: x.map((value) => (value > 0.5 ? 1 : 0)), width: 1 },
  { kind: 'log' },
  { ...BOOSTING, trees: 3 },
  uniform,
);
const trees = {
  kind: 'boosted-trees',
  version: 1,
  features: featureSchemaHash(RISK_INPUTS),
  ensemble: fitted,
};
const asFile = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('specs of local models', () => {
  it('make models of their published sizes', () => {
    const own = parseLocalModelSpec(asFile(assessor));
    expect(own.kind === 'risk-assessor' && assessorOf(own).network.size).to.equal(3_845);
    const sequence = parseLocalModelSpec(asFile(lstm));
    expect(sequence.kind === 'peg-lstm' && lstmOf(sequence).size).to.equal(123_721);
    const forest = parseLocalModelSpec(asFile(trees));
    if (forest.kind !== 'boosted-trees') throw new Error('another kind');
    expect(predictBoosting(ensembleOf(forest), x)).to.deep.equal(predictBoosting(fitted, x));
  });

  it('have a hash that every number changes', () => {
    const hashes = [
      assessor,
      { ...assessor, hidden: [64, 16] },
      { ...assessor, numbers: { ...assessor.numbers, scale: { ...fifth, market: 0.21 } } },
      lstm,
      { ...lstm, units: [16, 8] },
      trees,
      { ...trees, ensemble: { ...fitted, base: 0.25 } },
    ].map((value) => localModelHash(parseLocalModelSpec(asFile(value))));
    expect(new Set(hashes).size).to.equal(hashes.length);
    expect(localModelHash(parseLocalModelSpec(asFile(assessor)))).to.equal(hashes[0]);
  });

  it('refuse a kind that is not known, by a code of its own', () => {
    for (const value of [{ ...assessor, kind: 'transformer' }, {}, null, 'lstm', { kind: 3 }]) {
      expect(() => parseLocalModelSpec(value))
        .to.throw()
        .with.property('code', 'MODEL_KIND');
    }
  });

  it('refuse what is out of bounds, of other features, or would never end', () => {
    const [first] = fitted.trees;
    if (first === undefined) throw new Error('no tree');
    const withTree = (own: object) => ({ ...trees, ensemble: { ...fitted, trees: [{ ...first, ...own }] } });
    const nodes = 8_193;
    const long = Array.from({ length: nodes * 2 }, () => 0);
    for (const value of [
      { ...assessor, features: featureSchemaHash(PEG_CHANNELS) },
      { ...assessor, hidden: [64, 1_025] },
      { ...assessor, extra: 1 },
      { ...assessor, version: 2 },
      { ...assessor, numbers: { ...assessor.numbers, weights: { ...fifth, market: 0.3 } } },
      { ...lstm, units: [128, 64, 32] },
      { ...lstm, steps: 5_000 },
      withTree({ left: first.left.map(() => 1) }),
      withTree({ column: first.column.map(() => 1) }),
      withTree({ value: [0] }),
      withTree({ column: long, threshold: long, left: long, value: long }),
      { ...trees, ensemble: { ...fitted, trees: Array.from({ length: 2_001 }, () => first) } },
    ]) {
      expect(() => parseLocalModelSpec(asFile(value)))
        .to.throw()
        .with.property('code', 'MODEL_SPEC');
    }
  });
});
