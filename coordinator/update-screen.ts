import { type Digest, domainHash, fromHex, sha256, toHex } from '../protocol/digest.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { encodeUpdate } from '../protocol/vectors.ts';
import { beaconOrder } from './beacon.ts';

/**
 * What is looked for across updates, beside the checks that `openUpdate` makes of each: a copy of another's. A body
 * begins with its owner's key and is served after the seal alone, so that an outsider has nothing to copy; two nodes
 * of one operator, or of a leaked update, still may.
 */

/** Nobody is refused for a cosine above this: honest updates may point the same way. */
export const SUSPECT_COSINE = 0.95;
/** Of so many coordinates, which the beacon draws after the updates are fixed, a cosine is estimated: ± 0.03. */
const SAMPLED = 1_024;
/** Pairs grow with the square: beyond so many updates nobody is compared. */
const MAX_COMPARED = 256;

/** An update is opened once, and named by everybody who looks at it. */
const contents = new WeakMap<Int32Array, Digest>();

/**
 * Names the numbers of an update, whoever's they are. Undefined where equal numbers are no sign of a copy: without
 * noise two honest nodes may find the same, and of zeros there is one vector.
 */
export function contentDigest(
  update: Int32Array,
  { privacy }: Pick<NetworkParameters, 'privacy'>,
): Digest | undefined {
  const isNoisy = privacy.unit !== 'none' && privacy.noiseMultiplier > 0;
  if (!isNoisy) return undefined;
  const known = contents.get(update);
  if (known !== undefined) return known;
  if (update.every((steps) => steps === 0)) return undefined;
  const content = toHex(sha256(encodeUpdate(update)));
  contents.set(update, content);
  return content;
}

/**
 * Nodes whose update has the very numbers of another's. Of equal ones the first in the beacon's order stays, which
 * nobody could choose: nothing tells the owner from the copier.
 */
export function duplicateNodes(
  held: readonly { readonly node: NodeId; readonly content: Digest | undefined }[],
  beacon: Digest,
): ReadonlySet<NodeId> {
  const owners = new Map<Digest, NodeId[]>();
  for (const { node, content } of held)
    if (content !== undefined) owners.set(content, [...(owners.get(content) ?? []), node]);
  const copies = [...owners.values()].flatMap((nodes) =>
    nodes.length < 2 ? [] : beaconOrder(beacon, nodes).slice(1),
  );
  return new Set(copies);
}

export type Suspicion = { readonly nodes: readonly [NodeId, NodeId]; readonly cosine: number };

/**
 * Pairs of updates that point nearly the same way, by a sample of their coordinates: for people to look into.
 *
 * @param updates of one length, d.
 */
export function suspectedCopies(
  updates: readonly { readonly node: NodeId; readonly update: Int32Array }[],
  beacon: Digest,
): Suspicion[] {
  if (updates.length > MAX_COMPARED) return [];
  const size = updates[0]?.update.length ?? 0;
  const places = sampledPlaces(beacon, size);
  const samples = updates.map(({ node, update }) => ({
    node,
    sample: Float64Array.from(places, (place) => update[place] ?? 0),
  }));
  return samples.flatMap(({ node, sample }, i) =>
    samples.slice(0, i).flatMap((other): Suspicion[] => {
      const value = cosine(sample, other.sample);
      return value < SUSPECT_COSINE ? [] : [{ nodes: [other.node, node], cosine: value }];
    }),
  );
}

/** a·b ÷ ‖a‖‖b‖, or 0 where either is zero: how far two vectors of one length point the same way. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  const norms = Math.sqrt(ofA) * Math.sqrt(ofB);
  return norms === 0 ? 0 : dot / norms;
}

/** All places of a short vector; of a long one as many as are sampled, some of them twice. */
function sampledPlaces(beacon: Digest, size: number): readonly number[] {
  if (size <= SAMPLED) return Array.from({ length: size }, (_, i) => i);
  const seed = fromHex(beacon);
  const places: number[] = [];
  for (let block = 0; places.length < SAMPLED; block++) {
    const words = new DataView(domainHash('ballast/screen/1', seed, Uint8Array.of(block)).buffer);
    for (let at = 0; at + 4 <= words.byteLength; at += 4) places.push(words.getUint32(at) % size);
  }
  return places;
}
