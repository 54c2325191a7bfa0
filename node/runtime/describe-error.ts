import { BallastError } from '../../protocol/errors.ts';

/** What a message to the operator says of an error. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof BallastError) return { code: error.code, message: error.message };
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
