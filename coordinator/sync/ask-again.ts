import { BallastError } from '../../protocol/errors.ts';
import type { Clock } from '../collaborators.ts';
import { pause } from './pause.ts';

/** After everybody was asked in vain. */
const RETRY_MS = 500;

/**
 * Asks for what a quorum has until somebody serves it: who is cut off just now is served once the links are back.
 *
 * @throws what `ask` throws, save `BODY_NOT_SERVED`; the signal's reason.
 */
export async function askAgain<Answer>(
  ask: () => Promise<Answer>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Answer> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof BallastError && error.code === 'BODY_NOT_SERVED')) throw error;
    }
    await pause(clock, RETRY_MS, signal).done;
  }
}
