import { expect } from 'chai';
import fc from 'fast-check';
import { encodeCanonical } from '../../protocol/encoding.ts';
import {
  type AggregatorState,
  decodeState,
  encodeState,
  type StateShape,
  stateBytes,
  stateDigest,
} from '../index.ts';
import { bytesOf, errorOf } from './support.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
const vectors = fc.dictionary(fc.stringMatching(/^[a-zA-Z]{1,20}$/), fc.array(finite, { maxLength: 40 }), {
  maxKeys: 4,
});
const states = fc
  .record({ step: fc.maxSafeNat(), vectors })
  .map(({ step, vectors: given }): { state: AggregatorState; shape: StateShape } => {
    const entries = Object.entries(given);
    return {
      state: {
        step,
        vectors: Object.fromEntries(entries.map(([name, values]) => [name, Float64Array.from(values)])),
      },
      shape: Object.fromEntries(entries.map(([name, { length }]) => [name, length])),
    };
  });

describe('state of an aggregation', () => {
  const shape = { momentum: 3, secondMoment: 3 };
  const state: AggregatorState = {
    step: 7,
    vectors: {
      momentum: Float64Array.of(1, 0, 5e-324),
      secondMoment: Float64Array.of(0.1, 1e300, -Math.PI),
    },
  };
  const refuse = (bytes: Uint8Array, of: StateShape = shape) => {
    const error = errorOf(() => decodeState(bytes, of));
    expect(error.code).to.equal('STATE_INVALID');
    return error.message;
  };

  it('is read back to the bit, within the bytes that its shape allows', () => {
    fc.assert(
      fc.property(states, ({ state: given, shape: of }) => {
        const bytes = encodeState(given);
        expect(bytes.length).to.be.at.most(stateBytes(of));
        const read = decodeState(bytes, of);
        expect(read.step).to.equal(given.step);
        for (const [name, vector] of Object.entries(given.vectors)) {
          expect(bytesOf(read.vectors[name] ?? new Float64Array())).to.equal(bytesOf(vector));
        }
        expect(encodeState(read)).to.deep.equal(bytes);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('has one digest, whatever the order in which its vectors were named', () => {
    const { momentum, secondMoment } = state.vectors;
    const other = { step: 7, vectors: { secondMoment, momentum } } as AggregatorState;
    expect(stateDigest(other)).to.equal(stateDigest(state));
    expect(stateDigest({ ...state, step: 8 })).not.to.equal(stateDigest(state));
  });

  it('cannot be changed in a byte without being refused or another state', () => {
    const bytes = encodeState(state);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        try {
          const read = decodeState(changed, shape);
          expect(encodeState(read)).to.deep.equal(changed);
        } catch (error) {
          expect(error).to.have.property('code', 'STATE_INVALID');
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it('is refused as any bytes, truncated bytes or bytes with more behind', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        refuse(bytes);
      }),
      { seed: 3, numRuns: 500 },
    );
    const bytes = encodeState(state);
    for (let length = 0; length < bytes.length; length++) refuse(bytes.subarray(0, length));
    refuse(Uint8Array.from([...bytes, 0]));
  });

  it('is refused for another shape, a number that is not finite and a step that is no count', () => {
    const bytes = encodeState(state);
    expect(refuse(bytes, { momentum: 3 })).to.include('got the vectors momentum, secondMoment');
    expect(refuse(bytes, { ...shape, control: 1 })).to.include('expected control');
    refuse(bytes, { momentum: 3, secondMoment: 2 });
    refuse(bytes, { momentum: 2, secondMoment: 4 });
    const raw = (value: unknown) => encodeCanonical(value as Parameters<typeof encodeCanonical>[0]);
    const one = (vector: Uint8Array) => raw({ step: 0, vectors: { control: vector } });
    refuse(one(new Uint8Array(8).fill(0xff)), { control: 1 });
    expect(refuse(one(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80)), { control: 1 })).to.include('negative zero');
    for (const step of [-1, 0.5, '1', true]) refuse(raw({ step, vectors: {} }), {});
    refuse(raw({ step: 0, vectors: {}, more: 1 }), {});
    refuse(raw({ step: 0, vectors: [] }), {});
    refuse(raw({ step: 0 }), {});
    expect(refuse(raw({ step: 0, vectors: { control: 'text' } }), { control: 1 })).to.include('byte string');
    expect(decodeState(raw({ step: 0, vectors: {} }), {})).to.deep.equal({ step: 0, vectors: {} });
  });

  it('is refused by its size before anything is read of it', () => {
    const large = encodeState({ step: 1, vectors: { momentum: new Float64Array(100_000) } });
    const message = refuse(large, { momentum: 3 });
    expect(message).to.include(`${stateBytes({ momentum: 3 })}`);
  });

  it('is written alike with 0 and with −0', () => {
    const digests = [0, -0].map((zero) =>
      stateDigest({ step: 0, vectors: { control: Float64Array.of(zero) } }),
    );
    expect(digests[0]).to.equal(digests[1]);
  });

  it('is not written with a number that is not finite', () => {
    for (const value of [Number.NaN, Infinity]) {
      expect(() => encodeState({ step: 0, vectors: { control: Float64Array.of(value) } })).to.throw();
    }
  });
});
