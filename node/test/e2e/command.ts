import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DevnetEvent } from '../../devnet/index.ts';

export const ENTRY = fileURLToPath(new URL('../../../bin/ballast.js', import.meta.url));

/** A place of its own for one run: whatever is written outside `dataDir` shows. */
export type Sandbox = {
  readonly root: string;
  readonly home: string;
  readonly tmp: string;
  readonly cwd: string;
  readonly dataDir: string;
  /** Files outside the data folder. */
  readonly strays: () => string[];
  readonly remove: () => Promise<void>;
};

export async function createSandbox(): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), 'ballast-e2e-'));
  const [home, tmp, cwd] = [join(root, 'home'), join(root, 'tmp'), join(root, 'cwd')];
  for (const folder of [home, tmp, cwd]) await mkdir(folder);
  return {
    root,
    home,
    tmp,
    cwd,
    dataDir: join(root, 'net'),
    strays: () => [home, tmp, cwd].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** `ballast …` as a real process, marked so that everything that descends from it can be found. */
export class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly events: DevnetEvent[] = [];
  readonly #mark: string;
  stdout = '';
  stderr = '';

  /** @param entry the command, where it is not the checkout's. */
  constructor(args: readonly string[], sandbox: Sandbox, entry = ENTRY) {
    this.#mark = `${sandbox.root}/${counter++}`;
    this.child = spawn(process.execPath, [entry, ...args], {
      cwd: sandbox.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: sandbox.home,
        TMPDIR: sandbox.tmp,
        // Half of the processor time of a start is compiling the same packages again.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        NODE_PRESERVE_SYMLINKS: process.env.NODE_PRESERVE_SYMLINKS,
        BALLAST_TEST_MARK: this.#mark,
      },
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.stdout += `${line}\n`;
        if (line.startsWith('{')) this.events.push(JSON.parse(line));
      });
    }
    running.add(this);
  }

  /** Ids of the living processes that carry this run's mark, the run itself among them. */
  processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => environmentOf(pid).includes(`BALLAST_TEST_MARK=${this.#mark}\0`));
  }

  /** @throws unless the process ends within the time. */
  async end(withinMs: number): Promise<Ended> {
    const timeout = sleep(withinMs, undefined, { ref: false }).then(() => {
      throw new Error(`did not end within ${withinMs} ms; stderr: ${this.stderr}`);
    });
    return Promise.race([this.ended, timeout]);
  }

  /** Waits for something to show; fails when the process ends or the time is over first. */
  async until<T>(find: () => T | undefined, what: string, withinMs = 120_000): Promise<T> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null || performance.now() > deadline) {
        const state = `exit code ${exitCode}, signal ${signalCode}, ${this.events.length} events`;
        throw new Error(`waited for ${what} (${state}); stderr: ${this.stderr}`);
      }
      await sleep(20);
    }
  }
}

let counter = 0;
const running = new Set<Run>();

/** Waits until no process with the run's mark is left. @returns how long that took, in milliseconds. */
export async function gone(run: Run, withinMs: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const left = run.processes();
    if (left.length === 0) return performance.now() - started;
    if (performance.now() - started > withinMs) {
      const names = left.map((pid) => `${pid} ${commandOf(pid)}`);
      throw new Error(`still running after ${withinMs} ms: ${names.join('; ')}`);
    }
    await sleep(50);
  }
}

/** Ends whatever a failed test has left behind. */
export async function killAll(): Promise<void> {
  for (const run of running) {
    for (const pid of run.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself in the meantime.
      }
    }
    await run.ended.catch(() => undefined);
  }
  running.clear();
}

function environmentOf(pid: number): string {
  try {
    return existsSync(`/proc/${pid}/environ`) ? readFileSync(`/proc/${pid}/environ`, 'latin1') : '';
  } catch {
    return '';
  }
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
