import { expect } from 'chai';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { weightsDigest } from '../../../protocol/vectors.ts';
import { codeOf, digest, header, NETWORK, seal, signerOf } from '../../test/support.ts';
import { encodeFailedAudit, type FailedAuditContext, verifyFailedAudit } from '../failed-audit.ts';
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
  owedBy: (node, round) =>
    node === owner.node && round === ANSWERED
      ? { round: COMMITTED, owner, base: weightsDigest(START), challenge }
      : undefined,
  stepOf: () => toyStep,
};

function proof(step: AuditedStep, answering = NODE, round = ANSWERED, named?: Uint8Array): Uint8Array {
  const trajectory = runTrajectory(START, owner, AUDIT, step);
  const opening = encodeOpening(openTrajectory(trajectory, owner, challenge, AUDIT));
  const commitment = trajectoryCommitment(trajectory);
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

  it('is not proven by a right answer, another’s, another round’s, or one that was never given', () => {
    const codes = [
      proof(toyStep),
      proof(forging, NODE + 1),
      proof(forging, NODE, ANSWERED + 1),
      proof(forging, NODE, ANSWERED, Uint8Array.of(1)),
      proof(forging).slice(0, -1),
      new Uint8Array(4 << 20),
    ].map((bytes) => codeOf(() => verifyFailedAudit(bytes, context)));
    expect(new Set(codes)).to.deep.equal(new Set(['EVIDENCE_INVALID']));
    expect(
      codeOf(() => verifyFailedAudit(proof(forging), { ...context, network: digest('other') })),
    ).to.equal('EVIDENCE_INVALID');
  });
});
