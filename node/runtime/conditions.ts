/**
 * What can be the matter with a running node, what to do about it, and whether the chain is left alone meanwhile. The
 * set is closed: metrics have one series a code.
 */
export const CONDITIONS = {
  CHAIN_UNREACHABLE: {
    holdsChain: true,
    hint: 'check the RPC endpoints of the configuration and the way to them',
  },
  CHAIN_MISMATCH: {
    holdsChain: true,
    hint: 'the endpoint answers for another chain than network.json names; point rpc at the right one',
  },
  CHAIN_REORGANISED: {
    holdsChain: true,
    hint: 'nothing: it ends when a block above all that were seen is final',
  },
  CHAIN_STALLED: {
    holdsChain: true,
    hint: 'the endpoint makes no new blocks: check that it is in step with its chain',
  },
  ENDPOINTS_DISAGREE: {
    holdsChain: true,
    hint: 'name three endpoints or more in rpc: of two that contradict each other neither is followed',
  },
  ENDPOINT_LYING: {
    holdsChain: false,
    isNotice: true,
    hint: 'replace that endpoint: it is left aside, and a majority of the others is followed',
  },
  CLOCK_SKEWED: { holdsChain: true, hint: 'set the clock, by NTP for one' },
  DISK_FULL: { holdsChain: false, hint: 'free space on the disk of the data folder, or raise its quota' },
  STORE_FAILED: { holdsChain: false, hint: 'check the disk of the data folder; see the message' },
  API_PORT_IN_USE: { holdsChain: false, hint: 'end the process that has the port, or configure another one' },
  PORT_IN_USE: { holdsChain: false, hint: 'end the process that has the port, or configure another one' },
  PEERS_TOO_FEW: {
    holdsChain: false,
    hint: 'check bootstrap addresses, firewall and the other operators’ nodes',
  },
  VOTES_BEHIND: {
    holdsChain: false,
    hint: 'nothing: the node votes again in the round that the message names',
  },
  RESTORE_UNCONFIRMED: {
    holdsChain: false,
    hint: 'nothing: it ends when a quorum of the others has answered; see that they can be reached',
  },
  LEDGER_UNCONFIRMED: {
    holdsChain: false,
    hint: 'nothing: it trains again when a quorum of the others has answered; see that they can be reached',
  },
  PRIVACY_BUDGET_SPENT: {
    holdsChain: false,
    isNotice: true,
    hint: 'nothing: the node goes on validating and voting, and releases nothing more of this data',
  },
  UPDATE_DROPPED: {
    holdsChain: false,
    isNotice: true,
    hint: 'see docs/refusals.md for the code that the message names',
  },
  ORACLE_UNUSABLE: {
    holdsChain: false,
    isNotice: true,
    hint: 'nothing: see that the price feed of the message answers; the breaker counts it as failed until it does',
  },
  BREAKER_UNOBSERVED: {
    holdsChain: false,
    isNotice: true,
    hint: 'see the message; other keepers may observe meanwhile',
  },
  MODEL_DRIFT: {
    holdsChain: false,
    isNotice: true,
    hint: 'see docs/monitoring.md: rounds go on, and the message says what has moved',
  },
  LEDGER_BEHIND: { holdsChain: false, hint: 'restore the newest backup of the data folder' },
} as const satisfies Readonly<Record<string, Terms>>;

type Terms = {
  readonly holdsChain: boolean;
  readonly hint: string;
  /** Nothing is wrong: the node is as ready as without it. */
  readonly isNotice?: true;
};

export type ConditionCode = keyof typeof CONDITIONS;

export const CONDITION_CODES = Object.keys(CONDITIONS) as readonly ConditionCode[];

export type Condition = {
  readonly code: ConditionCode;
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Milliseconds since the Unix epoch, by this node's clock. */
  readonly since: number;
};

export type ConditionEvent = {
  readonly event: 'condition';
  readonly code: ConditionCode;
  readonly active: boolean;
  readonly message: string;
  readonly since: number;
};

export type ConditionsCollaborators = {
  readonly emit: (event: ConditionEvent) => void;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
};

/** The faults that a node lives with just now. Each change is told once. */
export class Conditions {
  readonly #active = new Map<ConditionCode, Condition>();
  readonly #collaborators: ConditionsCollaborators;

  constructor(collaborators: ConditionsCollaborators) {
    this.#collaborators = collaborators;
  }

  /** Tells of a fault that begins; of one that goes on only where its message is another. */
  raise(code: ConditionCode, message: string, metadata: Readonly<Record<string, unknown>> = {}): void {
    const known = this.#active.get(code);
    if (known?.message === message) return;
    const condition = { code, message, metadata, since: known?.since ?? this.#collaborators.now() };
    this.#active.set(code, condition);
    this.#collaborators.emit({ event: 'condition', code, active: true, message, since: condition.since });
  }

  clear(code: ConditionCode): void {
    const known = this.#active.get(code);
    if (known === undefined) return;
    this.#active.delete(code);
    const { message, since } = known;
    this.#collaborators.emit({ event: 'condition', code, active: false, message, since });
  }

  has(code: ConditionCode): boolean {
    return this.#active.has(code);
  }

  /** Those that are active, the longest-standing first. */
  get active(): readonly Condition[] {
    return [...this.#active.values()];
  }

  /** What keeps the node from taking part as it should, the longest-standing first. */
  get faults(): readonly Condition[] {
    return this.active.filter(({ code }) => !('isNotice' in CONDITIONS[code]));
  }

  /** A fault under which nothing may be sent to the chain, if there is one. */
  get holdingChain(): ConditionCode | undefined {
    return [...this.#active.keys()].find((code) => CONDITIONS[code].holdsChain);
  }
}
