import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { encodeWeights, weightsDigest } from '../../../protocol/vectors.ts';
import { codeOf, digest, signerOf } from '../../test/support.ts';
import { challengedSteps, detectionProbability } from '../challenge.ts';
import { decodeOpening, encodeOpening, openingBytes, openTrajectory } from '../opening.ts';
import {
  type AuditOptions,
  MAX_AUDIT_STEPS,
  requireAuditOptions,
  runTrajectory,
  type Trajectory,
  trajectoryCommitment,
} from '../trajectory.ts';
import { AUDIT_TOLERANCE, stepDeviation, verifyOpening } from '../verify.ts';
import { toyStep } from './support.ts';

const SIZE = 5;
const OPTIONS: AuditOptions = { steps: 12, challenged: 4 };
const START = Float64Array.of(1, -2, 3, 0.25, 0);
const owner = { node: signerOf(3).nodeId, beacon: digest('beacon 7') };
const challenge = digest('beacon 8');

const honest = (options = OPTIONS): Trajectory => runTrajectory(START, owner, options, toyStep);

/** The trajectory with these steps replaced: their ends are another place, and the training goes on from there. */
function forged(forgedSteps: ReadonlySet<number>, options = OPTIONS): Trajectory {
  return runTrajectory(START, owner, options, (weights, seed, index) =>
    forgedSteps.has(index) ? Float64Array.from(weights) : toyStep(weights, seed, index),
  );
}

const auditOf = (trajectory: Trajectory, fields = {}, tolerance?: number, options = OPTIONS) =>
  codeOf(() => {
    const bytes = encodeOpening(openTrajectory(trajectory, owner, challenge, options));
    const given = {
      owner,
      commitment: trajectoryCommitment(trajectory),
      base: weightsDigest(START),
      challenge,
      ...fields,
    };
    verifyOpening(decodeOpening(bytes, SIZE, options), given, options, toyStep, tolerance);
  });

describe('proof of training', () => {
  it('passes an honest training, opened for any challenge', () => {
    expect(auditOf(honest())).to.equal(undefined);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(19), fc.string(), (steps, less, name) => {
        const options = { steps, challenged: Math.max(1, steps - less) };
        const trajectory = honest(options);
        const beacon = digest(name);
        const opening = openTrajectory(trajectory, owner, beacon, options);
        const bytes = encodeOpening(opening);
        expect(bytes.length).to.be.at.most(openingBytes(SIZE, options));
        expect(decodeOpening(bytes, SIZE, options)).to.deep.equal(opening);
        const commitment = trajectoryCommitment(trajectory);
        const given = { owner, commitment, base: weightsDigest(START), challenge: beacon };
        verifyOpening(opening, given, options, toyStep);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('finds a forged step wherever it is challenged, and nowhere else', () => {
    const challenged = challengedSteps(challenge, owner.node, OPTIONS);
    for (let step = 0; step < OPTIONS.steps; step++) {
      const expected = challenged.includes(step) ? 'AUDIT_STEP' : undefined;
      expect(auditOf(forged(new Set([step]))), `step ${step}`).to.equal(expected);
    }
  });

  it('finds forged steps with probability at least 1 − (1 − p)^k, in 10,000 trials', () => {
    const options = { steps: 20, challenged: 4 };
    const trials = 10_000;
    const challenges = Array.from({ length: trials }, (_, trial) =>
      challengedSteps(digest(`trial ${trial}`), owner.node, options),
    );
    for (const forgedSteps of [1, 4, 10]) {
      const found = challenges.filter((steps) => steps.some((step) => step < forgedSteps)).length;
      const exact = detectionProbability(forgedSteps, options);
      const deviation = Math.sqrt((exact * (1 - exact)) / trials);
      expect(found / trials).to.be.closeTo(exact, 4 * deviation);
      const law = 1 - (1 - forgedSteps / options.steps) ** options.challenged;
      expect(exact).to.be.at.least(law);
      expect(found / trials).to.be.at.least(law - 3 * deviation);
    }
  });

  it('says the probability of being found exactly', () => {
    expect(detectionProbability(0, OPTIONS)).to.equal(0);
    expect(detectionProbability(12, OPTIONS)).to.equal(1);
    expect(detectionProbability(9, OPTIONS)).to.equal(1);
    // One forged of T is among k with probability k / T.
    expect(detectionProbability(1, OPTIONS)).to.be.closeTo(4 / 12, 1e-12);
  });

  it('challenges every step alike, and every node in its own way', () => {
    const times = new Float64Array(OPTIONS.steps);
    const draws = 3_000;
    for (let i = 0; i < draws; i++) {
      const steps = challengedSteps(digest(`alike ${i}`), owner.node, OPTIONS);
      expect(new Set(steps).size).to.equal(OPTIONS.challenged);
      for (const step of steps) times[step] = (times[step] ?? 0) + 1;
    }
    const share = OPTIONS.challenged / OPTIONS.steps;
    for (const count of times)
      expect(count).to.be.closeTo(draws * share, 4 * Math.sqrt(draws * share * (1 - share)));
    expect(challengedSteps(challenge, owner.node, OPTIONS)).to.not.deep.equal(
      challengedSteps(challenge, signerOf(4).nodeId, OPTIONS),
    );
  });

  it('knows a training that is another round’s, another node’s, or began at another version', () => {
    expect(auditOf(honest(), { owner: { ...owner, beacon: digest('beacon 6') } })).to.equal('AUDIT_START');
    expect(auditOf(honest(), { base: digest('another version') })).to.equal('AUDIT_START');
    expect(auditOf(honest(), { challenge: digest('beacon 9') })).to.equal('AUDIT_PLACES');
    expect(auditOf(honest(), { commitment: digest('root') })).to.equal('AUDIT_START');
    const other = { ...owner, node: signerOf(4).nodeId };
    expect(auditOf(honest(), { owner: other })).to.be.oneOf(['AUDIT_START', 'AUDIT_PLACES']);
  });

  it('refuses checkpoints that are not the committed ones, and too few or too many', () => {
    const trajectory = honest();
    const opening = openTrajectory(trajectory, owner, challenge, OPTIONS);
    const given = {
      owner,
      commitment: trajectoryCommitment(trajectory),
      base: weightsDigest(START),
      challenge,
    };
    const codeFor = (checkpoints: typeof opening.checkpoints) =>
      codeOf(() => verifyOpening({ ...opening, checkpoints }, given, OPTIONS, toyStep));
    const [first] = opening.checkpoints;
    if (first === undefined) throw new Error('the opening is empty');
    const bent = { ...first, weights: first.weights.map((weight) => weight + 1e-12) };
    expect(codeFor([bent, ...opening.checkpoints.slice(1)])).to.equal('AUDIT_COMMITMENT');
    expect(codeFor(opening.checkpoints.slice(1))).to.equal('AUDIT_PLACES');
    expect(codeFor([first, ...opening.checkpoints])).to.equal('AUDIT_PLACES');
    // A tree of another size has another meaning of the same place.
    const counted = { ...first, proof: { ...first.proof, count: first.proof.count + 1 } };
    expect(codeFor([counted, ...opening.checkpoints.slice(1)])).to.equal('AUDIT_COMMITMENT');
  });

  it('measures a step by its own length, so that none passes for being small', () => {
    const from = Float64Array.of(1e6, 0);
    expect(stepDeviation(from, from, Float64Array.of(1e6 + 1e-3, 0))).to.equal(1);
    expect(stepDeviation(from, from, from)).to.equal(0);
    expect(stepDeviation(from, Float64Array.of(1e6, 1e-300), from)).to.equal(Number.POSITIVE_INFINITY);
    expect(stepDeviation(from, Float64Array.of(Number.NaN, 0), from)).to.equal(Number.POSITIVE_INFINITY);
    expect(stepDeviation(from, Float64Array.of(1), from)).to.equal(Number.POSITIVE_INFINITY);
    const rounded = runTrajectory(START, owner, OPTIONS, (...step) =>
      toyStep(...step).map((weight) => weight * (1 + AUDIT_TOLERANCE / 100)),
    );
    expect(auditOf(rounded)).to.equal(undefined);
    expect(auditOf(rounded, {}, 0)).to.equal('AUDIT_STEP');
  });

  it('refuses openings that are malformed, or larger than they may be', () => {
    const opening = encodeOpening(openTrajectory(honest(), owner, challenge, OPTIONS));
    const codeFor = (bytes: Uint8Array, size = SIZE) => codeOf(() => decodeOpening(bytes, size, OPTIONS));
    expect(codeFor(opening)).to.equal(undefined);
    expect(codeFor(opening, SIZE + 1)).to.equal('AUDIT_OPENING');
    expect(codeFor(new Uint8Array(openingBytes(SIZE, OPTIONS) + 1))).to.equal('AUDIT_OPENING');
    const many = openTrajectory(honest(), owner, challenge, { steps: 12, challenged: 9 });
    expect(codeFor(encodeOpening(many))).to.equal('AUDIT_OPENING');
    fc.assert(
      fc.property(fc.nat(opening.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Uint8Array.from(opening);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const code = codeFor(bytes);
        return code === undefined || code === 'AUDIT_OPENING';
      }),
      { seed: 5, numRuns: 300 },
    );
    expect(digestOfBytes(opening)).to.equal(
      digestOfBytes(encodeOpening(decodeOpening(opening, SIZE, OPTIONS))),
    );
    expect(encodeWeights(START).length).to.equal(SIZE * 8);
  });

  it('has limits on steps', () => {
    const codes = [
      { steps: 0, challenged: 0 },
      { steps: MAX_AUDIT_STEPS + 1, challenged: 1 },
      { steps: 4, challenged: 5 },
      { steps: 4, challenged: 0 },
      { steps: 4.5, challenged: 1 },
    ].map((options) => codeOf(() => requireAuditOptions(options)));
    expect(new Set(codes)).to.deep.equal(new Set(['AUDIT_OPTION']));
  });
});
