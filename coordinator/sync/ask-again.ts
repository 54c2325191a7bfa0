import { BallastError } from '../../protocol/errors.ts';
import type { Collaborators } from '../collaborators.ts';
import { pause } from './pause.ts';

/** After everybody was asked in vain. */
const RETRY_MS = 500;

/**
 * Asks until there is an answer: who is cut off just now is served once the links are back.
 *
 * @returns undefined when the signal ends it.
 */
export async function askAgain<Answer>(
  ask: () => Promise<Answer>,
  { clock }: Pick<Collaborators, 'clock'>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  while (!signal.aborted) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof BallastError)) throw error;
    }
    await pause(clock, RETRY_MS, signal).done;
  }
  return undefined;
}
