import { type Committee, type Epoch, isMember, nodesOf } from '../../coordinator/index.ts';
import type { NodeId } from '../../protocol/ids.ts';

/** What a running core knows of who takes part. */
export type KnownEpochs = {
  /** Of the round in progress. */
  readonly participant: { readonly epoch: Epoch };
  /** The epoch whose members have yet to hand over on the chain. */
  readonly dueEpoch: Epoch | undefined;
};

const NOBODY: ReadonlySet<NodeId> = new Set();

/** Who is who among the nodes as the round in progress has it. Without a core, the first committee holds. */
export class Membership {
  readonly #self: NodeId;
  readonly #core: () => KnownEpochs | undefined;
  #first: Committee | undefined;
  /** Asked for every message, so that one set serves until either committee changes. */
  #voters:
    | { readonly now: Committee; readonly due: Committee | undefined; readonly set: ReadonlySet<NodeId> }
    | undefined;

  constructor(self: NodeId, core: () => KnownEpochs | undefined) {
    this.#self = self;
    this.#core = core;
  }

  /** @param first that the log starts from. */
  startWith(first: Committee): void {
    this.#first = first;
  }

  /** The committee of the round in progress. */
  get committee(): Committee | undefined {
    return this.#core()?.participant.epoch.committee ?? this.#first;
  }

  /** Whom votes go to and are taken from: the committee, and the one that has yet to hand over on the chain. */
  get voters(): ReadonlySet<NodeId> {
    const now = this.committee;
    if (now === undefined) return NOBODY;
    const due = this.#core()?.dueEpoch?.committee;
    if (this.#voters?.now !== now || this.#voters.due !== due) {
      const set = new Set([...nodesOf(now), ...(due === undefined ? [] : nodesOf(due))]);
      this.#voters = { now, due, set };
    }
    return this.#voters.set;
  }

  isMember(node: NodeId): boolean {
    const { committee } = this;
    return committee !== undefined && isMember(committee, node);
  }

  isRegistered(node: NodeId): boolean {
    const roster = this.#core()?.participant.epoch.roster;
    return roster?.places.has(node) ?? this.isMember(node);
  }

  /** Others that make a quorum with this node; a node that does not vote hears enough from one that is honest. */
  get peersWanted(): number {
    const { committee } = this;
    if (committee === undefined) return 0;
    return this.isMember(this.#self) ? committee.quorum - 1 : committee.faults + 1;
  }
}
