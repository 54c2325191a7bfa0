import { expect } from 'chai';
import { createAggregator, multiKrum } from '../../../aggregation/index.ts';
import { slicesFor } from '../../../node/data/index.ts';
import { TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import { signFlip } from '../../attacks/index.ts';
import { type PreparedMarket, prepareMarket, runFederation } from '../federated-run.ts';

describe('federated peg model, published defaults, one market', () => {
  let market: PreparedMarket;
  before(async () => {
    market = await prepareMarket(await slicesFor(undefined, 201, 7), 10);
  });
  const base = { seed: 'test' } as const;

  it('beats B0 and B2 on the held-out test under record privacy', () => {
    const { final } = runFederation(market, { ...base, training: TRAINING_DEFAULTS });
    expect(final.skill.B0).to.be.greaterThan(0.02);
    expect(final.skill.B2).to.be.greaterThan(0.02);
    expect(final.coverage).to.be.within(0.65, 0.9);
  });

  it('excludes a reversed update in every round and loses next to nothing to it', () => {
    const training = { ...TRAINING_DEFAULTS, unit: 'none' } as const;
    const clean = runFederation(market, { ...base, training });
    const rule = multiKrum({ f: 1 });
    const lied = runFederation(market, { ...base, training, rule, attack: signFlip() });
    expect(lied.lastExcluded).to.equal(10);
    const gain = ({ genesis, final }: typeof clean) => genesis.loss - final.loss;
    expect(gain(clean)).to.be.greaterThan(0);
    expect(gain(lied) / gain(clean)).to.be.greaterThan(0.95);
    expect(clean.alignment).to.be.greaterThan(0.7);
  });

  it('drifts less with a proximal term, and forecasts no worse for a weak one', () => {
    const short = { ...market, training: market.training.slice(0, 3) };
    const [plain, weak, strong] = [0, 0.1, 1].map((proximal) =>
      runFederation(short, { ...base, training: { ...TRAINING_DEFAULTS, unit: 'none', proximal } }),
    );
    expect(weak?.drift).to.be.lessThan(plain?.drift ?? 0);
    expect(strong?.drift).to.be.lessThan((plain?.drift ?? 0) * 0.7);
    expect(weak?.final.loss).to.be.closeTo(plain?.final.loss ?? 0, 0.02 * (plain?.final.loss ?? 0));
  });

  it('learns faster under server momentum, and well under adaptive steps by their defaults', () => {
    const curve = (rule: string, rounds: number): number[] => {
      const losses: number[] = [];
      const { genesis } = runFederation(
        { ...market, training: market.training.slice(0, rounds) },
        {
          ...base,
          training: { ...TRAINING_DEFAULTS, unit: 'none' },
          aggregator: createAggregator(rule),
          onRound: (_, weights) => losses.push(market.judge.heldOut(weights).loss),
        },
      );
      return losses.map((loss) => 1 - loss / genesis.loss);
    };
    const plain = curve('fedavg', 10);
    const target = 0.9 * (plain.at(-1) ?? Number.NaN);
    expect(target).to.be.greaterThan(0.2);
    const needed = plain.findIndex((gain) => gain >= target) + 1;
    expect(curve('fedavgm', needed - 1).at(-1)).to.be.greaterThan(target);
    expect(curve('fedadam', 10).at(-1)).to.be.greaterThan(target);
  });

  it('can be replayed to the same bits', () => {
    const short = { ...market, training: market.training.slice(0, 2) };
    const once = runFederation(short, { ...base, training: TRAINING_DEFAULTS });
    expect(runFederation(short, { ...base, training: TRAINING_DEFAULTS }).weights).to.deep.equal(
      once.weights,
    );
    const other = runFederation(short, { ...base, training: TRAINING_DEFAULTS, seed: 'other' });
    expect(other.weights).not.to.deep.equal(once.weights);
  });
});
