import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Runs blocks of shell, each after the other, as a reader would paste them; what they leave running is ended together. */
export class Shell {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #groups: number[] = [];

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** @throws Error with what was printed, when a command of the block fails. */
  async run(block: string): Promise<void> {
    const log = join(this.#folder, `shell-${this.#groups.length}.log`);
    const file = openSync(log, 'w');
    const child = spawn('bash', ['-euo', 'pipefail', '-c', block], {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ['ignore', file, file],
      detached: true,
    });
    closeSync(file);
    if (child.pid !== undefined) this.#groups.push(child.pid);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0)
      throw new Error(`exit code ${code} of\n${block}\n${readFileSync(log, 'utf8').slice(-4_000)}`);
  }

  /** Sends a signal to what the blocks from `first` on have left running. */
  kill(signal: NodeJS.Signals, first = 0): void {
    for (const group of this.#groups.slice(first)) {
      try {
        process.kill(-group, signal);
      } catch {
        // Nothing of it runs any more.
      }
    }
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * A number of which `10 n + 1` to `10 n + count` are free ports, below those that the system hands out by itself.
 *
 * @param from where to begin to look, 1,024 to 3,200
 */
export async function freeDecade(from: number, count: number): Promise<number> {
  for (let decade = from; decade < 3_270; decade++) {
    const ports = Array.from({ length: count }, (_, i) => 10 * decade + 1 + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return decade;
  }
  throw new Error(`no ${count} free ports in a row from ${from}0 on`);
}
