import { expect } from 'chai';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { weightsDigest } from '../../../protocol/vectors.ts';
import { codeOf, digest, header, NETWORK, seal, signerOf } from '../../test/support.ts';
import {
  encodeFailedAudit,
  type FailedAuditContext,
  roundsOfFailedAudit,
  verifyFailedAudit,
} from '../failed-audit.ts';
import { encodeOpening, openTrajectory } from '../opening.ts';
import { type AuditedStep, runTrajectory, trajectoryCommitment } from '../trajectory.ts';
import { toyStep } from './support.ts';

const AUDIT = { steps: 4, challenged: 4 };
const START = Float64Array.of(1, -2, 0.5);
const [NODE, COMMITTED, ANSWERED] = [2, 3, 5];
const owner = { node: signerOf(NODE).nodeId, beacon: digest('beacon 3') };
const challenge = digest('beacon 4');
const forging: AuditedStep = (weights, seed, index) =>
  index === 2 ? Float64Array.from(weights) : toyStep(weights, seed, index);

const context: FailedAuditContext = {
  network: NETWORK,
  size: START.length,
  audit: AUDIT,
  entryAt: (round) =>
    round <= ANSWERED ? { beacon: digest(`beacon ${round}`), baseDigest: weightsDigest(START) } : undefined,
  stepOf: () => toyStep,
};

type Given = {
  readonly answering?: number;
  readonly round?: number;
  readonly named?: Uint8Array;
  readonly opening?: Uint8Array;
  /** The steps that were committed to, where others are opened. */
  readonly committed?: AuditedStep;
};

function proof(step: AuditedStep, given: Given = {}): Uint8Array {
  const { answering = NODE, round = ANSWERED, named, committed = step } = given;
  const trajectory = runTrajectory(START, owner, AUDIT, step);
  const opening = given.opening ?? encodeOpening(openTrajectory(trajectory, owner, challenge, AUDIT));
  const commitment = trajectoryCommitment(runTrajectory(START, owner, AUDIT, committed));
  const say = (sender: number, of: number, opened: string | null) =>
    seal(sender, 'update-header', header(sender, { trajectory: { commitment, opening: opened } }), {
      round: of,
    });
  return encodeFailedAudit({
    commitment: say(NODE, COMMITTED, null).bytes,
    answer: say(answering, round, digestOfBytes(named ?? opening)).bytes,
    opening,
  });
}

describe('a failed audit', () => {
  it('is proven by two signed headers and the wrong answer', () => {
    expect(verifyFailedAudit(proof(forging), context)).to.deep.equal({ node: owner.node, round: ANSWERED });
  });

  it('is not proven by other wrong answers, which a replaced beacon or corrected rows make an honest node give', () => {
    const replaced = { beacon: digest('replaced'), baseDigest: weightsDigest(START) };
    const corrected: AuditedStep = (weights, seed, index) => toyStep(weights, seed, index).map((x) => x + 1);
    const at = (replacing: number): FailedAuditContext => ({
      ...context,
      entryAt: (round) => (round === replacing ? replaced : context.entryAt(round)),
    });
    const unproven = [
      () => verifyFailedAudit(proof(toyStep), at(COMMITTED)),
      () => verifyFailedAudit(proof(forging), at(COMMITTED)),
      () => verifyFailedAudit(proof(toyStep, { committed: corrected }), context),
      () =>
        verifyFailedAudit(proof(forging, { named: Uint8Array.of(1), opening: Uint8Array.of(1) }), context),
    ];
    expect(unproven.map(codeOf)).to.deep.equal(Array(4).fill('EVIDENCE_INVALID'));
  });

  it('waits for a log that has the challenge', () => {
    for (const missing of roundsOfFailedAudit(proof(forging), context)) {
      const behind = {
        ...context,
        entryAt: (round: number) => (round < missing ? context.entryAt(round) : undefined),
      };
      expect(codeOf(() => verifyFailedAudit(proof(forging), behind))).to.equal('EVIDENCE_AHEAD');
    }
  });

  it('is not proven by a right answer, another’s, another round’s, or one that was never given', () => {
    const codes = [
      proof(toyStep),
      proof(forging, { answering: NODE + 1 }),
      proof(forging, { round: COMMITTED }),
      proof(forging, { named: Uint8Array.of(1) }),
      proof(forging).slice(0, -1),
      new Uint8Array(4 << 20),
    ].map((bytes) => codeOf(() => verifyFailedAudit(bytes, context)));
    expect(new Set(codes)).to.deep.equal(new Set(['EVIDENCE_INVALID']));
    expect(
      codeOf(() => verifyFailedAudit(proof(forging), { ...context, network: digest('other') })),
    ).to.equal('EVIDENCE_INVALID');
  });
});
