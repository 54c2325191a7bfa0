import { expect } from 'chai';
import fc from 'fast-check';
import type { Encodable } from '../encoding.ts';
import { type Envelope, openEnvelope, signEnvelope } from '../envelope.ts';
import { MessageError } from '../errors.ts';
import { MESSAGE_TYPES, type MessageType } from '../message-types.ts';
import { encodable, MAX_COMMITTEE, MAX_ROSTER, type Payload, payloadOf } from '../messages.ts';
import { MAX_OFFENCES } from '../round-entry.ts';
import { seeded, signerOf } from './arbitraries.ts';
import { EXAMPLE } from './envelopes.ts';
import { errorOf } from './expect-error.ts';
import { changedAt, type Path, pathsOf, valueAt } from './paths.ts';
import { payloads } from './payloads.ts';

const signer = signerOf(1);
/** Lists that are not bounded by the committee. */
const LONGEST: Readonly<Record<string, number>> = {
  'recommendation.changes': 16,
  offences: MAX_OFFENCES,
  refused: MAX_ROSTER,
};
const GOOD = payloads(false);
const FULL = payloads(true);

/** Fields that a payload may lack. */
const OPTIONAL: ReadonlySet<string> = new Set(['certificate.aggregate']);

/** Payloads in which every field is present; always the same ones. */
const samples = <T extends MessageType>(type: T, numRuns: number): Payload<T>[] =>
  fc.sample<Payload<T>>(FULL[type], seeded(numRuns));

for (const type of MESSAGE_TYPES) {
  describe(`message ${type}`, () => {
    it('accepts a good payload and gives it back through an envelope', () => {
      const good: fc.Arbitrary<Payload<typeof type>> = GOOD[type];
      fc.assert(
        fc.property(good, (payload) => {
          const { bytes } = signEnvelope({ ...EXAMPLE, type, payload: encodable(payload) }, signer);
          expect(payloadOf(type, openEnvelope(bytes).envelope)).to.deep.equal(payload);
        }),
        seeded(60),
      );
    });

    it('refuses a wrong type at every place, naming the field', () => {
      eachPlace(type, (payload, path) => {
        // No field of any message is a boolean, nor one of the objects below.
        for (const wrong of [true, { not: 'this' }, -1, undefined]) {
          const old = valueAt(payload, path);
          if (wrong === -1 && typeof old !== 'number') continue;
          const isLeftOut = typeof path.at(-1) === 'number' || OPTIONAL.has(`${type}.${path.join('.')}`);
          if (wrong === undefined && isLeftOut) continue;
          const field = refusedField(
            type,
            changedAt(payload, path, () => wrong),
          );
          // An object in the place of an object is refused for what it lacks.
          const inside = field.startsWith(`${path.join('.')}.`);
          if (field !== path.join('.') && !inside) expect.fail(`${path.join('.')}: named ${field}`);
        }
      });
    });

    it('refuses an unknown key in every object, naming the object and the key', () => {
      const places = (payload: Encodable) =>
        [[], ...pathsOf(payload)].filter((path) => isObject(valueAt(payload, path)));
      for (const payload of samples(type, 3).map(encodable)) {
        for (const path of places(payload)) {
          const spoilt = changedAt(payload, path, (old) => ({ ...(old as object), surplus: 1 }));
          const error = refusal(type, spoilt);
          expect(error.metadata).to.deep.equal({ type, field: path.join('.') || '(whole)' });
          expect(error.message).to.contain('surplus');
        }
      }
    });

    it('refuses NaN, infinities, fractions of counts and unsafe integers', () => {
      eachPlace(type, (payload, path) => {
        if (typeof valueAt(payload, path) !== 'number') return;
        const real = ['epsilon', 'delta'].includes(String(path.at(-1)));
        const wrong = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (const value of real ? wrong : [...wrong, 0.5, 2 ** 53]) {
          const field = refusedField(
            type,
            changedAt(payload, path, () => value),
          );
          expect(field, String(value)).to.equal(path.join('.'));
        }
      });
    });

    it('takes as many items in every list as it may and refuses one more, naming it', () => {
      for (const payload of samples(type, 3).map(encodable)) {
        for (const path of pathsOf(payload)) {
          if (!Array.isArray(valueAt(payload, path))) continue;
          const most = LONGEST[`${type}.${path.at(-1)}`] ?? LONGEST[String(path.at(-1))] ?? MAX_COMMITTEE;
          const filled = (length: number) =>
            changedAt(payload, path, (old) => new Array(length).fill((old as Encodable[])[0]));
          expect(() => payloadOf(type, carrying(type, filled(most)))).to.not.throw();
          expect(refusedField(type, filled(most + 1))).to.equal(path.join('.'));
        }
      }
    });

    it('refuses what is no object', () => {
      for (const payload of [null, true, 0, '', [], new Uint8Array(3), {}]) refusal(type, payload);
    });
  });
}

describe('message payloads', () => {
  it('of one type are not those of another', () => {
    for (const type of MESSAGE_TYPES) {
      for (const other of MESSAGE_TYPES) {
        const [payload] = samples(other, 1);
        if (type !== other) refusal(type, encodable(payload as Payload<typeof other>));
      }
    }
  });

  it('are refused with the sender and the field in the message', () => {
    const error = refusal('status', { head: 'x' });
    expect(error.message).to.match(new RegExp(`^status from ${signer.nodeId}: head: `));
    expect(error.metadata).to.deep.equal({ type: 'status', field: 'head' });
  });
});

/** Calls `check` with some full payloads and every path inside them. */
function eachPlace(type: MessageType, check: (payload: Encodable, path: Path) => void): void {
  for (const payload of samples(type, 3).map(encodable)) {
    for (const path of pathsOf(payload)) check(payload, path);
  }
}

function carrying(type: MessageType, payload: Encodable): Envelope {
  return { ...EXAMPLE, v: 1, type, payload, sender: signer.nodeId, sig: new Uint8Array(64) };
}

function refusal(type: MessageType, payload: Encodable): MessageError {
  const error = errorOf(() => payloadOf(type, carrying(type, payload)));
  if (!(error instanceof MessageError)) throw error;
  expect(error.code).to.equal('MESSAGE_PAYLOAD');
  expect(error.action).to.equal('reject');
  return error;
}

function refusedField(type: MessageType, payload: Encodable): string {
  return String(refusal(type, payload).metadata.field);
}

function isObject(value: Encodable | undefined): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
