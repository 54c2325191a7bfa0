import { CommanderError } from 'commander';
import { BallastError } from '../../protocol/errors.ts';

/** What to print for an error, without a stack for anything that was foreseen, and the exit code. */
export function explainError(error: unknown): {
  readonly lines: readonly string[];
  readonly exitCode: number;
} {
  if (error instanceof CommanderError) {
    return { lines: [], exitCode: error.exitCode === 0 ? 0 : 1 };
  }
  if (error instanceof BallastError) {
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    return { lines: [`ballast: ${error.message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}${hint}`], exitCode: 1 };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`ballast: unexpected error, please report it: ${text}`], exitCode: 70 };
}
