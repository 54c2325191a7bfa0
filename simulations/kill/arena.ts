import type { Wire } from './wire.ts';

/** What a member's store holds, read from its disk. */
export type Opened = {
  /** The last round in its log. */
  readonly head: number;
  /** Digests of the releases that the ledger holds, by round. */
  readonly released: readonly { readonly round: number; readonly digest: string }[];
  /** Debits of the ledger. */
  readonly debits: number;
  /** ε that the ledger shows. */
  readonly epsilon: number;
};

export type PhaseOf = {
  readonly index: number;
  readonly round: number;
  readonly phase: string;
  /** Whether the member leads the round in its view, whether or not anyone in the network can know that yet. */
  readonly leads: boolean;
};

export type Decision = {
  readonly index: number;
  readonly round: number;
  /** Digest of the entry in this member's log. */
  readonly entry: string;
  readonly atMs: number;
};

export type ArenaListener = {
  /** A life of a member has opened its store. */
  readonly onUp?: (index: number) => void;
  /** Each store that was read: in a new life, or of one that has just ended. */
  readonly onOpened?: (index: number, opened: Opened) => void;
  readonly onPhase?: (phase: PhaseOf) => void;
  /** Each round of each member's log, in the order of the log. */
  readonly onDecided?: (decision: Decision) => void;
  readonly onFailed?: (index: number, code: string, message: string) => void;
  /** Each message as it passes. */
  readonly onSaid?: (index: number, type: string, round: number) => void;
};

/** A committee whose members are processes that can be killed, with an ear on the wire between them. */
export interface Arena {
  /** Node ids, in the order of the members' indices. */
  readonly ids: readonly string[];
  readonly wire: Wire;
  /** ε of so many updates of one member. */
  costOf(updates: number): number;
  isUp(index: number): boolean;
  start(index: number): void;
  /** SIGKILL; resolves when the process is gone, so that its database can be opened again. */
  kill(index: number): Promise<void>;
  /** What is wrong with the whole, now that nobody is killed any more: one line each. */
  check(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** How long things take in an arena, in milliseconds. */
export type Pace = {
  /** Longest life after the store is open, and longest of those that end before. */
  readonly lifeMs: number;
  readonly earlyLifeMs: number;
  /** Longest time that a killed leader stays away. */
  readonly awayMs: number;
};

export type OpenArena = (listener: ArenaListener) => Promise<Arena>;
