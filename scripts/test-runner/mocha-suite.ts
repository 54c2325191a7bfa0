import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestGroup } from './discover.ts';
import { parseEvents, type TestEvent } from './events.ts';
import { GroupProcess } from './process.ts';
import type { SuiteResult } from './result.ts';

const POLL_MS = 50;
const REPORTER = fileURLToPath(new URL('./reporter.ts', import.meta.url));

/** How a mocha process is run and watched. */
export type MochaOptions = {
  /** The working folder, with `.mocharc.json` and `node_modules`. */
  readonly root: string;
  /** An empty folder for the files that pass between the processes. */
  readonly scratch: string;
  readonly grep?: string;
  /** How long the process may outlive its last test, in milliseconds: something is still open then. */
  readonly openHandlesMs: number;
  /** How long nothing may begin or end, in milliseconds, before the process is stopped. */
  readonly stallMs: number;
  /** Called for each test that ended. */
  readonly onTest?: (event: TestEvent) => void;
};

/** Runs the files of `group` in a mocha process of their own, without `--exit`. */
export async function runMochaSuite(group: TestGroup, options: MochaOptions): Promise<SuiteResult> {
  const started = performance.now();
  const label = group.name.replaceAll(/[^\w.-]/g, '_');
  const eventsPath = join(options.scratch, `${label}.events`);
  const log = new EventLog(eventsPath);
  const mocha = new GroupProcess(
    [
      join(options.root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      ...['--reporter', REPORTER],
      ...[
        '--reporter-option',
        `events=${eventsPath},openHandlesMs=${Math.floor(options.openHandlesMs * 0.9)}`,
      ],
      ...(options.grep === undefined ? [] : ['--grep', options.grep]),
      ...group.files,
    ],
    {
      root: options.root,
      outputPath: join(options.scratch, `${label}.output`),
      niceness: group.niceness ?? 0,
    },
  );

  let exit: Awaited<typeof mocha.ended> | undefined;
  const ended = mocha.ended.then((how) => {
    exit = how;
  });
  const failures: string[] = [];
  const tests: { title: string; ms: number }[] = [];
  let [failed, skipped, complete, leaving] = [0, 0, false, false];
  let lastNews = performance.now();
  let running = 'loading the files';
  let stopped = false;

  const take = (event: TestEvent): void => {
    lastNews = performance.now();
    if (event.type === 'start') running = event.title;
    else if (event.type === 'pass') tests.push({ title: event.title, ms: event.ms });
    else if (event.type === 'skip') skipped++;
    else if (event.type === 'end') complete = true;
    else if (event.type === 'exit') leaving = true;
    else if (event.type === 'fail') {
      failed++;
      failures.push(event.title);
    }
    if (event.type === 'pass' || event.type === 'fail' || event.type === 'skip') options.onTest?.(event);
  };
  const fail = (line: string): void => {
    failed++;
    failures.push(line);
  };

  while (exit === undefined) {
    await Promise.race([ended, delay(POLL_MS)]);
    for (const event of log.read()) take(event);
    if (exit !== undefined || stopped) continue;
    const silence = performance.now() - lastNews;
    // Nothing is open in one that leaves: Node.js writes its compile cache then, which may take long on a busy disk.
    if (complete && !leaving && silence > options.openHandlesMs) {
      fail(
        `the process did not end ${options.openHandlesMs / 1000} s after its last test: something is still open`,
      );
      stopped = true;
    } else if (silence > options.stallMs) {
      fail(`stopped after ${options.stallMs / 1000} s without news: ${leaving ? 'leaving' : running}`);
      stopped = true;
    }
    if (stopped) mocha.kill('SIGKILL');
  }
  for (const event of log.read()) take(event);
  log.close();

  const how = exit.signal ?? `exit code ${exit.code}`;
  if (!complete && !stopped) fail(`crashed (${how}) at: ${running}`);
  else if (failed === 0 && exit.code !== 0) fail(`ended with ${how} though no test failed`);
  return {
    name: group.name,
    passed: tests.length,
    failed,
    skipped,
    failures,
    output: mocha.output,
    tests,
    ms: performance.now() - started,
  };
}

/** Reads a file of events as it grows. */
class EventLog {
  readonly #file: number;
  #rest = '';

  constructor(path: string) {
    this.#file = openSync(path, 'a+');
  }

  read(): TestEvent[] {
    const chunk = Buffer.alloc(65_536);
    const pieces: Buffer[] = [];
    for (let size = readSync(this.#file, chunk); size > 0; size = readSync(this.#file, chunk)) {
      pieces.push(Buffer.from(chunk.subarray(0, size)));
    }
    const { events, rest } = parseEvents(this.#rest + Buffer.concat(pieces).toString('utf8'));
    this.#rest = rest;
    return events;
  }

  close(): void {
    closeSync(this.#file);
  }
}
