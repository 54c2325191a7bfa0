import { StoreError } from '../store/index.ts';
import { type Backoff, tries } from './backoff.ts';
import type { ConditionCode, Conditions } from './conditions.ts';
import { describeError } from './describe-error.ts';

/** What the supervisor keeps running. */
export type Supervised = {
  readonly start: () => void;
  /** Ends it and frees what it holds. */
  readonly stop: () => Promise<void>;
};

export type SupervisorCollaborators<T extends Supervised> = {
  /** Opens it anew. `onFailure` is called, at any time, when its store has failed. */
  readonly open: (onFailure: (error: unknown) => void) => Promise<T>;
  readonly conditions: Conditions;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
};

const CONDITION_OF: Readonly<Record<string, ConditionCode>> = { DISK_FULL: 'DISK_FULL' };

/**
 * Keeps the core of a node running over a store that may fail: closes it, waits, doubling up to a bound, and opens
 * it again. While it is closed nothing is voted or trained, and a condition says why.
 */
export class Supervisor<T extends Supervised> {
  readonly #collaborators: SupervisorCollaborators<T>;
  readonly #backoff: Backoff;
  #current: T | undefined;
  #isStarted = false;
  #mending: Promise<void> | undefined;

  constructor(backoff: Backoff, collaborators: SupervisorCollaborators<T>) {
    this.#backoff = backoff;
    this.#collaborators = collaborators;
  }

  /** What runs; undefined while it is mended. */
  get current(): T | undefined {
    return this.#current;
  }

  /** Opens it the first time. @throws what opening throws, save what a disk that is full says: that is waited for. */
  async open(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'DISK_FULL') throw error;
      this.#fail(error);
      await this.#mending;
    }
  }

  start(): void {
    this.#isStarted = true;
    this.#current?.start();
  }

  async stop(): Promise<void> {
    await this.#mending;
    const last = this.#current;
    this.#current = undefined;
    await last?.stop();
  }

  async #open(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    let opened: T | undefined;
    opened = await this.#collaborators.open((error) => {
      failure ??= { error };
      if (opened !== undefined && opened === this.#current) this.#fail(error);
    });
    if (failure !== undefined || this.#collaborators.signal.aborted) {
      await opened.stop();
      this.#collaborators.signal.throwIfAborted();
      throw (failure as unknown as { readonly error: unknown }).error;
    }
    this.#current = opened;
    for (const code of ['DISK_FULL', 'STORE_FAILED'] as const) this.#collaborators.conditions.clear(code);
    if (this.#isStarted) opened.start();
  }

  #fail(error: unknown): void {
    this.#raise(error);
    if (this.#collaborators.signal.aborted) return;
    this.#mending ??= this.#mend().finally(() => {
      this.#mending = undefined;
    });
  }

  #raise(error: unknown): void {
    const { code, message } = describeError(error);
    const condition = CONDITION_OF[code] ?? 'STORE_FAILED';
    this.#collaborators.conditions.raise(condition, message, { code });
  }

  async #mend(): Promise<void> {
    const { onError, signal } = this.#collaborators;
    const failed = this.#current;
    this.#current = undefined;
    await failed?.stop().catch(onError);
    try {
      for await (const _ of tries(this.#backoff, signal)) if (await this.#reopens()) return;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #reopens(): Promise<boolean> {
    try {
      await this.#open();
      return true;
    } catch (error) {
      if (!this.#collaborators.signal.aborted) this.#raise(error);
      return false;
    }
  }
}
