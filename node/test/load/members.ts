import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServiceEvent } from '../../service/index.ts';

const ENTRY = fileURLToPath(new URL('../../../bin/ballast.js', import.meta.url));

type TimedEvent = ServiceEvent & { readonly atMs: number };

/** A node in a process of its own, with the time of everything that it told. */
export class Member {
  readonly events: TimedEvent[] = [];
  readonly #child: ChildProcess;
  #complaint = '';

  /** @param args such as `node --config …`. */
  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [ENTRY, ...args, '--json'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2_000);
    });
    if (this.#child.stdout === null) throw new Error('a node has standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.events.push({ ...(JSON.parse(line) as ServiceEvent), atMs: performance.now() });
    });
  }

  /** Resident memory in MiB. */
  get residentMib(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }

  /** Processor time that it has used, in milliseconds, in ticks of 10 ms. */
  get processorMs(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
    // After the name, which stands in brackets: fields 14 and 15 of the whole (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  get url(): string | undefined {
    return this.events.find((event) => event.event === 'listening')?.url;
  }

  /** When it told of each decision, in order. */
  get decisions(): readonly { readonly round: number; readonly atMs: number }[] {
    return this.events.flatMap((event) =>
      event.event === 'decided' ? [{ round: event.round, atMs: event.atMs }] : [],
    );
  }

  /** @throws Error where the process ends, or the time is over, first. */
  async until<T>(find: () => T | undefined, what: string, withinMs: number): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`waited for ${what}; exit code ${this.#child.exitCode}; ${this.#complaint}`);
      }
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}
