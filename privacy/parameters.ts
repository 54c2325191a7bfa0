import { BallastError } from '../protocol/errors.ts';

/** @throws BallastError `PRIVACY_PARAMETER` unless `minimum` ≤ value ≤ `maximum`. */
export function requireBetween(name: string, value: number, minimum: number, maximum: number): number {
  if (!(value >= minimum && value <= maximum)) throw refused(name, value, `${minimum} to ${maximum}`);
  return value;
}

/** @throws BallastError `PRIVACY_PARAMETER` unless the value is an integer from `minimum` to `maximum`. */
export function requireInteger(name: string, value: number, minimum: number, maximum: number): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw refused(name, value, `an integer from ${minimum} to ${maximum}`);
  }
  return value;
}

/** @throws BallastError `PRIVACY_PARAMETER` for NaN and the infinities. */
export function requireFinite(name: string, value: number): number {
  if (!Number.isFinite(value)) throw refused(name, value, 'a finite number');
  return value;
}

/** @throws BallastError `PRIVACY_PARAMETER` unless 0 < δ < 1. */
export function requireDelta(delta: number): number {
  if (!(delta > 0 && delta < 1)) throw refused('delta', delta, 'more than 0 and less than 1');
  return delta;
}

/** @throws BallastError `PRIVACY_PARAMETER` unless the value is one of `allowed`. */
export function requireOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw refused(name, value, allowed.join(', '));
  return found;
}

function refused(name: string, value: unknown, expected: string): BallastError {
  return new BallastError('PRIVACY_PARAMETER', `${name}: got ${String(value)}, expected ${expected}`, {
    metadata: { name, value: String(value) },
  });
}
