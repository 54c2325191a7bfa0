import { domainHash } from '../../../protocol/digest.ts';
import { encodeCanonical } from '../../../protocol/encoding.ts';
import { type Layout, layoutHash } from '../../../protocol/layout.ts';
import { encodeWeights, weightsDigest } from '../../../protocol/vectors.ts';
import { hexFromBytes, wordFromDigest } from '../../client/words.ts';

const LAYOUTS: readonly Layout[] = [
  { tensors: [{ name: 'head/peg', shape: [2, 3] }] },
  { tensors: [{ name: 'head/peg', shape: [3, 2] }] },
  { tensors: [{ name: 'head/pe', shape: [6] }] },
  {
    tensors: [
      { name: 'head/pe', shape: [4] },
      { name: 'g', shape: [2] },
    ],
  },
];
const WEIGHTS = [Float64Array.of(1, -2.5, 0.1, 5e-324, -0, 1e300), Float64Array.of(0)];
const LAYOUT_DOMAIN = 'ballast/layout/1';

/** Layouts that a sloppy hash would confuse, and weights, each with the bytes that are hashed. */
export function parameterVectors(): unknown {
  return {
    domain: LAYOUT_DOMAIN,
    layouts: LAYOUTS.map((layout) => {
      const canonical = encodeCanonical(layout);
      if (hexFromBytes(domainHash(LAYOUT_DOMAIN, canonical)) !== wordFromDigest(layoutHash(layout))) {
        throw new Error('the layout is hashed in another way');
      }
      return { canonical: hexFromBytes(canonical), hash: wordFromDigest(layoutHash(layout)) };
    }),
    weights: WEIGHTS.map((weights) => ({
      bytes: hexFromBytes(encodeWeights(weights)),
      digest: wordFromDigest(weightsDigest(weights)),
    })),
  };
}
