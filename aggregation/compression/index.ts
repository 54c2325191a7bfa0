export { CHUNK_SIZE, chunkRanges, decodeChunks, encodeChunks, UNCHUNKED_SIZE } from './chunks.ts';
export {
  appendDelta,
  compactionDue,
  type DeltaChain,
  SNAPSHOT_DELTAS,
  type Snapshot,
  startChain,
  verifySnapshot,
} from './compaction.ts';
export { compressUpdate, type UpdateCompression } from './compress-update.ts';
export {
  applyDelta,
  decodeDelta,
  deltaDigest,
  encodeDelta,
  type PublishedDelta,
  publishDelta,
  replayDeltas,
} from './delta.ts';
export { errorFeedback, type Feedback, residualBound } from './error-feedback.ts';
export { CompressionError, type CompressionErrorCode } from './errors.ts';
export {
  dequantiseInt8,
  type Int8Vector,
  int8Scale,
  MAX_LEVEL,
  maskedSumBits,
  quantiseInt8,
} from './int8.ts';
export {
  type CompressedLimits,
  decodeSparse,
  encodeShared,
  encodeSparse,
  maxCompressedBytes,
} from './message.ts';
export { type Packer, packMessage, unpackMessage } from './packing.ts';
export { gather, randomK, scatter } from './random-k.ts';
export { type SparseUpdate, sparseOf, sparseUpdate, toIntegers } from './sparse-update.ts';
export { keptCount, topK } from './top-k.ts';
export {
  type CompressedRelease,
  compressRelease,
  decodeUpdateCompressed,
  encodeUpdateCompressed,
} from './update-codec.ts';
