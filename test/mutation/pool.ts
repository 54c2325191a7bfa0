import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Trial } from './host.ts';

/** How a mutant ended: `stuck` is a loop that does not end, which is as good as a failing test. */
export type Outcome =
  | { readonly type: 'survived'; readonly tests: number }
  | { readonly type: 'killed'; readonly by: string }
  | { readonly type: 'stuck'; readonly by: string };

export type PoolOptions = {
  readonly processes: number;
  /** The longest that a single test may take, unless its trial says otherwise. */
  readonly stuckMs: number;
};

/** Modules are never unloaded, so a process is exchanged for another after this many mutants. */
const TRIALS_A_PROCESS = 150;
const HOST = fileURLToPath(new URL('./host.ts', import.meta.url));

/** Runs `trials` in several processes, each trial in one of them; outcomes come as they end. */
export async function runTrials(
  trials: readonly Trial[],
  options: PoolOptions,
  onEnd: (trial: Trial, outcome: Outcome) => void,
): Promise<void> {
  const queue = trials.values();
  const work = async (): Promise<void> => {
    const host = new Host(options.stuckMs);
    for (const trial of queue) onEnd(trial, await host.try(trial));
    host.end();
  };
  await Promise.all(Array.from({ length: options.processes }, work));
}

class Host {
  readonly #stuckMs: number;
  #child: ChildProcess | undefined;
  #tried = 0;

  constructor(stuckMs: number) {
    this.#stuckMs = stuckMs;
  }

  async try(trial: Trial): Promise<Outcome> {
    if (this.#tried++ % TRIALS_A_PROCESS === 0) this.end();
    const child = this.#child ?? this.#start();
    const stuckMs = trial.stuckMs ?? this.#stuckMs;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const finish = (outcome: Outcome): void => {
        clearTimeout(timer);
        child.off('message', hear).off('exit', exited);
        resolve(outcome);
      };
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          this.end();
          finish({ type: 'stuck', by: `no test ended in ${stuckMs} ms` });
        }, stuckMs);
      };
      const hear = (message: unknown): void => {
        const answer = message as Answer;
        if (answer.type === 'alive') wait();
        else finish(answer);
      };
      const exited = (code: number | null, signal: string | null): void => {
        this.#child = undefined;
        finish({ type: 'killed', by: `the process ended with ${signal ?? code}` });
      };
      child.on('message', hear).on('exit', exited);
      wait();
      child.send(trial);
    });
  }

  end(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #start(): ChildProcess {
    this.#child = fork(HOST, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return this.#child;
  }
}
