import { expect } from 'chai';
import { devnetParameters } from '../../../node/devnet/options.ts';
import { learn } from '../learn.ts';
import { prepareLearningMarket } from '../market.ts';

const DENSE = devnetParameters({
  rounds: 2,
  byzantine: 1,
  rule: 'multi-krum',
  privacy: 'record',
  gate: true,
  normCheck: true,
});

describe('learning with compressed updates, through the whole round', function () {
  this.timeout(120_000);

  it('certifies what the bytes decode to: one model on all nodes', async () => {
    const market = await prepareLearningMarket({ seed: 7, nodes: 7, rounds: 2 });
    const parameters = { ...DENSE, update: { ...DENSE.update, compression: { keep: 0.05 } } };
    const { report, rounds, models, genesis, final } = await learn(market, {
      seed: 1,
      parameters,
    });
    expect(report.errors).to.deep.equal([]);
    expect(rounds.map(({ outcome, accepted }) => [outcome, accepted.length])).to.deep.equal([
      ['accepted', 7],
      ['accepted', 7],
    ]);
    expect(new Set(models).size).to.equal(1);
    expect(models[0]).to.be.a('string');
    expect(final.loss).to.be.lessThan(genesis.loss);
  });
});
