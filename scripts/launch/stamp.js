import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Says which files an installation was made from. It is written last and removed first, so that an
 * installation that was interrupted has none.
 */
export class Stamp {
  #path;
  #inputs;

  /** @param {string} folder what holds package.json, package-lock.json and node_modules */
  constructor(folder) {
    this.#path = join(folder, 'node_modules', '.ballast-install');
    this.#inputs = ['package.json', 'package-lock.json'].map((name) => join(folder, name));
  }

  isCurrent() {
    return readIfThere(this.#path) === this.#digest();
  }

  remove() {
    rmSync(this.#path, { force: true });
  }

  write() {
    const temporary = `${this.#path}.${process.pid}`;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(temporary, this.#digest());
    renameSync(temporary, this.#path);
  }

  #digest() {
    const hash = createHash('sha256');
    for (const path of this.#inputs) hash.update(readFileSync(path)).update('\0');
    return `${hash.digest('hex')}\n`;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
