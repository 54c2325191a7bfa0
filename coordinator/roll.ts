import { type Digest, fromHex, toHex } from '../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { type NodeId, nodeIdFromPublicKey, publicKeyFromNodeId } from '../protocol/ids.ts';
import { merkleRoot } from '../protocol/merkle.ts';
import { type Fate, fate as fateSchema, MAX_ROSTER, type RoundEntry } from '../protocol/round-entry.ts';
import { compareText } from './compare.ts';
import { roundKey } from './keys.ts';

/** One sealed update of a round, and what became of it. */
export type RollRow = { readonly node: NodeId; readonly digest: Digest; readonly fate: Fate };

/**
 * The sealed updates of a round, ascending by node id. It stands beside the certificate, whose entry has its Merkle
 * root and counts; so the size of what is voted on does not grow with the network, and a single row can be proven.
 */
export type Roll = readonly RollRow[];

const KEY_BYTES = 32;
const DIGEST_BYTES = 32;
const MAX_FATE_BYTES = 64;
/** Of a leaf: key, digest and fate; and what their canonical encoding adds. */
export const MAX_LEAF_BYTES = KEY_BYTES + DIGEST_BYTES + MAX_FATE_BYTES + 5;
/** The encoded roll of the largest roster. */
export const MAX_ROLL_BYTES = MAX_ROSTER * MAX_LEAF_BYTES + 5;

/** Where the log keeps it. An empty value says that this node did not take it. */
export const rollKey = (round: number): string => roundKey('roll', round);

/** Where a node keeps the roll of an entry that it prepared, until the round is over. */
export const preparedRollKey = (round: number, root?: Digest): string =>
  root === undefined ? `${roundKey('prepared-roll', round)}/` : roundKey('prepared-roll', round, root);

/** A row as a leaf of the tree: 32-byte Ed25519 public key ‖ 32-byte update digest ‖ fate in ASCII. */
export function rollLeaf({ node, digest, fate }: RollRow): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES + DIGEST_BYTES + fate.length);
  bytes.set(publicKeyFromNodeId(node));
  bytes.set(fromHex(digest), KEY_BYTES);
  bytes.set(new TextEncoder().encode(fate), KEY_BYTES + DIGEST_BYTES);
  return bytes;
}

/** @returns the rows ascending by node id. */
export function createRoll(rows: Iterable<RollRow>): Roll {
  return [...rows].sort((a, b) => compareText(a.node, b.node));
}

const summaries = new WeakMap<Roll, RoundEntry['updates']>();

/** What an entry says of the roll: its Merkle root, and how many updates fared how. */
export function updatesOf(roll: Roll): RoundEntry['updates'] {
  const known = summaries.get(roll);
  if (known !== undefined) return known;
  const selected = selectedOf(roll).length;
  const summary = {
    root: merkleRoot(roll.map(rollLeaf)),
    sealed: roll.length,
    accepted: acceptedOf(roll).length,
    selected,
  };
  summaries.set(roll, summary);
  return summary;
}

/** Whether the roll is the one that the entry names. */
export function isRollOf({ updates }: Pick<RoundEntry, 'updates'>, roll: Roll): boolean {
  const { root, sealed, accepted, selected } = updatesOf(roll);
  return (
    root === updates.root &&
    sealed === updates.sealed &&
    accepted === updates.accepted &&
    selected === updates.selected
  );
}

/** Updates that enough members held, whether or not the rule gave them weight. */
export function acceptedOf(roll: Roll): Roll {
  return roll.filter(({ fate }) => fate === 'selected' || fate === 'accepted');
}

const selections = new WeakMap<Roll, NodeId[]>();

/** Nodes whose update has weight in the candidate. */
export function selectedOf(roll: Roll): NodeId[] {
  const selected =
    selections.get(roll) ?? roll.filter(({ fate }) => fate === 'selected').map(({ node }) => node);
  selections.set(roll, selected);
  return selected;
}

/** Updates whose bodies were not held, and why. */
export function droppedOf(roll: Roll): { readonly node: NodeId; readonly code: string }[] {
  return roll
    .filter(({ fate }) => fate !== 'selected' && fate !== 'accepted')
    .map(({ node, fate }) => ({ node, code: fate }));
}

/** The list of its leaves, canonically encoded: at most {@link MAX_ROLL_BYTES}. */
export function encodeRoll(roll: Roll): Uint8Array {
  const bytes = encoded.get(roll) ?? encodeCanonical(roll.map(rollLeaf));
  encoded.set(roll, bytes);
  return bytes;
}

const encoded = new WeakMap<Roll, Uint8Array>();

/** @throws BallastError `ROLL_MALFORMED`, or what decoding throws. */
export function decodeRoll(bytes: Uint8Array): Roll {
  const leaves = decodeCanonical(bytes, { maxBytes: MAX_ROLL_BYTES });
  if (!Array.isArray(leaves) || leaves.length > MAX_ROSTER)
    throw malformed(`something else than a list of at most ${MAX_ROSTER} rows`);
  const roll = leaves.map(readLeaf);
  if (roll.some(({ node }, i) => i > 0 && compareText(roll[i - 1]?.node ?? '', node) >= 0))
    throw malformed('rows that do not ascend by node id');
  return roll;
}

/**
 * A roll from a peer or from disk.
 *
 * @throws BallastError `ROLL_MALFORMED`; `ROLL_MISMATCH` for another roll than the entry's.
 */
export function openRoll(bytes: Uint8Array, entry: Pick<RoundEntry, 'round' | 'updates'>): Roll {
  const roll = decodeRoll(bytes);
  if (isRollOf(entry, roll)) return roll;
  throw new BallastError(
    'ROLL_MISMATCH',
    `roll of round ${entry.round}: got one of ${roll.length} updates with another root or other counts than the entry's`,
    { metadata: { round: entry.round, expected: entry.updates.root } },
  );
}

/** @throws BallastError `ROLL_MALFORMED` for anything that {@link rollLeaf} does not write. */
export function readLeaf(leaf: unknown): RollRow {
  const fateAt = KEY_BYTES + DIGEST_BYTES;
  if (!(leaf instanceof Uint8Array) || leaf.length <= fateAt || leaf.length > fateAt + MAX_FATE_BYTES)
    throw malformed('a row that is no key, digest and fate');
  // Without ignoreBOM three bytes before a fate would be passed over, and a roll had two encodings.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(leaf.subarray(fateAt));
  const parsed = fateSchema.safeParse(text);
  if (!parsed.success) throw malformed('a row without a fate');
  return {
    node: nodeIdFromPublicKey(leaf.subarray(0, KEY_BYTES)),
    digest: toHex(leaf.subarray(KEY_BYTES, fateAt)),
    fate: parsed.data,
  };
}

function malformed(got: string): BallastError {
  return new BallastError('ROLL_MALFORMED', `roll: got ${got}, expected rows of key, digest and fate`);
}
