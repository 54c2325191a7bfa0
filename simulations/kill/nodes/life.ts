import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { NodeEvent } from '../../../node/runtime/index.ts';

const ENTRY = fileURLToPath(new URL('../../experiments/killed-node.ts', import.meta.url));
/** Of what a node says on standard error, kept to explain why it ended. */
const STDERR_TAIL = 2_000;

export type LifeListener = {
  readonly onEvent: (event: NodeEvent) => void;
  /** It ended by itself. */
  readonly onEnded: (how: string) => void;
};

/** `ballast node` as a process, from its start to its SIGKILL. */
export class Life {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #isKilled = false;
  #stderr = '';

  constructor(configPath: string, { onEvent, onEnded }: LifeListener) {
    this.#child = spawn(process.execPath, [ENTRY, 'node', '--config', configPath, '--json'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        // The last line of a killed process may be half a line.
        if (line.startsWith('{') && line.endsWith('}')) onEvent(JSON.parse(line) as NodeEvent);
      });
    }
    this.#gone = once(this.#child, 'close');
    this.#child.once('close', (code) => {
      if (!this.#isKilled) onEnded(`exit code ${code}: ${this.#stderr.trim()}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process is gone and everything that it had said is read. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}
