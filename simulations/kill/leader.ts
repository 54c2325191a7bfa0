import { setTimeout as sleep } from 'node:timers/promises';
import { beaconDigest, beaconOrder } from '../../coordinator/beacon.ts';
import { seededRandom } from '../world/random.ts';
import { Chronicle } from './chronicle.ts';
import { createKillCommittee } from './committee.ts';
import { type Decision, Hub, type PhaseOf } from './hub.ts';
import { NETWORK, randomnessAt } from './terms.ts';

/** The states of a round in which its leader may die (DESIGN, section 7). */
export const LEADER_STATES = [
  'announced',
  'collecting',
  'sealed',
  'aggregated',
  'evaluated',
  'attested',
  'published',
] as const;

export type LeaderState = (typeof LEADER_STATES)[number];

export type LeaderKill = {
  readonly state: LeaderState;
  readonly member: number;
  readonly round: number;
  /** From the kill to the first decision of the round; 0 where it was decided already. */
  readonly finishedMs: number;
  /** Rounds from the one in progress at its return to its next vote. */
  readonly roundsToVote: number;
};

export type LeaderKillOptions = {
  /** An empty folder. */
  readonly folder: string;
  readonly seed: number;
  readonly trials: number;
  readonly states?: readonly LeaderState[];
  readonly onKill?: (kill: LeaderKill) => void;
};

export type LeaderKillResult = {
  readonly kills: readonly LeaderKill[];
  readonly violations: readonly string[];
};

const MEMBERS = 4;
const BLOCK_MS = 60;
/** The round in which a leader died must be over in this time. */
export const FINISH_MS = 10_000;
export const ROUNDS_TO_VOTE = 2;
const PATIENCE_MS = 30_000;

/** Kills the round's leader with SIGKILL in each state, `trials` times, and starts it again. */
export async function killLeaders(options: LeaderKillOptions): Promise<LeaderKillResult> {
  const { folder, seed, trials, states = LEADER_STATES } = options;
  const random = seededRandom(`kill/leader/${seed}`);
  const { ids, members } = await createKillCommittee(folder, MEMBERS, seed);
  const chronicle = new Chronicle();
  const watch = new LeaderWatch(ids, seed);
  const failures: string[] = [];
  const hub = new Hub(members, ids, BLOCK_MS, {
    onOpened: (index, opened) => chronicle.opened(index, opened),
    onPhase: (phase) => watch.phase(phase),
    onDecided: (decision) => {
      chronicle.decided(decision);
      watch.decided(decision);
    },
    onSaid: (index, type, round) => {
      watch.said(index, type, round);
      chronicle.changed();
    },
    onFailed: (index, code, message) => failures.push(`member ${index}: ${code}: ${message}`),
  });
  const kills: LeaderKill[] = [];
  try {
    for (const index of members.keys()) hub.start(index);
    for (const state of states) {
      for (let trial = 0; trial < trials; trial++) {
        const name = `${state}, trial ${trial + 1}`;
        const isWhole = () => ids.every((id, i) => hub.isUp(i) && hub.wire.lastVoteOf(id) >= chronicle.last);
        if (!(await chronicle.until(() => isWhole() && chronicle.last > 0, PATIENCE_MS))) {
          failures.push(`${name}: the committee was not whole within ${PATIENCE_MS} ms`);
          return { kills, violations: [...failures, ...chronicle.violations, ...hub.wire.violations] };
        }
        const { index, round } = await watch.next(state);
        const killed = hub.kill(index);
        const killedAt = performance.now();
        await killed;
        await sleep(random.below(300));
        const votedBefore = hub.wire.lastVoteOf(ids[index] ?? '');
        const inProgress = chronicle.last + 1;
        hub.start(index);
        if (!(await chronicle.until(() => chronicle.first(round) !== undefined, FINISH_MS)))
          failures.push(`${name}: round ${round} was not over within ${FINISH_MS} ms`);
        const hasVoted = () => hub.wire.lastVoteOf(ids[index] ?? '') > Math.max(votedBefore, inProgress - 1);
        await chronicle.until(hasVoted, PATIENCE_MS);
        const roundsToVote = hub.wire.lastVoteOf(ids[index] ?? '') - inProgress;
        if (!hasVoted() || roundsToVote > ROUNDS_TO_VOTE)
          failures.push(`${name}: member ${index} voted ${roundsToVote} rounds after its return`);
        const finishedMs = Math.max(0, (chronicle.first(round)?.atMs ?? Number.NaN) - killedAt);
        const kill = { state, member: index, round, finishedMs, roundsToVote };
        kills.push(kill);
        options.onKill?.(kill);
      }
    }
  } finally {
    await hub.stop();
  }
  return { kills, violations: [...failures, ...chronicle.violations, ...hub.wire.violations] };
}

/** Knows who leads, and tells when the leader reaches a state. */
class LeaderWatch {
  readonly #ids: readonly string[];
  readonly #seed: number;
  readonly #leaders = new Map<number, number>();
  #wanted: { readonly state: LeaderState; readonly resolve: (at: At) => void } | undefined;

  constructor(ids: readonly string[], seed: number) {
    this.#ids = ids;
    this.#seed = seed;
  }

  /** The next time that a leader reaches the state, at once. */
  next(state: LeaderState): Promise<At> {
    const { promise, resolve } = Promise.withResolvers<At>();
    this.#wanted = { state, resolve };
    return promise;
  }

  phase({ index, round, phase, leads }: PhaseOf): void {
    if (!leads) return;
    this.#leaders.set(round, index);
    this.#reached(phase, index, round);
  }

  said(index: number, type: string, round: number): void {
    if (type === 'commit' && this.#leaders.get(round) === index) this.#reached('attested', index, round);
  }

  decided({ index, round, nextBeaconHeight }: Decision): void {
    if (this.#leaders.get(round) === index) this.#reached('published', index, round);
    // Nobody in the network can know the next leader yet; whoever makes the blocks can.
    const beacon = beaconDigest(NETWORK, round + 1, randomnessAt(this.#seed, nextBeaconHeight));
    if (beaconOrder(beacon, this.#ids)[0] === this.#ids[index]) this.#reached('announced', index, round + 1);
  }

  #reached(state: string, index: number, round: number): void {
    if (this.#wanted?.state !== state) return;
    const { resolve } = this.#wanted;
    this.#wanted = undefined;
    resolve({ index, round });
  }
}

type At = { readonly index: number; readonly round: number };
