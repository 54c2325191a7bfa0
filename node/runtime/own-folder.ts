import { DataFolder } from '../data-folder/index.ts';
import { StoreError } from '../store/index.ts';

/** A node's data folder, opened once and held until the node ends. */
export class OwnFolder {
  readonly #open: () => Promise<DataFolder>;
  #folder: DataFolder | undefined;

  constructor(...[path, owner, options]: Parameters<typeof DataFolder.open>) {
    this.#open = () => DataFolder.open(path, owner, options);
  }

  /** Undefined until it has been opened. */
  get current(): DataFolder | undefined {
    return this.#folder;
  }

  /**
   * Opens it before anything else is waited for, so that a folder which another process has, or which is another
   * node's, is told at once. A disk that is full is left to whoever opens it next and waits.
   *
   * @throws DataFolderError.
   */
  async claim(): Promise<void> {
    await this.open().catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
    });
  }

  /** @throws as {@link DataFolder.open}. */
  async open(): Promise<DataFolder> {
    this.#folder ??= await this.#open();
    return this.#folder;
  }

  async close(): Promise<void> {
    await this.#folder?.close();
  }
}
