import { type Committee, nodesOf } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';

/**
 * Whom votes go to and are taken from: the committee, and the one that has yet to hand over on the chain. Asked for
 * every message, so that one set serves until either changes.
 */
export class Voters {
  #made:
    | { readonly now: Committee; readonly due: Committee | undefined; readonly set: ReadonlySet<NodeId> }
    | undefined;

  of(now: Committee, due: Committee | undefined): ReadonlySet<NodeId> {
    if (this.#made?.now !== now || this.#made.due !== due) {
      const set = new Set([...nodesOf(now), ...(due === undefined ? [] : nodesOf(due))]);
      this.#made = { now, due, set };
    }
    return this.#made.set;
  }
}
