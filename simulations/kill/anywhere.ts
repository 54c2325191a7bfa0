import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../world/random.ts';
import type { Arena, OpenArena, Pace } from './arena.ts';
import { Chronicle } from './chronicle.ts';
import { LedgerCheck } from './ledger-check.ts';

export type AnywhereOptions = {
  readonly open: OpenArena;
  readonly pace: Pace;
  readonly seed: number;
  readonly kills: number;
  readonly rounds: number;
  readonly onLife?: (life: number, round: number) => void;
};

export type AnywhereResult = {
  readonly kills: number;
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
 * Kills one member with SIGKILL again and again at random points, from its first instruction on, while rounds go by.
 * Each new life must open its store, and each store that is read must hold every release that the wire has ever seen.
 */
export async function killAnywhere(options: AnywhereOptions): Promise<AnywhereResult> {
  const { pace, seed, kills, rounds } = options;
  const random = seededRandom(`kill/anywhere/${seed}`);
  const chronicle = new Chronicle();
  const ledgers = new LedgerCheck();
  const failures: string[] = [];
  let opened = 0;
  const arena: Arena = await options.open({
    onUp: (index) => {
      if (index === VICTIM) opened += 1;
      chronicle.changed();
    },
    onOpened: (index, found) => {
      chronicle.opened(index, found);
      ledgers.opened(index, found, arena.wire.updatesOf(arena.ids[index] ?? ''));
    },
    onDecided: (decision) => chronicle.decided(decision),
    onSaid: () => chronicle.changed(),
    onFailed: (index, code, message) => failures.push(`member ${index}: ${code}: ${message}`),
  });
  const { wire, ids } = arena;
  const victim = ids[VICTIM] ?? '';
  try {
    for (const index of ids.keys()) arena.start(index);
    if (!(await chronicle.until(() => chronicle.last >= 1, PATIENCE_MS)))
      failures.push(`no round was over within ${PATIENCE_MS} ms`);
    for (let life = 1; life <= kills && failures.length === 0; life++) {
      const before = opened;
      if (life % EARLY_DEATHS === 0) await sleep(random.below(pace.earlyLifeMs));
      else if (life === 1 || (await chronicle.until(() => opened > before, PATIENCE_MS)))
        await sleep(random.below(pace.lifeMs));
      else failures.push(`life ${life}: its store did not open within ${PATIENCE_MS} ms`);
      await arena.kill(VICTIM);
      arena.start(VICTIM);
      options.onLife?.(life, chronicle.last);
    }
    const isDone = () => chronicle.last >= rounds && wire.lastVoteOf(victim) >= chronicle.last;
    if (!(await chronicle.until(isDone, PATIENCE_MS))) {
      const vote = wire.lastVoteOf(victim);
      failures.push(`after ${kills} kills: round ${chronicle.last} of ${rounds}, last vote in ${vote}`);
    }
    failures.push(...(await arena.check()));
  } finally {
    await arena.stop();
  }
  return {
    kills,
    rounds: chronicle.last,
    opened,
    updates: wire.updatesOf(victim).length,
    messages: wire.messages,
    violations: [...failures, ...ledgers.violations, ...chronicle.violations, ...wire.violations],
  };
}
