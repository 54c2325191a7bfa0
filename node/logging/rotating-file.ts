import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const LOG_FILE = 'ballast.log';

export type RotatingFileOptions = {
  /** A folder that is made once `parent` is there. */
  readonly folder: string;
  /** What must be there before anything is written: whoever makes it decides whose folder it is. */
  readonly after: string;
  readonly maxBytes?: number;
  /** Files in all. */
  readonly maxFiles?: number;
};

/** Lines that wait for the folder. */
const MAX_WAITING = 200;

/**
 * A log on disk that never takes more than `maxBytes` × `maxFiles`: `ballast.log`, then `ballast.log.1` and on, the
 * higher the older. Lines that cannot be written are dropped: a full disk ends no node.
 */
export class RotatingFile {
  readonly #options: Required<RotatingFileOptions>;
  #waiting: string[] = [];
  #file: number | undefined;
  #size = 0;

  constructor({ maxBytes = 16 * 1024 * 1024, maxFiles = 5, ...options }: RotatingFileOptions) {
    this.#options = { ...options, maxBytes, maxFiles };
  }

  /** @param line with its end. */
  write(line: string): void {
    this.#waiting.push(line);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    try {
      if (this.#file === undefined && !this.#open()) return;
      for (const text of this.#waiting.splice(0)) this.#append(text);
    } catch {
      this.close();
    }
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined) closeSync(file);
    } catch {
      // What could not be written was dropped.
    }
  }

  #open(): boolean {
    const { folder, after } = this.#options;
    if (!existsSync(after)) return false;
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    this.#file = openSync(join(folder, LOG_FILE), 'a', 0o600);
    this.#size = fstatSync(this.#file).size;
    return true;
  }

  #append(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) this.#rotate();
    if (this.#file === undefined || bytes.length > this.#options.maxBytes) return;
    this.#size += writeSync(this.#file, bytes);
  }

  #rotate(): void {
    const { folder, maxFiles } = this.#options;
    this.close();
    const name = (age: number) => join(folder, age === 0 ? LOG_FILE : `${LOG_FILE}.${age}`);
    // The oldest is replaced.
    for (let age = maxFiles - 2; age >= 0; age--)
      if (existsSync(name(age))) renameSync(name(age), name(age + 1));
    this.#open();
  }
}
