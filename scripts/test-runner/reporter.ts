import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { TestEvent } from './events.ts';

/**
 * The mocha reporter of `scripts/test.ts`. Options: `events`, the file that takes the events, and `openHandlesMs`,
 * how long after the last test the process may take to end before it names what keeps it.
 */
class EventReporter {
  readonly #path: string;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    const { events, openHandlesMs } = options.reporterOptions as { events: string; openHandlesMs: string };
    this.#path = events;
    const { constants } = Mocha.Runner;
    runner.once(constants.EVENT_RUN_BEGIN, () => this.#tell({ type: 'begin', total: runner.total }));
    runner.on(constants.EVENT_TEST_BEGIN, (test) => this.#tell({ type: 'start', title: test.fullTitle() }));
    runner.on(constants.EVENT_TEST_PENDING, (test) => this.#tell({ type: 'skip', title: test.fullTitle() }));
    runner.on(constants.EVENT_TEST_PASS, (test) => {
      this.#tell({ type: 'pass', title: test.fullTitle(), ms: test.duration ?? 0 });
    });
    runner.on(constants.EVENT_TEST_FAIL, (test, error) => {
      this.#tell({ type: 'fail', title: test.fullTitle() });
      test.err = error;
      Mocha.reporters.Base.list([test]);
    });
    this.#countRejections();
    runner.once(constants.EVENT_RUN_END, () => {
      this.#tell({ type: 'end' });
      setTimeout(() => {
        console.error(`still open: ${process.getActiveResourcesInfo().join(', ')}`);
      }, Number(openHandlesMs)).unref();
    });
    process.prependOnceListener('exit', () => this.#tell({ type: 'exit' }));
  }

  /** Mocha lets a rejection that nobody handles pass in silence; here it fails the suite. */
  #countRejections(): void {
    // Mocha emits each a second time.
    const known = new WeakSet<Promise<unknown>>();
    process.on('unhandledRejection', (reason, promise) => {
      if (known.has(promise)) return;
      known.add(promise);
      this.#tell({ type: 'fail', title: 'a promise was rejected and nobody handled it' });
      console.error(reason);
    });
  }

  #tell(event: TestEvent): void {
    appendFileSync(this.#path, `${JSON.stringify(event)}\n`);
  }
}

// Mocha loads reporters with require(), which hands out this export in place of the module's namespace.
export { EventReporter as 'module.exports' };
