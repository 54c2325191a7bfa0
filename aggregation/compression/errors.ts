import { BallastError, type ErrorDetails } from '../../protocol/errors.ts';

export type CompressionErrorCode =
  | 'COMPRESSION_OPTION'
  | 'COMPRESSION_RANGE'
  | 'COMPRESSED_LIMIT'
  | 'COMPRESSED_MALFORMED'
  | 'COMPRESSED_NOT_CANONICAL'
  | 'COMPRESSED_SIZE'
  | 'COMPRESSED_SEED'
  | 'DELTA_BASE'
  | 'DELTA_DIGEST';

/** A vector that cannot be compressed as asked, or bytes that are no compressed vector. */
export class CompressionError extends BallastError<CompressionErrorCode> {
  override readonly name = 'CompressionError';
}

/**
 * Returns `value` when it is a whole number from `least` to `most`.
 * @throws {CompressionError} COMPRESSION_OPTION.
 */
export function requireWhole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new CompressionError(
    'COMPRESSION_OPTION',
    `${name}: got ${value}, expected a whole number from ${least} to ${most}`,
    { metadata: { name, value, least, most } },
  );
}

export const malformed = (reason: string, details: ErrorDetails = {}): CompressionError =>
  new CompressionError('COMPRESSED_MALFORMED', `compressed update: ${reason}`, details);
