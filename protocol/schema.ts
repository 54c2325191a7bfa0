import * as z from 'zod';
import { isDigest } from './digest.ts';
import { isNodeId } from './ids.ts';

/** The field types that messages and documents are made of. */
export const digest = z.custom<string>(isDigest, 'expected 64 lower-case hexadecimal digits');
export const count = z.int().nonnegative();
export const nodeId = z.string().max(64).refine(isNodeId, 'expected an Ed25519 peer id (12D3KooW…)');
export const bytes = (maximum: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= maximum,
    `expected at most ${maximum} bytes`,
  );

/** A non-negative integer of any size, as a decimal string. */
export const bigCount = z.string().regex(/^(0|[1-9]\d{0,77})$/, 'expected a non-negative decimal integer');

/** The first complaint of a schema as `field: expectation`. */
export function firstIssue(error: z.ZodError): { field: string; expectation: string } {
  const issue = error.issues[0];
  return {
    field: issue?.path.map(String).join('.') || '(whole)',
    expectation: issue?.message ?? 'expected another form',
  };
}
