import type { Prng } from '../../node/data/index.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';

/** Draws of a fuzzer, all from one seed. */
export type FuzzRandom = Pick<Prng, 'uniform'>;

export const below = ({ uniform }: FuzzRandom, n: number): number => Math.floor(uniform() * n);
export const pick = <T>(random: FuzzRandom, from: readonly T[]): T | undefined =>
  from[below(random, from.length)];

/** An input of more bytes than any decoder takes teaches nothing. */
const MAX_INPUT_BYTES = (1 << 20) + 64;
/** Values in a tree that is still taken apart. */
const MAX_NODES = 4_000;

/**
 * A changed input: by what it means where it is canonical, or byte by byte.
 *
 * @param others inputs to take parts from.
 */
export function mutate(input: Uint8Array, others: readonly Uint8Array[], random: FuzzRandom): Uint8Array {
  const byMeaning = random.uniform() < 0.7 ? changedTree(input, others, random) : undefined;
  const changed = byMeaning ?? changedBytes(input, pick(random, others) ?? input, random);
  return changed.length > MAX_INPUT_BYTES ? changed.subarray(0, MAX_INPUT_BYTES) : changed;
}

/** A few changes of a value; undefined where it has no canonical form any more. */
export function mutateValue(value: Encodable, donor: Encodable, random: FuzzRandom): Encodable {
  let changed = value;
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const nodes = countNodes(changed);
    if (nodes > MAX_NODES) return changed;
    changed = changeAt(changed, { at: below(random, nodes) }, donor, random);
  }
  return changed;
}

function changedTree(
  input: Uint8Array,
  others: readonly Uint8Array[],
  random: FuzzRandom,
): Uint8Array | undefined {
  const value = decoded(input);
  if (value === undefined) return undefined;
  const donor = decoded(pick(random, others) ?? input) ?? null;
  return encoded(mutateValue(value, donor, random));
}

function decoded(bytes: Uint8Array): Encodable | undefined {
  try {
    return decodeCanonical(bytes, { maxBytes: MAX_INPUT_BYTES });
  } catch {
    return undefined;
  }
}

function encoded(value: Encodable): Uint8Array | undefined {
  try {
    return encodeCanonical(value);
  } catch {
    return undefined;
  }
}

const isList = (value: Encodable): value is readonly Encodable[] => Array.isArray(value);
const isMap = (value: Encodable): value is { readonly [key: string]: Encodable } =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Uint8Array);

function childrenOf(value: Encodable): readonly Encodable[] {
  if (isList(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function countNodes(value: Encodable): number {
  let nodes = 1;
  for (const child of childrenOf(value)) {
    if (nodes > MAX_NODES) break;
    nodes += countNodes(child);
  }
  return nodes;
}

/** Changes the value at a place, counted in the order of the tree. */
function changeAt(value: Encodable, place: { at: number }, donor: Encodable, random: FuzzRandom): Encodable {
  if (place.at-- === 0) return changed(value, donor, random);
  if (isList(value))
    return value.map((child) => (place.at < 0 ? child : changeAt(child, place, donor, random)));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      place.at < 0 ? child : changeAt(child, place, donor, random),
    ]),
  );
}

const NUMBERS = [
  0,
  1,
  -1,
  2,
  40,
  255,
  256,
  4_096,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
];
const FRACTIONS = [0.5, -0.25, 1e-300, 1e308, -1e308];
const ODD: readonly Encodable[] = [
  null,
  true,
  false,
  '',
  [],
  {},
  'constructor',
  'accepted',
  '00'.repeat(32),
  'ff'.repeat(32),
];

function changed(value: Encodable, donor: Encodable, random: FuzzRandom): Encodable {
  const choice = random.uniform();
  if (choice < 0.15) return partOf(donor, random);
  if (choice < 0.25) return pick(random, [...ODD, ...NUMBERS, ...FRACTIONS]) ?? null;
  if (typeof value === 'number') {
    return choice < 0.7
      ? value + (pick(random, [-2, -1, 1, 2, 16, 1_000]) ?? 1)
      : (pick(random, NUMBERS) ?? 0);
  }
  if (typeof value === 'string') return changedText(value, random);
  if (value instanceof Uint8Array) return changedField(value, donor, random);
  if (isList(value)) return changedList(value, donor, random);
  if (isMap(value)) return changedMap(value, donor, random);
  return !value;
}

function changedText(text: string, random: FuzzRandom): string {
  const at = below(random, text.length + 1);
  switch (below(random, 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + String.fromCharCode(below(random, 0xd800)) + text.slice(at);
    case 3:
      return text.repeat(2);
    default:
      return text.slice(0, at) + (pick(random, ['0', 'f', 'A', 'Z', '1']) ?? '0') + text.slice(at + 1);
  }
}

/** Bytes are often a message of their own. */
function changedField(bytes: Uint8Array, donor: Encodable, random: FuzzRandom): Encodable {
  const inner = bytes.length > 16 && random.uniform() < 0.5 ? decoded(bytes) : undefined;
  if (inner !== undefined) return encoded(mutateValue(inner, donor, random)) ?? bytes;
  return changedBytes(bytes, bytes, random);
}

function changedList(list: readonly Encodable[], donor: Encodable, random: FuzzRandom): Encodable {
  const at = below(random, Math.max(1, list.length));
  const own = list[at] ?? null;
  switch (below(random, 5)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, own);
    case 2:
      return list.toReversed();
    case 3:
      return [...list, partOf(donor, random)];
    default:
      return Array.from({ length: Math.min(4_200, (list.length + 1) * (1 << below(random, 8))) }, () => own);
  }
}

function changedMap(
  map: { readonly [key: string]: Encodable },
  donor: Encodable,
  random: FuzzRandom,
): Encodable {
  const keys = Object.keys(map);
  const key = pick(random, keys);
  switch (below(random, 3)) {
    case 0:
      return Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));
    case 1:
      return {
        ...map,
        [pick(random, ['x', 'toString', 'v', 'node', 'round']) ?? 'x']: partOf(donor, random),
      };
    default:
      return key === undefined ? map : { ...map, [key]: partOf(donor, random) };
  }
}

/** A value from somewhere inside another. */
function partOf(donor: Encodable, random: FuzzRandom): Encodable {
  let part = donor;
  for (let depth = below(random, 6); depth > 0; depth--) {
    const child = pick(random, childrenOf(part));
    if (child === undefined) break;
    part = child;
  }
  return part;
}

/** Heads of MessagePack's largest lengths, and what no encoding begins with. */
const BYTES = [0x00, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc6, 0xcb, 0xcf, 0xd3, 0xdb, 0xdd, 0xdf, 0xff];

/** Passed over by readers of text. */
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

function changedBytes(input: Uint8Array, donor: Uint8Array, random: FuzzRandom): Uint8Array {
  let bytes = Uint8Array.from(input);
  for (let times = 1 + below(random, 4); times > 0; times--) {
    const at = below(random, bytes.length + 1);
    switch (below(random, 8)) {
      case 0:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
        break;
      case 1:
        if (at < bytes.length) bytes[at] = pick(random, BYTES) ?? 0;
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 8)));
        break;
      case 4: {
        const inserted = Uint8Array.from({ length: 1 + below(random, 8) }, () => below(random, 256));
        bytes = joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
        break;
      }
      case 5: {
        const from = below(random, donor.length + 1);
        bytes = joined(bytes.subarray(0, at), donor.subarray(from));
        break;
      }
      case 6:
        // A length that promises far more than there is.
        bytes = joined(bytes.subarray(0, at), Uint8Array.of(pick(random, BYTES) ?? 0, 255, 255, 255, 255));
        break;
      default:
        bytes = joined(bytes.subarray(0, at), BYTE_ORDER_MARK, bytes.subarray(at));
    }
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
