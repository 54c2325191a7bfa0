import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from '../operators.ts';
import type { Outcome } from '../pool.ts';

/** What became of a mutant: `invalid` does not compile, `same` is the contract's own code once optimised. */
export type Result = Outcome | { readonly type: 'invalid' } | { readonly type: 'same' };

type Line = { readonly key: string; readonly place: string; readonly result: Result };

/** Results on disk, a line each, so that a run that was interrupted goes on where it ended. */
export class Results {
  readonly #path: string | undefined;
  readonly #root: string;
  readonly #known = new Map<string, Result>();

  /** @param path none keeps nothing. */
  constructor(root: string, path: string | undefined) {
    this.#root = root;
    this.#path = path;
    if (path === undefined || !existsSync(path)) return;
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    for (const { key, result } of lines.map((line) => JSON.parse(line) as Line)) this.#known.set(key, result);
  }

  /** What became of it in `contract` before; what survived is tried again, since tests may have come. */
  of(contract: string, mutant: Mutant): Result | undefined {
    const result = this.#known.get(this.#keyOf(contract, mutant));
    return result?.type === 'survived' ? undefined : result;
  }

  /** @param place what a reader finds it by. */
  add(contract: string, mutant: Mutant, place: string, result: Result): void {
    const line: Line = { key: this.#keyOf(contract, mutant), place, result };
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  /** A file that has changed has other mutants, and a library is tried in each contract that it is a part of. */
  #keyOf(contract: string, { path, at, length, replacement }: Mutant): string {
    const text = readFileSync(join(this.#root, path));
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    return `${contract} ${path}@${digest}:${at}+${length}=${replacement}`;
  }
}
