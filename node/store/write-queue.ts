/** One change as the database takes it. */
export type StoredOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

type Pending = {
  readonly operations: readonly StoredOperation[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Lets one synced batch at a time reach the disk, in the order of the calls. Writes that arrive meanwhile go
 * together in the next batch (group commit): a batch is atomic, hence so is each write in it.
 */
export class WriteQueue {
  readonly #commit: (operations: readonly StoredOperation[]) => Promise<void>;
  #waiting: Pending[] = [];
  #running: Promise<void> | undefined;

  constructor(commit: (operations: readonly StoredOperation[]) => Promise<void>) {
    this.#commit = commit;
  }

  write(operations: readonly StoredOperation[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ operations, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#commit(group.flatMap((pending) => pending.operations));
        for (const pending of group) pending.resolve();
      } catch (error) {
        for (const pending of group) pending.reject(error);
      }
    }
    this.#running = undefined;
  }
}
