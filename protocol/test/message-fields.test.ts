import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes } from '../digest.ts';
import type { Encodable } from '../encoding.ts';
import { type Envelope, MAX_ENVELOPE_BYTES } from '../envelope.ts';
import type { MessageType } from '../message-types.ts';
import { encodable, MAX_COMMITTEE, MAX_ROSTER, payloadOf } from '../messages.ts';
import { packRows } from '../roster-rows.ts';
import { seeded, signerOf } from './arbitraries.ts';
import { EXAMPLE } from './envelopes.ts';
import { errorOf } from './expect-error.ts';
import { changedAt, valueAt } from './paths.ts';
import { payloads } from './payloads.ts';

const FULL = payloads(true);
const DIGEST = digestOfBytes(new Uint8Array());
const { nodeId } = signerOf(9);

type FieldCase = {
  readonly type: MessageType;
  readonly path: string;
  readonly takes: readonly Encodable[];
  readonly refuses: readonly Encodable[];
};

const digestCase = {
  takes: [DIGEST],
  refuses: ['', DIGEST.toUpperCase(), `${DIGEST}0`, DIGEST.slice(1), `0x${DIGEST}`],
};
const countCase = { takes: [0, Number.MAX_SAFE_INTEGER], refuses: [-1, 0.5, 2 ** 53, '1', null] };
const codeCase = {
  takes: ['A', 'NORM_TOO_LARGE', `A${'1'.repeat(63)}`],
  refuses: ['', 'a', '1A', '_A', 'A-B', 'A\n', `A${'1'.repeat(64)}`],
};
const signatureCase = { takes: [new Uint8Array(65)], refuses: [new Uint8Array(66), '00', [1], null] };
const bigCountCase = {
  takes: ['0', '1', '9'.repeat(78)],
  refuses: ['', '00', '01', '-1', '+1', '1.5', '1e3', '0x1', ' 1', '1\n', '9'.repeat(79), 1],
};
const nodeCase = {
  takes: [nodeId],
  refuses: ['', 'node', nodeId.slice(1), `${nodeId}1`, 'x'.repeat(10_000)],
};
const epsilonCase = { takes: [0, 0.1, 1e9, null], refuses: [-0.1, '1'] };
const envelopeCase = {
  takes: [new Uint8Array(0), new Uint8Array(MAX_ENVELOPE_BYTES)],
  refuses: [new Uint8Array(MAX_ENVELOPE_BYTES + 1), 'bytes'],
};

const ROWS = Array.from({ length: MAX_ROSTER }, (_, index) => ({ index, digest: DIGEST }));
const row = (...index: number[]) => Uint8Array.of(...index, ...new Uint8Array(32));
const rowsCase = {
  takes: [new Uint8Array(), row(0, 0), packRows(ROWS)],
  refuses: [
    row(0),
    row(0x10, 0),
    Uint8Array.of(...row(0, 2), ...row(0, 1)),
    Uint8Array.of(...row(0, 1), ...row(0, 1)),
    Buffer.concat([packRows(ROWS), row(0xff, 0xff)]),
    [],
    '',
  ],
};
const digestsCase = (most: number) => ({
  takes: [new Uint8Array(), new Uint8Array(32), new Uint8Array(32 * most)],
  refuses: [new Uint8Array(31), new Uint8Array(32 * most + 32), [], null],
});

/** An entry of a recommendation; samples have up to 16. */
const CHANGE = { parameter: '0'.repeat(64), expected: '1', value: '2' };

const CASES: readonly FieldCase[] = [
  { type: 'status', path: 'head', ...countCase },
  { type: 'update-header', path: 'layout', ...digestCase },
  { type: 'update-header', path: 'normClass', takes: [0, 64], refuses: [-1, 65, 1.5] },
  { type: 'update-header', path: 'privacy.unit', takes: ['record', 'node', 'none'], refuses: ['', 'Node'] },
  {
    type: 'update-header',
    path: 'privacy.relation',
    takes: ['add-remove', 'replace'],
    refuses: ['add', 'remove', null],
  },
  { type: 'update-header', path: 'privacy.epsilon', ...epsilonCase },
  { type: 'update-header', path: 'privacy.delta', takes: [0, 1e-6, 1], refuses: [-1e-9, 1.1, null] },
  { type: 'seal-report', path: 'headers', ...rowsCase },
  { type: 'body-report', path: 'held', ...rowsCase },
  { type: 'body-report', path: 'refused.0.node', ...nodeCase },
  { type: 'body-report', path: 'refused.0.code', ...codeCase },
  { type: 'proposal', path: 'entry.reason', takes: ['', 'x'.repeat(200)], refuses: ['x'.repeat(201), null] },
  {
    type: 'proposal',
    path: 'entry.offences.0.kind',
    takes: ['a', 'equivocation-header', `a${'-'.repeat(31)}`],
    refuses: ['', 'A', '-a', 'a1', `a${'-'.repeat(32)}`],
  },
  { type: 'evidence', path: 'proof', ...envelopeCase },
  { type: 'proposal', path: 'headers', ...digestsCase(MAX_ROSTER) },
  { type: 'proposal', path: 'sealReports', ...digestsCase(MAX_COMMITTEE) },
  { type: 'prepare', path: 'outcome', takes: ['accepted', 'rejected', 'aborted'], refuses: ['', 'Accepted'] },
  {
    type: 'commit',
    path: 'signature',
    takes: [new Uint8Array(65), new Uint8Array(96)],
    refuses: [new Uint8Array(97), '00', [1], null],
  },
  { type: 'view-change', path: 'lock', takes: [null], refuses: [{}, [], ''] },
  {
    type: 'view-change',
    path: 'prepare',
    takes: [null, ...envelopeCase.takes],
    refuses: envelopeCase.refuses,
  },
  { type: 'certificate', path: 'signatures.0.index', takes: [0, 254], refuses: [-1, 255, 0.5] },
  { type: 'certificate', path: 'signatures.0.signature', ...signatureCase },
  {
    type: 'certificate',
    path: 'aggregate.signers',
    takes: [new Uint8Array(32)],
    refuses: [new Uint8Array(33), '00', [1], null],
  },
  {
    type: 'certificate',
    path: 'aggregate.signature',
    takes: [new Uint8Array(96)],
    refuses: [new Uint8Array(97), '00', [1], null],
  },
  { type: 'certificate', path: 'entry.offences.0.node', ...nodeCase },
  { type: 'recommendation', path: 'changes.0.expected', ...bigCountCase },
  { type: 'recommendation', path: 'changes.0.value', ...bigCountCase },
  {
    type: 'recommendation',
    path: 'changes',
    takes: [],
    refuses: [[], Array(17).fill(CHANGE), [{ ...CHANGE, other: 1 }], CHANGE],
  },
];

describe('message fields', () => {
  for (const { type, path, takes, refuses } of CASES) {
    it(`${type} ${path}`, () => {
      const [sample] = fc.sample<Encodable>(FULL[type].map(encodable), seeded(1));
      const steps = path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
      const withValue = (value: Encodable) =>
        carrying(
          type,
          changedAt(sample ?? null, steps, () => value),
        );
      for (const value of takes) {
        const read = payloadOf(type, withValue(value)) as Encodable;
        expect(valueAt(read, steps)).to.equal(value);
      }
      for (const value of refuses) {
        const error = errorOf(() => payloadOf(type, withValue(value)));
        expect(error.code, String(value).slice(0, 80)).to.equal('MESSAGE_PAYLOAD');
        expect(String(error.metadata.field).startsWith(path), String(error.metadata.field)).to.equal(true);
        expect(error.message.length).to.be.below(400);
      }
    });
  }
});

function carrying(type: MessageType, payload: Encodable): Envelope {
  return { ...EXAMPLE, v: 1, type, payload, sender: nodeId, sig: new Uint8Array(64) };
}
