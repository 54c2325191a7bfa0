import { expect } from 'chai';
import fc from 'fast-check';
import { BallastError } from '../../../protocol/errors.ts';
import { codeOf, digest, NO_ROWS, received, seal, signerOf } from '../../test/support.ts';
import {
  decodeEvidence,
  type Evidence,
  type EvidenceContext,
  encodeEvidence,
  equivocation,
  evidenceDigest,
  LedgerWatch,
  MAX_EVIDENCE_BYTES,
  verifyAnyEvidence,
  verifyEvidence,
} from '../index.ts';
import { COMMITTEE, CONTEXT, headerOf, OFFENDER, proofs, ROUND, refusing, sealedOf } from './support.ts';

const refused = (evidence: Evidence, context: EvidenceContext = CONTEXT) =>
  codeOf(() => verifyEvidence(encodeEvidence(evidence), context)) === 'EVIDENCE_INVALID';
const falseLedger = (...headers: ReturnType<typeof headerOf>[]): Evidence => ({
  kind: 'false-ledger',
  proof: headers.map(({ bytes }) => bytes),
});
const withheld = (...parts: readonly { readonly bytes: Uint8Array }[]): Evidence => ({
  kind: 'body-withheld',
  proof: parts.map(({ bytes }) => bytes),
});
const ascending = (members: readonly number[]) =>
  [...members].sort((a, b) => (signerOf(a).nodeId < signerOf(b).nodeId ? -1 : 1));

describe('evidence', () => {
  for (const { name, evidence } of proofs()) {
    it(`of ${name} shows who, what and when, from its bytes alone`, () => {
      const bytes = encodeEvidence(evidence);
      expect(verifyEvidence(bytes, CONTEXT)).to.deep.equal({
        node: OFFENDER,
        kind: evidence.kind,
        round: ROUND,
        evidence: evidenceDigest(bytes),
      });
    });

    it(`of ${name} is refused for another network, another node, as another kind, in parts or turned`, () => {
      expect(refused(evidence, { ...CONTEXT, network: digest('another') })).to.equal(true);
      expect(refused(evidence, { ...CONTEXT, isRegistered: () => false })).to.equal(true);
      const { kind, proof } = evidence;
      const other = kind === 'equivocation-header' ? 'equivocation-vote' : 'equivocation-header';
      expect(refused({ kind: other, proof })).to.equal(true);
      expect(refused({ kind, proof: [...proof, ...proof] })).to.equal(true);
      if (proof.length === 1) return;
      expect(refused({ kind, proof: proof.slice(1) })).to.equal(true);
      expect(refused({ kind, proof: [...proof].reverse() })).to.equal(true);
    });
  }

  it('is refused when any byte of it is another', () => {
    const whole = proofs().map(({ evidence }) => encodeEvidence(evidence));
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, change) => {
          const forged = Uint8Array.from(bytes);
          forged[at % forged.length] = (forged[at % forged.length] ?? 0) ^ change;
          expect(codeOf(() => verifyEvidence(forged, CONTEXT))).to.equal('EVIDENCE_INVALID');
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it('is refused with nothing but a typed error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => verifyEvidence(bytes, CONTEXT)).to.throw(BallastError);
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('is refused beyond its limits', () => {
    const part = Uint8Array.of(1);
    expect(codeOf(() => encodeEvidence({ kind: 'failed-audit', proof: Array(87).fill(part) }))).to.equal(
      'EVIDENCE_INVALID',
    );
    const long = { kind: 'failed-audit' as const, proof: [new Uint8Array(MAX_EVIDENCE_BYTES)] };
    expect(codeOf(() => encodeEvidence(long))).to.equal('EVIDENCE_INVALID');
    expect(codeOf(() => decodeEvidence(new Uint8Array(MAX_EVIDENCE_BYTES + 1)))).to.equal('EVIDENCE_INVALID');
  });
});

describe('equivocation', () => {
  const at = (fields: object) => headerOf(fields);
  const pair = (a: ReturnType<typeof seal>, b: ReturnType<typeof seal>) => equivocation(a, b)?.kind;

  it('is one proof, whichever message was heard first', () => {
    const [a, b] = [sealedOf(at({})), sealedOf(at({ ledger: 2 }))];
    expect(equivocation(a, b)).to.deep.equal(equivocation(b, a));
  });

  it('is not saying the same thing twice, nor two things in two places', () => {
    const payload = headerOf().payload;
    const first = seal(0, 'update-header', payload, { round: ROUND });
    expect(pair(first, seal(0, 'update-header', payload, { round: ROUND, seq: 2, ts: 5 }))).to.equal(
      undefined,
    );
    const other = { ...payload, ledger: 5 };
    expect(pair(first, seal(0, 'update-header', other, { round: ROUND }))).to.equal('equivocation-header');
    expect(pair(first, seal(0, 'update-header', other, { round: ROUND + 1 }))).to.equal(undefined);
    expect(pair(first, seal(1, 'update-header', other, { round: ROUND }))).to.equal(undefined);
    expect(pair(first, seal(0, 'update-header', other, { round: ROUND, net: digest('x') }))).to.equal(
      undefined,
    );
  });

  it('is not signing one decision in two ways, for wallets may', () => {
    const commit = (entry: string, last: number, view = 0) =>
      seal(0, 'commit', { entry: digest(entry), signature: new Uint8Array(65).fill(last) }, { view });
    expect(pair(commit('a', 1), commit('a', 2))).to.equal(undefined);
    expect(pair(commit('a', 1), commit('b', 1))).to.equal('equivocation-vote');
    expect(pair(commit('a', 1), commit('b', 1, 1))).to.equal(undefined);
  });

  it('is nothing in messages that may be said anew', () => {
    expect(pair(seal(0, 'status', { head: 1 }), seal(0, 'status', { head: 2 }))).to.equal(undefined);
  });
});

describe('a withheld body', () => {
  const header = headerOf();
  const [a, b, c, d] = ascending([1, 2, 3, 4]).map((member) => refusing(member));

  it('needs exactly F+1 members who say so, each once and of that round', () => {
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('too few');
    expect(COMMITTEE.faults).to.equal(2);
    expect(refused(withheld(header, a, b, c))).to.equal(false);
    expect(refused(withheld(header, a, b))).to.equal(true);
    expect(refused(withheld(header, a, b, c, d))).to.equal(true);
    expect(refused(withheld(header, a, b, b))).to.equal(true);
    expect(refused(withheld(header, a, b, c), { ...CONTEXT, committeeAt: () => undefined })).to.equal(true);
    expect(refused(withheld(headerOf({ digest: digest('other') }), a, b, c))).to.equal(true);
  });

  it('takes no word of its own node, of outsiders, or of another fault', () => {
    const parts = (members: readonly number[], code?: string) =>
      withheld(header, ...ascending(members).map((member) => refusing(member, code)));
    expect(refused(parts([1, 2, 3]))).to.equal(false);
    expect(refused(parts([0, 1, 2]))).to.equal(true);
    expect(refused(parts([1, 2, 17]))).to.equal(true);
    expect(refused(parts([1, 2, 3], 'UPDATE_NORM'))).to.equal(true);
  });
});

describe('a false ledger', () => {
  const stated = (round: number, ledger: number, epsilon: number | null = 1) =>
    headerOf({ ledger, privacy: { ...headerOf().payload.privacy, epsilon } }, round);

  it('is a later round without a larger count, or half of what was spent, or more than the budget', () => {
    expect(refused(falseLedger(stated(8, 5), stated(9, 6)))).to.equal(true);
    expect(refused(falseLedger(stated(8, 5), stated(9, 5)))).to.equal(false);
    expect(refused(falseLedger(stated(8, 5, 4), stated(9, 6, 1.9)))).to.equal(false);
    expect(refused(falseLedger(stated(8, 5, 4), stated(9, 6, 3.9)))).to.equal(true);
    expect(refused(falseLedger(stated(9, 5, 8)))).to.equal(true);
    expect(refused(falseLedger(stated(9, 5, 8.1)))).to.equal(false);
  });

  it('is no two statements of one round, and nothing where no privacy is stated', () => {
    expect(refused(falseLedger(stated(9, 5), stated(9, 4)))).to.equal(true);
    const none = {
      ...CONTEXT,
      parameters: { privacy: { ...CONTEXT.parameters.privacy, unit: 'none' as const } },
    };
    expect(refused(falseLedger(stated(8, 5), stated(9, 5)), none)).to.equal(true);
    expect(refused(falseLedger(stated(9, 5, 9)), none)).to.equal(true);
  });

  it('is found in whatever order the headers come, among a bounded number of senders', () => {
    const watch = new LedgerWatch(CONTEXT.parameters, 2);
    expect(watch.note(stated(8, 5))).to.equal(undefined);
    expect(watch.note(stated(9, 6))).to.equal(undefined);
    expect(watch.note(stated(7, 6))?.kind).to.equal('false-ledger');
    expect(watch.note(stated(10, 6))?.proof).to.have.length(2);
    watch.note(headerOf({}, 9, 1));
    watch.note(headerOf({}, 9, 2));
    expect(watch.note(stated(11, 1))).to.equal(undefined);
  });
});

describe('a failed audit', () => {
  const audit: Evidence = { kind: 'failed-audit', proof: [Uint8Array.of(4)] };

  it('is what its own verifier says, and refused without one, with more parts, or of a stranger', async () => {
    const check = (node: string, evidence = audit) => {
      const verifyAudit = async (proof: Uint8Array) => ({ node, round: proof[0] ?? 0 });
      return verifyAnyEvidence(encodeEvidence(evidence), { ...CONTEXT, verifyAudit });
    };
    expect(await check(OFFENDER)).to.include({ node: OFFENDER, kind: 'failed-audit', round: 4 });
    expect(refused(audit)).to.equal(true);
    const twice = { ...audit, proof: [...audit.proof, ...audit.proof] };
    for (const wrong of [
      verifyAnyEvidence(encodeEvidence(audit), CONTEXT),
      check(signerOf(50).nodeId),
      check(OFFENDER, twice),
    ])
      expect(await wrong.catch((error: BallastError) => error.code)).to.equal('EVIDENCE_INVALID');
  });
});

it('evidence takes no report for a header', () => {
  const report = received(0, 'body-report', { held: NO_ROWS, refused: [] }, { round: ROUND });
  expect(refused(falseLedger(headerOf({}, 8), report as never))).to.equal(true);
});
