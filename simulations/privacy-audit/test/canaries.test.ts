import { expect } from 'chai';
import { trainLocally } from '../../../node/training/index.ts';
import {
  clip,
  discreteGaussian,
  type NoiseShare,
  noiseMultiplierFor,
  noiseShare,
  noisyUpdate,
  PRIVACY_RELATIONS,
  type PrivacyRelation,
  toGrid,
} from '../../../privacy/index.ts';
import type { NetworkParameters } from '../../../protocol/network.ts';
import { SCENARIO_PARAMETERS } from '../../world/parameters.ts';
import {
  CONFIDENCE,
  epsilonByCounting,
  epsilonOfCanaries,
  type ReleaseUpdates,
  type RoundCanaryScores,
  scoreRecordCanaries,
  scoreRoundCanaries,
  scoreUpdateCanaries,
} from '../index.ts';
import {
  CLAIM,
  CLIP_NORM,
  claimed,
  claimedTraining,
  provenOfTraining,
  provenOfUpdates,
  realRelease,
} from './support.ts';

/** How much of a claim of ε = 1 the audit proves at least; so little slack is left to a mechanism that leaks more. */
const TIGHT = 0.5;

describe('canaries against a claim of ε = 1', () => {
  for (const relation of PRIVACY_RELATIONS) {
    for (const releases of [1, 2]) {
      it(`find nothing in the mechanism of unit node: ${relation}, ${releases} releases`, () => {
        const release = realRelease(claimed(relation, releases));
        for (const seed of ['a', 'b']) {
          const proven = provenOfUpdates(release, { relation, releases, seed });
          expect(proven, seed).to.be.within(TIGHT, CLAIM.epsilon);
        }
      });
    }
  }

  for (const steps of [1, 4]) {
    it(`find nothing in training of unit record: ${steps} steps`, () => {
      for (const seed of ['a', 'b', 'c']) {
        const proven = provenOfTraining(trainLocally, claimedTraining(steps), { seed });
        expect(proven, seed).to.be.within(TIGHT, CLAIM.epsilon);
      }
    });
  }
});

describe('canaries against a node’s whole round', () => {
  const parametersOf = (relation: PrivacyRelation, noiseMultiplier: number): NetworkParameters => ({
    ...SCENARIO_PARAMETERS,
    update: { ...SCENARIO_PARAMETERS.update, clipNorm: CLIP_NORM },
    privacy: { ...SCENARIO_PARAMETERS.privacy, unit: 'node', relation, noiseMultiplier },
  });
  const audit = (parameters: NetworkParameters) =>
    scoreRoundCanaries(parameters, { dimension: 4, canaryNorm: 3 * CLIP_NORM, trials: 450, seed: 'round' });
  const provenBy = ({ scores }: RoundCanaryScores) =>
    epsilonOfCanaries(scores, { delta: CLAIM.delta, confidence: CONFIDENCE }).epsilon;

  for (const relation of PRIVACY_RELATIONS) {
    it(`find what its ledger says and no more: ${relation}`, async () => {
      const { noiseMultiplier } = claimed(relation, 1);
      const result = await audit(parametersOf(relation, noiseMultiplier));
      expect(result.claimed).to.be.closeTo(CLAIM.epsilon, 1e-6);
      expect(provenBy(result)).to.be.within(0.05, CLAIM.epsilon);
      const halved = await audit(parametersOf(relation, noiseMultiplier / 2));
      expect(provenBy(halved)).to.be.within(CLAIM.epsilon, halved.claimed);
    });
  }
});

describe('canaries against mechanisms that break their claim', () => {
  it('find the noise of an update halved', () => {
    const options = claimed('add-remove', 1);
    const halved = realRelease({ ...options, noiseMultiplier: options.noiseMultiplier / 2 });
    for (const seed of ['a', 'b']) {
      expect(provenOfUpdates(halved, { seed }), seed).to.be.above(CLAIM.epsilon);
    }
  });

  it('find the noise of training halved', () => {
    const options = claimedTraining(4);
    const halved = { ...options, noiseMultiplier: options.noiseMultiplier / 2 };
    for (const seed of ['a', 'b', 'c']) {
      expect(provenOfTraining(trainLocally, halved, { seed }), seed).to.be.above(CLAIM.epsilon);
    }
  });

  it('find noise a third too small', () => {
    const options = claimed('add-remove', 1);
    const weak = realRelease({ ...options, noiseMultiplier: options.noiseMultiplier / 1.5 });
    expect(provenOfUpdates(weak, { trials: 5000 })).to.be.above(CLAIM.epsilon);
  });

  it('find an update that is not clipped', () => {
    const { clipNorm, noiseMultiplier, gridBits } = claimed('add-remove', 1);
    // A bound that no canary reaches, over the same noise.
    const unclipped = realRelease({
      clipNorm: 10 * clipNorm,
      noiseMultiplier: noiseMultiplier / 10,
      gridBits,
    });
    expect(provenOfUpdates(unclipped)).to.be.above(CLAIM.epsilon);
  });

  it('find record gradients that are not clipped', () => {
    const options = claimedTraining(4);
    const unclipped = {
      ...options,
      recordClipNorm: 10 * options.recordClipNorm,
      noiseMultiplier: options.noiseMultiplier / 10,
    };
    expect(provenOfTraining(trainLocally, unclipped)).to.be.above(CLAIM.epsilon);
  });

  it('find each tensor clipped by itself', () => {
    const { clipNorm, noiseMultiplier, gridBits } = claimed('add-remove', 1);
    const tensors = 4;
    const joint = {
      clipNorm: clipNorm * Math.sqrt(tensors),
      noiseMultiplier: noiseMultiplier / Math.sqrt(tensors),
      gridBits,
    };
    const byTensor = provenOfUpdates((updates, randomBytes) =>
      updates.map((update) => {
        const size = update.length / tensors;
        const clipped = update.slice();
        for (let from = 0; from < update.length; from += size) {
          clipped.set(clip(update.subarray(from, from + size), clipNorm), from);
        }
        return noisyUpdate(clipped, joint, randomBytes);
      }),
    );
    expect(byTensor).to.be.above(CLAIM.epsilon);
  });

  it('find noise that is drawn once and used in two releases', () => {
    const options = claimed('add-remove', 2);
    const nothing = new Float64Array(4);
    const reused = provenOfUpdates(
      (updates, randomBytes) => {
        const noise = noisyUpdate(nothing, options, randomBytes);
        return updates.map((update) => {
          const steps = clip(update, CLIP_NORM).map((value) => value * 2 ** options.gridBits);
          return steps.map((value, j) => value + noise[j]!);
        });
      },
      { releases: 2, trials: 500 },
    );
    expect(reused).to.be.above(100 * CLAIM.epsilon);
  });

  it('find the steps of a round charged as one release', () => {
    const options = { ...claimedTraining(1), localSteps: 4 };
    expect(provenOfTraining(trainLocally, options)).to.be.above(CLAIM.epsilon);
  });

  it('find the sensitivity of add-remove where a unit is replaced', () => {
    const options = claimed('add-remove', 1);
    expect(provenOfUpdates(realRelease(options), { relation: 'replace' })).to.be.above(CLAIM.epsilon);
    const training = claimedTraining(1);
    expect(provenOfTraining(trainLocally, training, { relation: 'replace' })).to.be.above(CLAIM.epsilon);
  });

  it('find sampling that is claimed and not done, by counting', () => {
    const rate = 0.1;
    // One release of a Poisson sample: ε = ln(1 + q(e^ε′ − 1)) at qδ′ (Balle, Barthe and Gaboardi 2018, Theorem 8).
    const inner = {
      epsilon: Math.log(1 + Math.expm1(CLAIM.epsilon) / rate),
      delta: CLAIM.delta / rate,
    };
    const noiseMultiplier = noiseMultiplierFor({ ...inner, releases: 1, relation: 'add-remove' });
    const options = { ...claimedTraining(1), noiseMultiplier };
    const provenAt = (samplingRate: number) => {
      const scores = scoreRecordCanaries(
        trainLocally,
        { ...options, samplingRate },
        { relation: 'add-remove', dimension: 100, canaryNorm: 3 * CLIP_NORM, runs: 240, seed: 'sample' },
      );
      return epsilonByCounting(scores, { delta: CLAIM.delta, confidence: CONFIDENCE }).epsilon;
    };
    expect(provenAt(rate), 'sampled').to.be.at.most(CLAIM.epsilon);
    expect(provenAt(1), 'not sampled').to.be.above(CLAIM.epsilon);
  });

  it('find shares of noise that are sized for a full group where members are lost or collude', () => {
    const group = { ...claimed('add-remove', 1), members: 5, dropouts: 2, colluders: 1 };
    // What is left when the sum of the survivors is opened and the colluder has told its share.
    const honest = group.members - group.dropouts - group.colluders;
    const openedWith = (share: NoiseShare): ReleaseUpdates => {
      return (updates, randomBytes) => {
        const draw = discreteGaussian({ numerator: share.variance, denominator: 1n }, randomBytes);
        return updates.map((update) =>
          toGrid(clip(update, group.clipNorm), group.gridBits).map((steps) => {
            let sum = steps;
            for (let member = 0; member < honest; member++) sum += draw();
            return sum;
          }),
        );
      };
    };
    expect(provenOfUpdates(openedWith(noiseShare(group))), 'as it is').to.be.within(TIGHT, CLAIM.epsilon);
    const full = noiseShare({ ...group, dropouts: 0, colluders: 0 });
    expect(provenOfUpdates(openedWith(full)), 'full group').to.be.above(CLAIM.epsilon);
  });

  it('find no noise at all', () => {
    const scores = scoreUpdateCanaries((updates) => updates.map((update) => clip(update, CLIP_NORM)), {
      relation: 'add-remove',
      releases: 1,
      trials: 32,
      seed: 'none',
      dimension: 4,
      canaryNorm: 1,
    });
    expect(epsilonOfCanaries(scores, { delta: CLAIM.delta, confidence: CONFIDENCE }).epsilon).to.equal(
      Infinity,
    );
  });
});
