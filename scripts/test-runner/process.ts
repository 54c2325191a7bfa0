import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** A command in a process group of its own, with what it prints in a file: neither can be left behind. */
export class GroupProcess {
  static readonly #running = new Set<GroupProcess>();
  readonly #child: ChildProcess;
  readonly #outputPath: string;
  /** How it ended: `code 0`, `signal SIGSEGV`. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  /**
   * @param args the script and its arguments, run by this very Node.js
   * @param options.root the working folder, whose `node_modules/.bin` comes first on the path
   * @param options.outputPath a file that takes standard output and standard error
   * @param options.niceness of it and of what it starts, from 0 to 19: how far it stands back behind the others
   */
  constructor(args: readonly string[], options: { root: string; outputPath: string; niceness?: number }) {
    const { root, outputPath, niceness = 0 } = options;
    const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''];
    const output = openSync(outputPath, 'a');
    this.#outputPath = outputPath;
    this.#child = spawn(process.execPath, args, {
      cwd: root,
      detached: true,
      // No package here is a link; looking for links is a fifth of what the start of a node computes.
      env: { ...process.env, PATH: path.join(delimiter), NODE_PRESERVE_SYMLINKS: '1' },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    if (niceness > 0 && this.#child.pid !== undefined) setPriority(this.#child.pid, niceness);
    GroupProcess.#running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('exit', (code, signal) => {
        // What it started and did not stop ends with it.
        this.kill('SIGKILL');
        GroupProcess.#running.delete(this);
        resolve({ code, signal });
      });
    });
  }

  get output(): string {
    return readFileSync(this.#outputPath, 'utf8');
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** From now on a signal that ends this process ends the groups it started first. */
  static stopAllOnSignal(graceMs: number): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, async () => {
        const running = [...GroupProcess.#running];
        for (const group of running) group.kill(signal);
        const grace = new Promise((resolve) => setTimeout(resolve, graceMs));
        await Promise.race([Promise.allSettled(running.map((group) => group.ended)), grace]);
        // Not only those of before: others may have started meanwhile.
        for (const group of GroupProcess.#running) group.kill('SIGKILL');
        process.exit(128 + constants.signals[signal]);
      });
    }
  }
}
