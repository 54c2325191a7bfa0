import { BallastError } from '../../protocol/errors.ts';
import { type Finding, problem } from './finding.ts';

/** Something that is read for the checks, or why it could not be. */
export type Attempt<T> = { readonly value: T } | { readonly failure: Finding };

/**
 * What a foreseen error says of a check, in the words that the node itself would end with.
 *
 * @throws what is no error of Ballast.
 */
export async function attempt<T>(check: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof BallastError) return { failure: problem(check, error.message, error.hint) };
    throw error;
  }
}

export const valueIn = <T>(attempted: Attempt<T>): T | undefined =>
  'value' in attempted ? attempted.value : undefined;

export const failureIn = (attempted: Attempt<unknown>): readonly Finding[] =>
  'failure' in attempted ? [attempted.failure] : [];
