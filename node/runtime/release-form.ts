import {
  compressRelease,
  decodeSparse,
  keptCount,
  residualBound,
  toIntegers,
} from '../../aggregation/index.ts';
import { largestNorm } from '../../coordinator/index.ts';
import type { PrivacyLedger } from '../../privacy/index.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { RandomBytes } from '../../protocol/random.ts';
import { decodeUpdate, decodeWeights, encodeUpdate, encodeWeights } from '../../protocol/vectors.ts';

/** How a node's updates stand in its ledger. */
export interface ReleaseForm {
  /** The bytes that the ledger keeps of a round's update, before they were seen by anyone. */
  readonly encode: (round: number, update: Int32Array) => Promise<Uint8Array>;
  /** The update of such bytes as it is sent, and by how much it is smaller than as int32. */
  readonly decode: (bytes: Uint8Array) => { readonly update: Int32Array; readonly ratio?: number };
}

export const releaseKey = (round: number): string => `round/${round}`;

/** Updates as they are, or compressed where the network says so. */
export function releaseForm(
  parameters: NetworkParameters,
  ledger: Pick<PrivacyLedger, 'released'>,
  collaborators: { readonly randomBytes: RandomBytes; readonly isBounded: boolean },
): ReleaseForm {
  const { compression } = parameters.update;
  if (compression !== undefined) return compressedForm(parameters, compression.keep, ledger, collaborators);
  return {
    encode: async (_round, update) => encodeUpdate(update),
    decode: (bytes) => ({ update: decodeUpdate(bytes, bytes.length / 4) }),
  };
}

/** No coordinate of an update that nothing clips may pass an int32. */
const UNBOUNDED = 2 ** 31 - 1;

/**
 * A compressed update stands together with the residual that it leaves, so that either both are on disk or neither:
 * after a crash the same update is sent again, and the next one starts from what that one left. The residual is of
 * updates that were noised and charged; see `errorFeedback`.
 */
function compressedForm(
  parameters: NetworkParameters,
  keep: number,
  ledger: Pick<PrivacyLedger, 'released'>,
  { randomBytes, isBounded }: { readonly randomBytes: RandomBytes; readonly isBounded: boolean },
): ReleaseForm {
  const residualBefore = async (round: number, size: number): Promise<Float64Array> => {
    for (let earlier = round - 1; earlier > 0; earlier--) {
      const bytes = await ledger.released(releaseKey(earlier));
      if (bytes !== undefined) return decodeWeights(read(bytes).residual, size);
    }
    return new Float64Array(size);
  };
  return {
    encode: async (round, update) => {
      const size = update.length;
      const k = keptCount(keep, size);
      const bound = isBounded ? largestNorm(parameters, size) : UNBOUNDED;
      const released = compressRelease(update, await residualBefore(round, size), {
        k,
        bound,
        randomBytes,
        residualBound: residualBound(size, k, bound),
      });
      return encodeCanonical({ message: released.bytes, residual: encodeWeights(released.residual) });
    },
    decode: (bytes) => {
      const { message, residual } = read(bytes);
      const size = residual.length / 8;
      const update = toIntegers(decodeSparse(message, { maxSize: size }));
      return { update, ratio: (4 * size) / message.length };
    },
  };
}

function read(bytes: Uint8Array): { message: Uint8Array; residual: Uint8Array } {
  const value = decodeCanonical(bytes, { maxBytes: bytes.length });
  if (typeof value === 'object' && value !== null && 'message' in value && 'residual' in value) {
    const { message, residual } = value;
    if (message instanceof Uint8Array && residual instanceof Uint8Array) return { message, residual };
  }
  throw new BallastError('RELEASE_FORM', 'release: got bytes without message and residual, expected both', {
    hint: 'the ledger holds releases of a network whose updates were not compressed',
  });
}
