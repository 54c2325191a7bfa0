import type { LeaderKill } from './leader.ts';
import { LEADER_STATES } from './leader-watch.ts';
import type { TrainingStage } from './training-watch.ts';

/** The longest time from a leader's death to the end of its round, in milliseconds. */
export function longest(kills: readonly LeaderKill[]): number {
  return kills.reduce((most, { finishedMs }) => Math.max(most, finishedMs), 0);
}

/** The time from the timeout to the end of the round that nineteen of twenty deaths keep, in milliseconds. */
export function afterTimeoutP95(kills: readonly LeaderKill[]): number {
  const sorted = kills.map(({ afterTimeoutMs }) => afterTimeoutMs).sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

/** A line for each state in which leaders were killed. */
export function tellKills(kills: readonly LeaderKill[]): string[] {
  return LEADER_STATES.flatMap((state) => {
    const of = kills.filter((kill) => kill.state === state);
    if (of.length === 0) return [];
    const rounds = of.reduce((most, { roundsToVote }) => Math.max(most, roundsToVote), 0);
    return [
      `${state}: ${of.length} kills; the round was over after ${Math.round(longest(of))} ms at most, ${Math.round(Math.max(...of.map(({ afterTimeoutMs }) => afterTimeoutMs)))} ms after the timeout at most; the member voted ${rounds} rounds after its return at most`,
    ];
  });
}

const STAGES: Readonly<Record<TrainingStage, string>> = {
  uncharged: 'before its debit was on disk, and nothing of it had left',
  charged: 'after its debit, before its header was on the wire',
  sent: 'just after its header was on the wire',
};

/** A line for each point of a training at which members were killed. */
export function tellTraining(stages: ReadonlyMap<TrainingStage, number>): string[] {
  return [...stages].map(([stage, count]) => `${count} killed in a training, ${STAGES[stage]}`);
}
