import fc from 'fast-check';
import { type NodeSigner, nodeSigner } from '../ed25519.ts';
import type { Encodable } from '../encoding.ts';

/** Every property runs from this seed, so a failure is the same failure on the next run. */
export const seeded = (numRuns: number) => ({ seed: 20_240_229, numRuns });

/** Names that mean something to JavaScript, or that UTF-16 sorts otherwise than UTF-8. */
const TRICKY_KEYS = [
  '',
  '-1',
  '01',
  '1.5',
  '1e3',
  'a',
  'aa',
  'constructor',
  'hasOwnProperty',
  'length',
  'prototype',
  'size',
  'then',
  'toJSON',
  'toString',
  'valueOf',
  '\u0000',
  '\u00ff',
  '\uffff',
  '\u{10000}',
];

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
);

const keys: fc.Arbitrary<string> = fc
  .oneof(text, fc.constantFrom(...TRICKY_KEYS))
  .filter((key) => key !== '__proto__' && !/^(0|[1-9]\d*)$/.test(key));

const numbers: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -200, max: 70_000 }),
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((n) => !Object.is(n, -0) && (Number.isSafeInteger(n) || !Number.isInteger(n))),
);

/** Any value with a canonical form, at most six levels deep. */
export const encodables: fc.Arbitrary<Encodable> = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    numbers,
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 20 }),
  ),
})).value;

/** Signs for the node whose seed is `index` repeated. */
export function signerOf(index: number): NodeSigner {
  return nodeSigner(new Uint8Array(32).fill(index));
}
