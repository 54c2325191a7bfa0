import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../world/random.ts';
import type { Arena, OpenArena, Pace } from './arena.ts';
import { Chronicle } from './chronicle.ts';
import { LedgerCheck } from './ledger-check.ts';
import { type TrainingStage, TrainingWatch } from './training-watch.ts';

export type AnywhereOptions = {
  readonly open: OpenArena;
  readonly pace: Pace;
  readonly seed: number;
  readonly kills: number;
  /**
   * How many deaths are to fall between the start of a training and its header on the wire; they are among the kills
   * where that is possible, so that with none to wait for there is nothing else. 0 unless given.
   */
  readonly trainingKills?: number;
  readonly rounds: number;
  readonly onLife?: (life: number, round: number) => void;
};

export type AnywhereResult = {
  readonly kills: number;
  /** Kills in a training, by how far it had come. */
  readonly training: ReadonlyMap<TrainingStage, number>;
  readonly rounds: number;
  /** Lives that had opened their store before they ended, and the updates that the wire saw of them. */
  readonly opened: number;
  readonly updates: number;
  readonly messages: number;
  readonly violations: readonly string[];
};

const VICTIM = 0;
/** One life in so many ends before its store is open. */
const EARLY_DEATHS = 5;
const PATIENCE_MS = 60_000;

/**
 * Kills one member with SIGKILL again and again at random points, from its first instruction on, while rounds go by;
 * `trainingKills` of them at random points of a training, from its start to its header on the wire. Each new life must
 * open its store, and each store that is read must hold every release that the wire has ever seen, at its cost.
 */
export async function killAnywhere(options: AnywhereOptions): Promise<AnywhereResult> {
  const { pace, seed, kills, rounds, trainingKills = 0 } = options;
  const random = seededRandom(`kill/anywhere/${seed}`);
  const chronicle = new Chronicle();
  const ledgers = new LedgerCheck();
  const training = new TrainingWatch(VICTIM);
  const failures: string[] = [];
  let opened = 0;
  let lives = 0;
  let trained = 0;
  const arena: Arena = await options.open({
    onUp: (index) => {
      if (index === VICTIM) opened += 1;
      chronicle.changed();
    },
    onOpened: (index, found) => {
      chronicle.opened(index, found);
      ledgers.opened(index, found, arena.wire.updatesOf(arena.ids[index] ?? ''), arena);
      training.opened(index, found, arena);
    },
    onPhase: (phase) => training.phase(phase),
    onDecided: (decision) => chronicle.decided(decision),
    onSaid: (index, type, round) => {
      training.said(index, type, round);
      chronicle.changed();
    },
    onFailed: (index, code, message) => failures.push(`member ${index}: ${code}: ${message}`),
  });
  const { wire, ids } = arena;
  const victim = ids[VICTIM] ?? '';
  try {
    for (const index of ids.keys()) arena.start(index);
    if (!(await chronicle.until(() => chronicle.last >= 1, PATIENCE_MS)))
      failures.push(`no round was over within ${PATIENCE_MS} ms`);
    /** Lives until a moment of the next training, or until its time is over where none begins. */
    const liveToTraining = async (): Promise<void> => {
      const begun = await training.next(kills === 0 ? PATIENCE_MS : pace.lifeMs);
      if (begun !== undefined) {
        await sleep(training.moment(begun, random.uniform()));
        training.ending(begun);
        trained += 1;
      } else if (kills === 0) failures.push(`life ${lives}: no training began within ${PATIENCE_MS} ms`);
    };
    while ((lives < kills || (kills === 0 && trained < trainingKills)) && failures.length === 0) {
      lives += 1;
      const before = opened;
      if (kills > 0 && lives % EARLY_DEATHS === 0) await sleep(random.below(pace.earlyLifeMs));
      else if (lives > 1 && !(await chronicle.until(() => opened > before, PATIENCE_MS)))
        failures.push(`life ${lives}: its store did not open within ${PATIENCE_MS} ms`);
      else if (trained < trainingKills) await liveToTraining();
      else await sleep(random.below(pace.lifeMs));
      await arena.kill(VICTIM);
      training.died();
      arena.start(VICTIM);
      options.onLife?.(lives, chronicle.last);
    }
    const isDone = () => chronicle.last >= rounds && wire.lastVoteOf(victim) >= chronicle.last;
    if (!(await chronicle.until(isDone, PATIENCE_MS))) {
      const vote = wire.lastVoteOf(victim);
      failures.push(`after ${lives} kills: round ${chronicle.last} of ${rounds}, last vote in ${vote}`);
    }
    failures.push(...(await arena.check()));
  } finally {
    await arena.stop();
  }
  return {
    kills: lives,
    training: training.stages,
    rounds: chronicle.last,
    opened,
    updates: wire.updatesOf(victim).length,
    messages: wire.messages,
    violations: [...failures, ...ledgers.violations, ...chronicle.violations, ...wire.violations],
  };
}
