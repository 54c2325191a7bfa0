import type { DataFolder } from '../data-folder/index.ts';
import { StoreError } from '../store/index.ts';

/** The folder that is used, and others that are held as long. */
export type OpenFolders = readonly [DataFolder, ...DataFolder[]];

/** A node's data folder, opened once and held until the node ends. */
export class OwnFolder {
  readonly #open: () => Promise<OpenFolders>;
  #folders: OpenFolders | undefined;

  constructor(open: () => Promise<OpenFolders>) {
    this.#open = open;
  }

  /** Undefined until it has been opened. */
  get current(): DataFolder | undefined {
    return this.#folders?.[0];
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
    this.#folders ??= await this.#open();
    return this.#folders[0];
  }

  async close(): Promise<void> {
    for (const folder of this.#folders ?? []) await folder.close();
  }
}
