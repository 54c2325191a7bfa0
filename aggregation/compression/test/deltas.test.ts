import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeWeights } from '../../../protocol/vectors.ts';
import {
  appendDelta,
  applyDelta,
  chunkRanges,
  compactionDue,
  type DeltaChain,
  decodeChunks,
  decodeDelta,
  encodeChunks,
  encodeDelta,
  encodeSparse,
  type PublishedDelta,
  packMessage,
  publishDelta,
  randomK,
  replayDeltas,
  SNAPSHOT_DELTAS,
  type Snapshot,
  type SparseUpdate,
  sparseUpdate,
  startChain,
  toIntegers,
  unpackMessage,
  verifySnapshot,
} from '../index.ts';
import { codeOf, SEED, seededBytes, sparseUpdates } from './support.ts';

const GRID = 20;

function weightsOf(size: number, seed: string): Float64Array {
  const draws = new DataView(seededBytes(seed)(4 * size).buffer);
  return Float64Array.from({ length: size }, (_, i) => draws.getInt32(4 * i) / 3e9);
}

/** k random entries. */
function updateOf(size: number, k: number, round: number): SparseUpdate {
  const indices = randomK(size, k, round.toString(16).padStart(64, '0'));
  const bytes = seededBytes(`levels/${round}`)(k);
  return sparseUpdate(
    size,
    indices,
    Int8Array.from(bytes, (byte) => (byte % 255) - 127),
    1000 + round,
  );
}

describe('published deltas', () => {
  it('make the weights that they name, from the weights that they name alone', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        const weights = weightsOf(update.size, 'weights');
        const { delta, weights: next } = publishDelta(weights, update, GRID);
        const read = decodeDelta(encodeDelta(delta), 400);
        expect(encodeWeights(applyDelta(weights, read))).to.deep.equal(encodeWeights(next));
        toIntegers(update).forEach((steps, i) => {
          expect(next[i]).to.equal((weights[i] ?? 0) + steps / 2 ** GRID);
        });
        if (update.indices.length > 0) {
          expect(codeOf(() => applyDelta(next, read))).to.equal('DELTA_BASE');
          const lie: PublishedDelta = { ...read, to: read.from };
          expect(codeOf(() => applyDelta(weights, lie))).to.equal('DELTA_DIGEST');
        }
      }),
      { seed: 2 },
    );
  });

  it('are refused in any other form', () => {
    const { delta } = publishDelta(weightsOf(50, 'refused'), updateOf(50, 5, 1), GRID);
    const bytes = encodeDelta(delta);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeDelta(bytes.subarray(0, length), 50))).to.equal('COMPRESSED_MALFORMED');
    }
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at % bytes.length] = value;
        const code = codeOf(() =>
          expect([...encodeDelta(decodeDelta(changed, 50))]).to.deep.equal([...changed]),
        );
        if (code !== undefined) expect(code).to.match(/^COMPRESSED_/);
      }),
      { numRuns: 500, seed: 1 },
    );
    expect(codeOf(() => decodeDelta(bytes, 49))).to.equal('COMPRESSED_LIMIT');
    expect(codeOf(() => decodeDelta(encodeDelta({ ...delta, gridBits: 31 }), 50))).to.equal(
      'COMPRESSED_MALFORMED',
    );
    expect(codeOf(() => publishDelta(new Float64Array(3), updateOf(50, 5, 1), GRID))).to.equal(
      'COMPRESSED_SIZE',
    );
  });
});

describe('compaction', () => {
  const grow = (size: number, k: number, rounds: number) => {
    let chain: DeltaChain = startChain(weightsOf(size, 'chain'));
    const log: { deltas: PublishedDelta[]; snapshots: { at: number; snapshot: Snapshot }[] } = {
      deltas: [],
      snapshots: [],
    };
    for (let round = 1; round <= rounds; round++) {
      const { delta } = publishDelta(chain.weights, updateOf(size, k, round), GRID);
      const step = appendDelta(chain, delta);
      chain = step.chain;
      log.deltas.push(delta);
      if (step.compacted !== undefined) log.snapshots.push({ at: round, snapshot: step.compacted });
    }
    return { chain, ...log };
  };

  it('is due after ten deltas, or when they take more than half of the model', () => {
    expect(SNAPSHOT_DELTAS).to.equal(10);
    expect(compactionDue({ deltas: 9, bytes: 0 }, 100)).to.equal(undefined);
    expect(compactionDue({ deltas: 10, bytes: 0 }, 100)).to.equal('deltas');
    expect(compactionDue({ deltas: 1, bytes: 400 }, 100)).to.equal(undefined);
    expect(compactionDue({ deltas: 1, bytes: 401 }, 100)).to.equal('bytes');
    expect(grow(2000, 50, 25).snapshots.map(({ at }) => at)).to.deep.equal([10, 20]);
    // 2,000 levels and the framing of a delta are more than a quarter of 16,000 bytes, and less than a half.
    expect(grow(2000, 2000, 10).snapshots.map(({ at }) => at)).to.deep.equal([4, 8]);
  });

  it('gives the snapshot that replaying gives, to the bit, and remembers what it superseded', () => {
    const { deltas, snapshots, chain } = grow(1000, 40, 23);
    const start = weightsOf(1000, 'chain');
    for (const { at, snapshot } of snapshots) {
      const replayed = replayDeltas(start, deltas.slice(0, at));
      expect(encodeWeights(snapshot.weights)).to.deep.equal(encodeWeights(replayed));
      expect(
        codeOf(() =>
          verifySnapshot(replayDeltas(start, deltas.slice(0, at - 10)), deltas.slice(at - 10, at), snapshot),
        ),
      ).to.equal(undefined);
      expect(snapshot.supersedes).to.have.length(10);
    }
    const last = snapshots.at(-1)?.snapshot.weights ?? start;
    expect(encodeWeights(replayDeltas(last, chain.deltas))).to.deep.equal(
      encodeWeights(replayDeltas(start, deltas)),
    );
    expect(chain.deltas).to.have.length(3);
  });

  it('refuses a snapshot that is another, or of other deltas', () => {
    const { deltas, snapshots } = grow(100, 10, 10);
    const start = weightsOf(100, 'chain');
    const snapshot = snapshots[0]?.snapshot;
    if (snapshot === undefined) throw new Error('no snapshot');
    const pruned = { ...snapshot, weights: snapshot.weights.map((value, i) => (i === 3 ? 0 : value)) };
    expect(codeOf(() => verifySnapshot(start, deltas, pruned))).to.equal('DELTA_DIGEST');
    expect(codeOf(() => verifySnapshot(start, deltas.slice(1), snapshot))).to.equal('DELTA_DIGEST');
    expect(codeOf(() => verifySnapshot(start, deltas, { ...snapshot, digest: SEED }))).to.equal(
      'DELTA_DIGEST',
    );
  });
});

describe('chunks', () => {
  it('are cut only above 65,536 coordinates, into 16,384 each', () => {
    expect(chunkRanges(65_536)).to.deep.equal([{ from: 0, to: 65_536 }]);
    expect(chunkRanges(65_537).map(({ to }) => to)).to.deep.equal([16_384, 32_768, 49_152, 65_536, 65_537]);
    expect(chunkRanges(0)).to.deep.equal([{ from: 0, to: 0 }]);
  });

  it('decode to what the whole decodes to', () => {
    for (const [size, k] of [
      [100, 10],
      [65_536, 700],
      [70_001, 7000],
      [200_000, 60],
    ] as const) {
      const update = updateOf(size, k, k);
      const messages = encodeChunks(update);
      expect(messages).to.have.length(chunkRanges(size).length);
      expect(
        Buffer.from(decodeChunks(messages, size).buffer).equals(Buffer.from(toIntegers(update).buffer)),
      ).to.equal(true);
      if (messages.length === 1) expect(messages[0]).to.deep.equal(encodeSparse(update));
    }
  });

  it('are refused in other numbers and sizes', () => {
    const messages = encodeChunks(updateOf(70_001, 100, 1));
    expect(codeOf(() => decodeChunks(messages.slice(1), 70_001))).to.equal('COMPRESSED_SIZE');
    expect(
      codeOf(() => decodeChunks([...messages.slice(1), messages[0] ?? new Uint8Array()], 70_001)),
    ).to.be.oneOf(['COMPRESSED_SIZE', 'COMPRESSED_LIMIT']);
  });
});

describe('packing', () => {
  const deflate = {
    pack: (bytes: Uint8Array) => deflateRawSync(bytes),
    unpack: (bytes: Uint8Array, maxBytes: number) =>
      inflateRawSync(bytes, { maxOutputLength: Math.max(1, maxBytes) }),
  };

  it('comes back, and is used only where it is smaller', () => {
    fc.assert(
      fc.property(sparseUpdates, (update) => {
        const message = encodeSparse(update);
        const packed = packMessage(message, deflate);
        expect(packed.length).to.be.at.most(message.length + 1);
        expect([...unpackMessage(packed, deflate, 1000)]).to.deep.equal([...message]);
      }),
      { seed: 3 },
    );
    expect(packMessage(new Uint8Array(500), deflate).length).to.be.below(50);
  });

  it('refuses a bomb, broken bytes and another packing', () => {
    const bomb = packMessage(new Uint8Array(100_000), deflate);
    expect(codeOf(() => unpackMessage(bomb, deflate, 1000))).to.equal('COMPRESSED_MALFORMED');
    expect(codeOf(() => unpackMessage(Uint8Array.of(1, 0xff, 0xff), deflate, 10))).to.equal(
      'COMPRESSED_MALFORMED',
    );
    expect(codeOf(() => unpackMessage(Uint8Array.of(2, 0), deflate, 10))).to.equal('COMPRESSED_MALFORMED');
    expect(codeOf(() => unpackMessage(new Uint8Array(), deflate, 10))).to.equal('COMPRESSED_MALFORMED');
    expect(codeOf(() => unpackMessage(new Uint8Array(12), deflate, 10))).to.equal('COMPRESSED_LIMIT');
    const careless = { unpack: () => new Uint8Array(11) };
    expect(codeOf(() => unpackMessage(Uint8Array.of(1, 0), careless, 10))).to.equal('COMPRESSED_LIMIT');
  });
});
