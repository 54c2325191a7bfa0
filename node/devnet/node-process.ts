import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ServiceEvent } from '../service/index.ts';

/** Longest line that is read from a node; its events are far shorter. */
const MAX_LINE = 1 << 20;

export type NodeProcessOptions = {
  readonly name: string;
  /** The command line's entry file. */
  readonly entry: string;
  readonly args: readonly string[];
};

/**
 * A node as a process of its own. Its standard input stays open while this process lives, and its end is the
 * node's sign to stop, however this process ends.
 */
export class NodeProcess {
  readonly name: string;
  readonly exited: Promise<number>;
  readonly #child: ChildProcess;
  #complaint = '';

  constructor({ name, entry, args }: NodeProcessOptions, onEvent: (event: ServiceEvent) => void) {
    this.name = name;
    // Its own group: a terminal's Ctrl-C reaches this process alone, which then stops its nodes in order.
    this.#child = spawn(process.execPath, [entry, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(code ?? (signal === null ? 0 : 128)));
      this.#child.once('error', () => resolve(1));
    });
    this.#child.stdin?.on('error', () => undefined);
    const { stdout, stderr } = this.#child;
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-4000);
    });
    if (stdout !== null) {
      createInterface({ input: stdout }).on('line', (line) => {
        const event = parseEvent(line);
        if (event !== undefined) onEvent(event);
      });
    }
  }

  /** The last that the node wrote to its standard error. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** Asks the node to stop; kills it when it does not within the time. */
  async stop(withinMs: number): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), withinMs);
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function parseEvent(line: string): ServiceEvent | undefined {
  if (line.length > MAX_LINE) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value
      ? (value as ServiceEvent)
      : undefined;
  } catch {
    return undefined;
  }
}
