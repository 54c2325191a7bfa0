import { expect } from 'chai';
import { decodeCanonical, type Encodable, encodeCanonical } from '../encoding.ts';
import { errorOf } from './expect-error.ts';

class Point {
  readonly x = 1;
}

/** Values that the type system mostly keeps out, given anyway. */
const REFUSED: Readonly<Record<string, unknown>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '2^53': 2 ** 53,
  '-2^53': -(2 ** 53),
  '1e300': 1e300,
  undefined: undefined,
  'a bigint': 5n,
  'a function': () => 1,
  'a symbol': Symbol('s'),
  'a Date': new Date(0),
  'a Map': new Map([['a', 1]]),
  'a Set': new Set([1]),
  'a RegExp': /a/,
  'an Error': new Error('e'),
  'a boxed number': Object(1),
  'a boxed string': Object('s'),
  'an instance of a class': new Point(),
  'an object with toJSON on its prototype': Object.create({ toJSON: () => 1 }),
  'an ArrayBuffer': new ArrayBuffer(4),
  'a DataView': new DataView(new ArrayBuffer(4)),
  'a Float64Array': new Float64Array(1),
  'an Int8Array': new Int8Array(1),
  'a lone high surrogate': 'a\ud800',
  'a lone low surrogate': '\udc00a',
  'surrogates in the wrong order': '\udc00\ud800',
};

const REFUSED_KEYS = ['__proto__', '0', '1', '42', '4294967295', '9007199254740993', '\ud800', 'a\udfff'];

describe('canonical encoding: refusals on encode', () => {
  for (const [name, value] of Object.entries(REFUSED)) {
    it(`refuses ${name} at every place, naming it`, () => {
      const places = [
        ['$', value],
        ['$[1]', [0, value]],
        ['$.a', { a: value }],
        ['$.a[0].b', { a: [{ b: value }] }],
      ] as const;
      for (const [path, given] of places) {
        const error = errorOf(() => encodeCanonical(given as Encodable));
        expect(error.code).to.equal('ENCODING_VALUE');
        expect(error.metadata).to.deep.equal({ path });
        expect(error.message.startsWith(`${path}: got `)).to.equal(true);
      }
    });
  }

  for (const key of REFUSED_KEYS) {
    it(`refuses the key ${JSON.stringify(key)}`, () => {
      const value = { list: [Object.fromEntries([[key, 1]])] };
      const error = errorOf(() => encodeCanonical(value));
      expect(error.code).to.equal('ENCODING_VALUE');
      expect(error.metadata).to.deep.equal({ path: '$.list[0]' });
      expect(error.message).to.contain(JSON.stringify(key));
    });
  }

  it('refuses __proto__ as JSON.parse leaves it', () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}}') as Encodable;
    expect(errorOf(() => encodeCanonical(value)).code).to.equal('ENCODING_VALUE');
  });

  it('refuses the holes of a sparse array', () => {
    const sparse: Encodable[] = [1];
    sparse[3] = 1;
    const error = errorOf(() => encodeCanonical({ sparse }));
    expect(error.metadata).to.deep.equal({ path: '$.sparse[1]' });
  });

  it('refuses cycles instead of running out of stack', () => {
    const object: Record<string, Encodable> = {};
    object.self = object;
    const array: Encodable[] = [];
    array.push(array, array);
    expect(errorOf(() => encodeCanonical(object)).code).to.equal('ENCODING_VALUE');
    expect(errorOf(() => encodeCanonical(array)).code).to.equal('ENCODING_VALUE');
  });

  it('carries 32 levels and refuses the 33rd', () => {
    const deepest = nested(32);
    expect(decodeCanonical(encodeCanonical(deepest), { maxDepth: 32 })).to.deep.equal(deepest);
    expect(errorOf(() => encodeCanonical(nested(33))).message).to.contain('nesting deeper than 32');
    expect(errorOf(() => encodeCanonical(nested(100_000))).code).to.equal('ENCODING_VALUE');
  });

  it('goes on working after a refusal', () => {
    expect(errorOf(() => encodeCanonical([1, Number.NaN])).code).to.equal('ENCODING_VALUE');
    expect(encodeCanonical([1])).to.deep.equal(Uint8Array.of(0x91, 1));
  });

  it('never calls a method of what it encodes', () => {
    const value = { toJSON: 'x', constructor: 'y', valueOf: 'z' };
    expect(decodeCanonical(encodeCanonical(value))).to.deep.equal(value);
  });
});

function nested(levels: number): Encodable {
  let value: Encodable = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}
