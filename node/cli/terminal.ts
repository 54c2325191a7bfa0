import { Progress } from './progress.ts';
import { catchSignals } from './signals.ts';

/** Where a command prints, says how far it is, and hears that it is to end. */
export type Terminal = {
  /** A line on standard output. */
  readonly print: (line: string) => void;
  /** A line that is rewritten in place; nothing where standard error is no terminal. */
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
};

/**
 * Runs a command's work until it is done or a signal comes; then what it throws is swallowed and the exit code is 130.
 *
 * @param quiet without progress, for programs that read the output.
 * @throws what the work throws without a signal.
 */
export async function withTerminal(
  { quiet }: { readonly quiet: boolean },
  work: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const progress = new Progress(process.stderr, !quiet && process.stderr.isTTY === true);
  const interruption = catchSignals();
  try {
    await work({
      print: (line) => {
        progress.clear();
        process.stdout.write(`${line}\n`);
      },
      progress: (text) => progress.show(text),
      signal: interruption.stop,
    });
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
  } finally {
    progress.clear();
    interruption.release();
  }
  if (interruption.stop.aborted) process.exitCode = 130;
}
