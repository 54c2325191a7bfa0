import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../world/random.ts';
import { Chronicle } from './chronicle.ts';
import { createKillCommittee } from './committee.ts';
import { Hub, type Opened } from './hub.ts';

export type AnywhereOptions = {
  /** An empty folder. */
  readonly folder: string;
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

const MEMBERS = 4;
const VICTIM = 0;
const BLOCK_MS = 700;
/** One life in so many ends before its store is open. */
const EARLY_DEATHS = 5;
/** Longest life after the store is open, and longest of those that end before, in milliseconds. */
const LIFE_MS = 300;
const EARLY_LIFE_MS = 200;
const PATIENCE_MS = 60_000;

/**
 * Kills one member with SIGKILL again and again at random points, from its first instruction on, while rounds go by.
 * Each new life must open its store and find every release in its ledger that the wire has ever seen.
 */
export async function killAnywhere(options: AnywhereOptions): Promise<AnywhereResult> {
  const { folder, seed, kills, rounds } = options;
  const random = seededRandom(`kill/anywhere/${seed}`);
  const { ids, members } = await createKillCommittee(folder, MEMBERS, seed);
  const victim = ids[VICTIM] ?? '';
  const chronicle = new Chronicle();
  const violations: string[] = [];
  let debits = 0;
  let opened = 0;
  const hub: Hub = new Hub(members, ids, BLOCK_MS, {
    onOpened: (index, found) => {
      chronicle.opened(index, found);
      if (index !== VICTIM) return;
      opened += 1;
      violations.push(...missing(found, hub.wire.updatesOf(victim), debits));
      debits = Math.max(debits, found.debits);
    },
    onDecided: (decision) => chronicle.decided(decision),
    onSaid: () => chronicle.changed(),
    onFailed: (index, code, message) => violations.push(`member ${index}: ${code}: ${message}`),
  });
  try {
    for (const index of members.keys()) hub.start(index);
    await chronicle.until(() => chronicle.last >= 1, PATIENCE_MS);
    for (let life = 1; life <= kills; life++) {
      const before = opened;
      if (life % EARLY_DEATHS === 0) await sleep(random.below(EARLY_LIFE_MS));
      else if (await chronicle.until(() => opened > before || life === 1, PATIENCE_MS))
        await sleep(random.below(LIFE_MS));
      else violations.push(`life ${life}: its store did not open within ${PATIENCE_MS} ms`);
      await hub.kill(VICTIM);
      hub.start(VICTIM);
      options.onLife?.(life, chronicle.last);
    }
    const isDone = () => chronicle.last >= rounds && hub.wire.lastVoteOf(victim) >= chronicle.last;
    if (!(await chronicle.until(isDone, PATIENCE_MS))) {
      const vote = hub.wire.lastVoteOf(victim);
      violations.push(
        `after ${kills} kills: round ${chronicle.last} of ${rounds}, the victim's last vote in ${vote}`,
      );
    }
  } finally {
    await hub.stop();
  }
  return {
    kills,
    rounds: chronicle.last,
    opened,
    updates: hub.wire.updatesOf(victim).length,
    messages: hub.wire.messages,
    violations: [...violations, ...chronicle.violations, ...hub.wire.violations],
  };
}

/** What the wire saw and the ledger does not know of. */
function missing(
  { released, debits }: Opened,
  updates: readonly { readonly round: number; readonly digest: string }[],
  debitsBefore: number,
): string[] {
  const kept = new Map(released.map(({ round, digest }) => [round, digest]));
  const lost = updates
    .filter(({ round, digest }) => kept.get(round) !== digest)
    .map(({ round }) => `the ledger does not hold the update that was sent in round ${round}`);
  if (debits < debitsBefore) lost.push(`the ledger has ${debits} debits after ${debitsBefore}`);
  return lost;
}
