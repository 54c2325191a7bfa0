import { expect } from 'chai';
import { gaussianEpsilon } from '../../../privacy/accountants/gaussian-curve.ts';
import {
  attackPower,
  type CanaryScores,
  epsilonByCounting,
  epsilonOfCanaries,
  estimateSeparation,
  lowerProportion,
  upperProportion,
} from '../index.ts';
import { auditDraws } from '../random.ts';

/** Standard normals by Box and Muller 1958. */
function normals(seed: string): () => number {
  const { uniform } = auditDraws(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function scoresApart(
  mu: number,
  count: number,
  normal: () => number,
  { scale = 1, shift = 0 } = {},
): CanaryScores {
  return {
    absent: Float64Array.from({ length: count }, () => shift + scale * normal()),
    present: Float64Array.from({ length: count }, () => shift + scale * (mu + normal())),
  };
}

/** Wide enough that a right interval misses it at one seed in 2,000, and that twice the error is found. */
function withinChance(hits: number, trials: number, probability: number): void {
  const deviation = Math.sqrt(trials * probability * (1 - probability));
  expect(Math.abs(hits - trials * probability)).to.be.below(3.5 * deviation);
}

describe('bounds of an audit', () => {
  for (const mu of [0.27, 3]) {
    it(`hold the separation ${mu} of synthetic normals as often as they say`, () => {
      const normal = normals(`coverage/${mu}`);
      const runs = 300;
      let [above, below] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const scores = scoresApart(mu, 20, normal, { scale: 7, shift: -40 });
        const { low, high } = estimateSeparation(scores, 0.9);
        if (low > mu) above++;
        if (high < mu) below++;
      }
      withinChance(above, runs, 0.1);
      withinChance(below, runs, 0.1);
    });
  }

  it('close in on the separation as trials grow', () => {
    const normal = normals('closing');
    const [few, many] = [100, 40_000].map((count) => {
      const { low, high } = estimateSeparation(scoresApart(0.5, count, normal), 0.999);
      return high - low;
    });
    expect(many).to.be.within((few ?? 0) / 24, (few ?? 0) / 16);
  });

  it('are infinite for scores that nothing hides, and 0 for scores that are all alike', () => {
    const same = new Float64Array(20).fill(3);
    const other = new Float64Array(20).fill(4);
    expect(estimateSeparation({ absent: same, present: other }, 0.9).low).to.equal(Infinity);
    expect(estimateSeparation({ absent: same, present: same }, 0.9).high).to.equal(0);
  });

  it('turn the separation into ε on the curve of the Gaussian mechanism', () => {
    const scores = scoresApart(1, 400, normals('curve'));
    const { epsilon, separation } = epsilonOfCanaries(scores, { delta: 1e-5, confidence: 0.99 });
    expect(epsilon).to.be.closeTo(gaussianEpsilon(1e-5, separation.low), 1e-6);
    expect(epsilon).to.be.below(gaussianEpsilon(1e-5, 1));
  });

  it('meet published Clopper–Pearson intervals', () => {
    // 0 of n: 1 − α^(1/n); 10 of 100 at 95 %, two-sided: 0.0490 to 0.1762 (Brown, Cai and DasGupta 2001).
    expect(upperProportion(0, 50, 0.05)).to.be.closeTo(1 - 0.05 ** (1 / 50), 1e-12);
    expect(lowerProportion(50, 50, 0.05)).to.be.closeTo(0.05 ** (1 / 50), 1e-12);
    expect(lowerProportion(10, 100, 0.025)).to.be.closeTo(0.049, 5e-5);
    expect(upperProportion(10, 100, 0.025)).to.be.closeTo(0.1762, 5e-5);
    expect([upperProportion(7, 7, 0.1), lowerProportion(0, 7, 0.1)]).to.deep.equal([1, 0]);
  });

  it('by counting never pass ε of randomised response, and come near it', () => {
    const { uniform } = auditDraws('response');
    const truth = 2;
    const keep = Math.exp(truth) / (1 + Math.exp(truth));
    const answer = (bit: number) => (uniform() < keep ? bit : 1 - bit);
    for (let run = 0; run < 8; run++) {
      const { epsilon } = epsilonByCounting(
        {
          absent: Float64Array.from({ length: 4000 }, () => answer(0)),
          present: Float64Array.from({ length: 4000 }, () => answer(1)),
        },
        { delta: 0, confidence: 0.999 },
      );
      expect(epsilon).to.be.within(truth - 0.5, truth);
    }
  });

  it('by counting take δ off', () => {
    // A test that is right about one in ten and never wrong: (0, 0.1)-private.
    const absent = new Float64Array(2000);
    const present = absent.map((_, i) => (i % 10 === 0 ? 1 : 0));
    const at = (delta: number) =>
      epsilonByCounting({ absent, present }, { delta, confidence: 0.999 }).epsilon;
    expect(at(0)).to.be.above(2);
    expect(at(0.1)).to.equal(0);
  });
});

describe('the power of an attack', () => {
  it('is a coin’s for equal scores, and whole for separate ones', () => {
    const same = Float64Array.of(1, 2, 3, 4);
    expect(attackPower({ absent: same, present: same })).to.deep.include({ auc: 0.5, advantage: 0 });
    const above = Float64Array.of(5, 6);
    expect(attackPower({ absent: same, present: above })).to.deep.equal({
      auc: 1,
      truePositivesAtOnePercent: 1,
      advantage: 1,
    });
    expect(attackPower({ absent: above, present: same }).auc).to.equal(0);
  });

  it('is that of two normals', () => {
    const power = attackPower(scoresApart(1, 20_000, normals('roc')));
    // Φ(1/√2), Φ(1 − 2.3263), 2Φ(1/2) − 1.
    expect(power.auc).to.be.closeTo(0.7602, 0.012);
    expect(power.truePositivesAtOnePercent).to.be.closeTo(0.0924, 0.01);
    expect(power.advantage).to.be.closeTo(0.3829, 0.01);
  });

  it('refuses to judge by nothing', () => {
    const none = new Float64Array();
    expect(() => attackPower({ absent: none, present: none })).to.throw(RangeError);
    expect(() => attackPower({ absent: Float64Array.of(1), present: Float64Array.of(Number.NaN) })).to.throw(
      'NaN',
    );
    expect(() => estimateSeparation({ absent: none, present: none }, 0.9)).to.throw(RangeError);
    expect(() => upperProportion(3, 2, 0.1)).to.throw(RangeError);
  });
});
