import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../world/random.ts';
import type { Arena, OpenArena, Pace } from './arena.ts';
import { Chronicle } from './chronicle.ts';
import { LEADER_STATES, type LeaderState, LeaderWatch } from './leader-watch.ts';
import { LedgerCheck } from './ledger-check.ts';

export type LeaderKill = {
  readonly state: LeaderState;
  readonly member: number;
  readonly round: number;
  /** From the kill to the first decision of the round; 0 where it was decided already. */
  readonly finishedMs: number;
  /** From the first member's giving up on the view to that decision; 0 where nobody had to. */
  readonly afterTimeoutMs: number;
  /** Rounds from the one in progress at its return to its next vote. */
  readonly roundsToVote: number;
};

export type LeaderKillOptions = {
  readonly open: OpenArena;
  readonly pace: Pace;
  readonly seed: number;
  readonly trials: number;
  readonly states?: readonly LeaderState[];
  /** Ends with the first violation on the wire: of members who are to be found out. */
  readonly untilFound?: boolean;
  readonly onKill?: (kill: LeaderKill) => void;
};

export type LeaderKillResult = {
  readonly kills: readonly LeaderKill[];
  readonly violations: readonly string[];
};

/** The round in which a leader died must be over in this time. */
export const FINISH_MS = 10_000;
/** In nineteen of twenty deaths, it is over within this time of the timeout. */
export const AFTER_TIMEOUT_MS = 3_000;
export const ROUNDS_TO_VOTE = 2;
const PATIENCE_MS = 60_000;

/** Kills the round's leader with SIGKILL in each state, `trials` times, and starts it again. */
export async function killLeaders(options: LeaderKillOptions): Promise<LeaderKillResult> {
  const { pace, seed, trials, states = LEADER_STATES, untilFound = false } = options;
  const random = seededRandom(`kill/leader/${seed}`);
  const chronicle = new Chronicle();
  const watch = new LeaderWatch();
  const ledgers = new LedgerCheck();
  const failures: string[] = [];
  /** When the first member gave up on a view of a round, after the leader's death. */
  const timeouts = new Map<number, number>();
  const arena: Arena = await options.open({
    onOpened: (index, opened) => {
      chronicle.opened(index, opened);
      ledgers.opened(index, opened, arena.wire.updatesOf(arena.ids[index] ?? ''), arena);
    },
    onPhase: (phase) => watch.phase(phase),
    onDecided: (decision) => {
      chronicle.decided(decision);
      watch.decided(decision);
    },
    onSaid: (index, type, round) => {
      watch.said(index, type, round);
      if (type === 'view-change' && !timeouts.has(round)) timeouts.set(round, performance.now());
      chronicle.changed();
    },
    onFailed: (index, code, message) => failures.push(`member ${index}: ${code}: ${message}`),
  });
  const { ids, wire } = arena;
  const kills: LeaderKill[] = [];
  const isWhole = () => ids.every((id, i) => arena.isUp(i) && wire.lastVoteOf(id) >= chronicle.last);

  /** @returns false when nothing more can be tried. */
  const tryOnce = async (state: LeaderState, name: string, isLong: boolean): Promise<boolean> => {
    if (!(await chronicle.until(() => chronicle.last > 0 && isWhole(), PATIENCE_MS))) {
      const votes = ids.map((id) => wire.lastVoteOf(id)).join(', ');
      failures.push(`${name}: not whole in ${PATIENCE_MS} ms: round ${chronicle.last}, last votes ${votes}`);
      return false;
    }
    const at = await watch.next(state, PATIENCE_MS);
    if (at === undefined) {
      failures.push(`${name}: no leader got there in ${PATIENCE_MS} ms, round ${chronicle.last}`);
      return false;
    }
    const { index, round } = at;
    const id = ids[index] ?? '';
    const killedAt = performance.now();
    timeouts.delete(round);
    await arena.kill(index);
    await sleep(random.below(pace.awayMs));
    const isOver = () => chronicle.first(round) !== undefined;
    if (isLong) await chronicle.until(isOver, FINISH_MS);
    const votedBefore = wire.lastVoteOf(id);
    const inProgress = chronicle.last + 1;
    arena.start(index);
    const left = Math.max(0, FINISH_MS - (performance.now() - killedAt));
    if (!(await chronicle.until(isOver, left)))
      failures.push(`${name}: round ${round} was not over within ${FINISH_MS} ms`);
    const hasVoted = () => wire.lastVoteOf(id) > Math.max(votedBefore, inProgress - 1);
    await chronicle.until(hasVoted, PATIENCE_MS);
    const roundsToVote = wire.lastVoteOf(id) - inProgress;
    if (!hasVoted() || roundsToVote > ROUNDS_TO_VOTE)
      failures.push(`${name}: member ${index} voted ${roundsToVote} rounds after its return`);
    const decidedAt = chronicle.first(round)?.atMs ?? Number.NaN;
    const finishedMs = Math.max(0, decidedAt - killedAt);
    const afterTimeoutMs = Math.max(0, decidedAt - (timeouts.get(round) ?? decidedAt));
    const kill = { state, member: index, round, finishedMs, afterTimeoutMs, roundsToVote };
    kills.push(kill);
    options.onKill?.(kill);
    return true;
  };

  try {
    for (const index of ids.keys()) arena.start(index);
    trying: for (const state of states) {
      for (let trial = 1; trial <= trials; trial++) {
        if (untilFound && wire.violations.length > 0) break trying;
        // In every other trial it comes back only when the others are done without it.
        if (!(await tryOnce(state, `${state}, trial ${trial}`, trial % 2 === 1))) break trying;
      }
    }
    failures.push(...(await arena.check()));
  } finally {
    await arena.stop();
  }
  const violations = [...failures, ...ledgers.violations, ...chronicle.violations, ...wire.violations];
  return { kills, violations };
}
