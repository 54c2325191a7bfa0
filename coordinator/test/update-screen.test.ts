import { expect } from 'chai';
import { beaconOrder } from '../beacon.ts';
import { contentDigest, cosine, duplicateNodes, suspectedCopies } from '../update-screen.ts';
import { digest, PARAMETERS, signerOf } from './support.ts';

const [A, B, C] = [0, 1, 2].map((index) => signerOf(index).nodeId) as [string, string, string];
const BEACON = digest('beacon');
const quiet = (privacy: Partial<typeof PARAMETERS.privacy>) => ({
  privacy: { ...PARAMETERS.privacy, ...privacy },
});

describe('the screen of updates', () => {
  it('names the numbers of an update where noise makes each its own', () => {
    const name = contentDigest(Int32Array.of(1, 2, 3), PARAMETERS);
    expect(name).to.be.a('string');
    expect(contentDigest(Int32Array.of(1, 2, 3), PARAMETERS)).to.equal(name);
    expect(contentDigest(Int32Array.of(1, 2, 4), PARAMETERS)).to.not.equal(name);
    expect(contentDigest(new Int32Array(3), PARAMETERS)).to.equal(undefined);
    expect(contentDigest(Int32Array.of(1), quiet({ unit: 'none' }))).to.equal(undefined);
    expect(contentDigest(Int32Array.of(1), quiet({ noiseMultiplier: 0 }))).to.equal(undefined);
  });

  it('keeps of equal updates the first in the beacon’s order, whatever order they came in', () => {
    const held = [A, B, C].map((node) => ({ node, content: 'same' }));
    const [, ...copies] = beaconOrder(BEACON, [A, B, C]);
    expect([...duplicateNodes(held, BEACON)]).to.have.members(copies);
    expect([...duplicateNodes([...held].reverse(), BEACON)]).to.have.members(copies);
    const distinct = [A, B, C].map((node) => ({ node, content: node === C ? undefined : node }));
    expect(duplicateNodes(distinct, BEACON).size).to.equal(0);
    const unnamed = [A, B].map((node) => ({ node, content: undefined }));
    expect(duplicateNodes(unnamed, BEACON).size).to.equal(0);
  });

  it('suspects what points the same way, however long, and nothing else', () => {
    const vector = Int32Array.from({ length: 5_000 }, (_, i) => ((i * 7_919) % 201) - 100);
    const copy = vector.map((steps) => 2 * steps + 1);
    const other = Int32Array.from({ length: 5_000 }, (_, i) => ((i * 104_729) % 199) - 99);
    const updates = [vector, copy, other].map((update, i) => ({ node: [A, B, C][i] ?? '', update }));
    const [pair, ...more] = suspectedCopies(updates, BEACON);
    expect(pair?.nodes).to.deep.equal([A, B]);
    expect(pair?.cosine).to.be.within(0.99, 1);
    expect(more).to.deep.equal([]);
    expect(suspectedCopies([], BEACON)).to.deep.equal([]);
    const many = Array.from({ length: 257 }, () => ({ node: A, update: Int32Array.of(1) }));
    expect(suspectedCopies(many, BEACON)).to.deep.equal([]);
  });

  it('has a cosine that is within [−1, 1], and 0 of nothing', () => {
    expect(cosine([3, 4], [3, 4])).to.equal(1);
    expect(cosine([3, 4], [-3, -4])).to.equal(-1);
    expect(cosine([1, 0], [0, 1])).to.equal(0);
    expect(cosine([0, 0], [1, 1])).to.equal(0);
  });
});
