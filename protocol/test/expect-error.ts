import { BallastError } from '../errors.ts';

/** The BallastError that `run` raises; anything else, and silence, fail the test. */
export function errorOf(run: () => unknown): BallastError {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error(`expected a BallastError, got the value ${String(value)}`);
}

export function codeOf(run: () => unknown): string {
  return errorOf(run).code;
}
