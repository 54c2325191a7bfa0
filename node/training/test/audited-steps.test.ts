import { expect } from 'chai';
import {
  type AuditCase,
  decodeOpening,
  encodeOpening,
  openTrajectory,
  runTrajectory,
  trajectoryCommitment,
  verifyOpening,
} from '../../../coordinator/index.ts';
import { digestOf } from '../../../protocol/digest.ts';
import { nodeSigner } from '../../../protocol/ed25519.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { weightsDigest } from '../../../protocol/vectors.ts';
import { generateMarket, generateVenue } from '../../data/index.ts';
import { buildExamples, computeFeatures } from '../../features/index.ts';
import { createModel, genesisOf, mainPegHead, pegLoss, weightsOfHead } from '../../models/index.ts';
import { auditedSteps, defaultModelSpec, type LocalTrainingOptions } from '../index.ts';

const feed = generateVenue(3, 0, 120);
const market = generateMarket(3, 0, 120);
const start = feed.startHour;
const spec = defaultModelSpec({ feed, market, fitting: { from: start, to: start + 90 * 24 } });
const model = createModel(spec);
const range = { from: Number.NEGATIVE_INFINITY, to: start + 90 * 24 };
const training: LocalTrainingOptions = {
  unit: 'record',
  localSteps: 3,
  learningRate: 1,
  recordClipNorm: 4,
  noiseMultiplier: 1,
  gridBits: 20,
  nominalRecords: 100,
};
const options = { steps: 16, challenged: 4 };
const owner = { node: nodeSigner(new Uint8Array(32).fill(9)).nodeId, beacon: digestOf('test/beacon', 1) };
const challenge = digestOf('test/beacon', 2);
const step = auditedSteps(model, { feed, market }, training)(range);
const genesis = genesisOf(model);

describe('audited steps', () => {
  it('are real steps: the public loss falls, and the trajectory passes its audit elsewhere', () => {
    const trajectory = runTrajectory(genesis, owner, options, step);
    const examples = buildExamples(computeFeatures(feed), { from: start, to: start + 90 * 24 });
    const peg = mainPegHead(model);
    const loss = (weights: Float64Array) =>
      pegLoss(peg.model, weightsOfHead(model, peg, weights), peg.numbers, examples);
    expect(loss(trajectory.checkpoints.at(-1) ?? genesis)).to.be.lessThan(loss(genesis));

    // Another process has nothing of the node's but bytes.
    const bytes = encodeOpening(openTrajectory(trajectory, owner, challenge, options));
    const elsewhere = auditedSteps(createModel(spec), { feed, market }, training)(range);
    const given: AuditCase = {
      owner,
      commitment: trajectoryCommitment(trajectory),
      base: weightsDigest(genesis),
      challenge,
    };
    verifyOpening(decodeOpening(bytes, model.size, options), given, options, elsewhere, 0);
  });

  it('read nothing after the round’s cutoff, and leave what they are given as it is', () => {
    const later = { ...feed, deviation: feed.deviation.map((d, i) => (i >= 91 * 24 + 24 ? d + 50 : d)) };
    const seed = digestOf('test/seed', 1);
    const before = Float64Array.from(genesis);
    const [own, other] = [feed, later].map((series) =>
      auditedSteps(model, { feed: series, market }, training)(range)(genesis, seed, 0),
    );
    expect(own).to.deep.equal(other);
    expect(own).to.not.deep.equal(genesis);
    expect(genesis).to.deep.equal(before);
    expect(step(genesis, digestOf('test/seed', 2), 0)).to.not.deep.equal(own);
  });

  it('need a week of public rows', () => {
    const steps = auditedSteps(model, { feed, market }, training);
    let code: string | undefined;
    try {
      steps({ from: start, to: start + 8 * 24 });
    } catch (error) {
      if (error instanceof BallastError) code = error.code;
    }
    expect(code).to.equal('AUDIT_ROWS');
  });
});
