import { expect } from 'chai';
import { genesisOf } from '../../../node/models/index.ts';
import { float64Engine, type LocalTrainingOptions, TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import {
  type AuditMarket,
  attackPower,
  aucLimitOf,
  boundsPicture,
  inversionCosine,
  invertUpdate,
  loadAuditMarket,
  MEMBERSHIP_ATTACKS,
  meanFeatures,
  oneRecord,
  playMembership,
  releaseOneRecord,
  trainingAt,
} from '../index.ts';
import { auditBytes } from '../random.ts';

const DAYS = 32;

describe('attacks on trained updates', () => {
  let market: AuditMarket;
  before(async () => {
    market = await loadAuditMarket(undefined, 7, DAYS);
  });

  const play = (training: LocalTrainingOptions, trials: number, seed = 'play') =>
    playMembership(
      { engine: float64Engine, model: market.model, examples: market.pool },
      { training, trials, seed, rounds: 1, weights: genesisOf(market.model) },
    );

  it('find members without noise: all of them who know the others, most who know the pool', () => {
    const { gradient, others, loss } = play(trainingAt(Infinity), 40);
    expect(attackPower(others.all)).to.deep.equal({ auc: 1, truePositivesAtOnePercent: 1, advantage: 1 });
    expect(attackPower(gradient.all).auc).to.be.above(0.9);
    expect(attackPower(loss.all).auc).to.be.above(0.52);
  });

  it('find at ε = 1 no more than the worst case allows: Φ(μ/√2) of μ = 0.268', () => {
    const limit = aucLimitOf(trainingAt(1), 1) ?? 1;
    expect(limit).to.be.closeTo(0.5753, 1e-3);
    const scores = play(trainingAt(1), 70);
    for (const attack of MEMBERSHIP_ATTACKS) {
      expect(attackPower(scores[attack].all).auc, attack).to.be.within(0.48, limit + 0.02);
    }
    expect(attackPower(scores.others.all).auc).to.be.above(0.54);
  });

  it('find nothing where there is nothing but noise: no score knows its own record’s coin', () => {
    const scores = play({ ...TRAINING_DEFAULTS, noiseMultiplier: 1e4, gridBits: 10, samplingRate: 1 }, 70);
    for (const attack of MEMBERSHIP_ATTACKS) {
      expect(attackPower(scores[attack].all).auc, attack).to.be.closeTo(0.5, 0.025);
    }
  });

  it('are repeated to the bit from a seed', () => {
    const [one, two, other] = ['a', 'a', 'b'].map((seed) => play(trainingAt(1), 2, seed));
    expect(one).to.deep.equal(two);
    expect(one?.loss.all).not.to.deep.equal(other?.loss.all);
  });

  for (const spec of [{ kind: 'linear' }, { kind: 'mlp', hidden: 8 }] as const) {
    it(`read a node’s only example off its update without noise, and not at ε = 1: ${spec.kind}`, () => {
      const version = market.pegModel(spec);
      const typical = meanFeatures(market.peg);
      const bytes = auditBytes('inversion');
      const cosinesAt = (epsilon: number) =>
        Array.from({ length: DAYS }, (_, r) => {
          const from = market.peg.recordStart[r]!;
          const record = oneRecord(market.peg, from, from + 1);
          const training = { ...trainingAt(epsilon), recordClipNorm: TRAINING_DEFAULTS.headRecordNorms.peg };
          const { update, truth } = releaseOneRecord(record, version, training, bytes);
          return {
            found: inversionCosine(invertUpdate(update, version.model), truth),
            guessed: inversionCosine(typical, truth),
          };
        });
      for (const { found } of cosinesAt(Infinity)) expect(found).to.be.above(0.9999);
      const noisy = cosinesAt(1);
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / DAYS;
      // Below a guess of the mean record, which costs nothing.
      expect(mean(noisy.map(({ found }) => found))).to.be.below(mean(noisy.map(({ guessed }) => guessed)));
    });
  }

  it('refuse more days than the node has', async () => {
    const error = await loadAuditMarket(undefined, 7, 5000).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'AUDIT_POOL');
  });
});

describe('the picture of an audit', () => {
  it('draws every finite claim and puts what proves nothing on the lower edge', () => {
    const svg = boundsPicture('title', [
      {
        label: 'one',
        colour: '#123456',
        points: [
          { claimed: 1, proven: 0.5 },
          { claimed: 8, proven: 0 },
          { claimed: Infinity, proven: 3 },
        ],
      },
    ]);
    const points = /<polyline points="([^"]*)"/.exec(svg)?.[1]?.split(' ') ?? [];
    expect(points).to.have.length(2);
    expect(svg.match(/<circle/g)).to.have.length(3);
    const [, lowest] = (points[1] ?? '').split(',').map(Number);
    expect(lowest).to.equal(478);
  });
});
