import { setTimeout as sleep } from 'node:timers/promises';
import { quorum as quorumOf } from '../../protocol/quorum.ts';
import type { Arena, ArenaListener } from './arena.ts';
import { Chronicle } from './chronicle.ts';

/** Indices of the members that still reach each other. */
export type Groups = readonly (readonly number[])[];

/** An arena whose network can be parted. */
export interface PartedArena extends Arena {
  /** From now on nothing passes between members of different groups, either way; what is under way is lost. */
  part(groups: Groups): void;
  heal(): void;
}

export type PartitionOptions = {
  readonly open: (listener: ArenaListener) => Promise<PartedArena>;
  readonly partitions: readonly Groups[];
  readonly pace: PartitionPace;
  readonly onHealed?: (healed: PartitionHealed) => void;
};

/** In milliseconds. */
export type PartitionPace = {
  /** Until all members have decided something, and as long again for whatever is waited for. */
  readonly patienceMs: number;
  /** What was said before the network was parted has its effect in this time. */
  readonly settleMs: number;
  /** How long a side without a quorum is watched: several views. */
  readonly holdMs: number;
};

/** Of members whose views last about a second. */
export const HUB_PARTITION_PACE: PartitionPace = { patienceMs: 30_000, settleMs: 300, holdMs: 3_000 };

/** How one partition went. */
export type PartitionHealed = {
  readonly groups: Groups;
  /** Rounds that were decided while the network was parted, after it had settled. */
  readonly rounds: number;
  readonly partedMs: number;
  /** From the healing until every member had decided a round that nobody had decided before it. */
  readonly healedMs: number;
};

export type PartitionResult = {
  readonly healed: readonly PartitionHealed[];
  readonly violations: readonly string[];
};

/** Rounds that a side with a quorum has to decide by itself. */
const ROUNDS_OF_A_QUORUM = 2;

/** Parts the network in each of the given ways, one after the other, and holds what each side does against its quorum. */
export async function partMembers(options: PartitionOptions): Promise<PartitionResult> {
  const { patienceMs, settleMs, holdMs } = options.pace;
  const chronicle = new Chronicle();
  const failures: string[] = [];
  const arena = await options.open({
    onOpened: (index, opened) => chronicle.opened(index, opened),
    onDecided: (decision) => chronicle.decided(decision),
    onFailed: (index, code, message) => failures.push(`member ${index}: ${code}: ${message}`),
  });
  const everyone = [...arena.ids.keys()];
  const quorum = quorumOf(everyone.length);
  const headsOf = (members: readonly number[]) => members.map((index) => chronicle.headOf(index));
  const allDecided = (members: readonly number[], round: number) =>
    chronicle.until(() => headsOf(members).every((head) => head >= round), patienceMs);
  const healed: PartitionHealed[] = [];

  const tryOnce = async (groups: Groups): Promise<boolean> => {
    const name = groups.map(({ length }) => length).join('|');
    if (!(await allDecided(everyone, chronicle.last + 1))) {
      failures.push(`${name}: no round of all in ${patienceMs} ms before it, heads ${headsOf(everyone)}`);
      return false;
    }
    const partedAt = performance.now();
    arena.part(groups);
    await sleep(settleMs);
    const settled = chronicle.last;
    const strong = groups.find(({ length }) => length >= quorum);
    const weak = groups.filter((group) => group !== strong).flat();
    const before = headsOf(weak);
    if (strong === undefined) await sleep(holdMs);
    else if (!(await allDecided(strong, settled + ROUNDS_OF_A_QUORUM)))
      failures.push(`${name}: the ${strong.length} did not go on, heads ${headsOf(strong)} after ${settled}`);
    if (headsOf(weak).some((head, i) => head !== before[i]))
      failures.push(`${name}: decided without a quorum: heads ${before}, then ${headsOf(weak)}`);
    const rounds = chronicle.last - settled;
    const healedAt = performance.now();
    const next = chronicle.last + 1;
    arena.heal();
    if (!(await allDecided(everyone, next)))
      failures.push(`${name}: not together in ${patienceMs} ms after it, heads ${headsOf(everyone)}`);
    const result = {
      groups,
      rounds,
      partedMs: healedAt - partedAt,
      healedMs: performance.now() - healedAt,
    };
    healed.push(result);
    options.onHealed?.(result);
    return true;
  };

  try {
    for (const index of everyone) arena.start(index);
    for (const groups of options.partitions) if (!(await tryOnce(groups))) break;
    failures.push(...(await arena.check()));
  } finally {
    await arena.stop();
  }
  return { healed, violations: [...failures, ...chronicle.violations, ...arena.wire.violations] };
}

/** The first `size` members after a turn of `by`, and the others. */
export function groupsOf(members: number, size: number, by = 0): Groups {
  const turned = Array.from({ length: members }, (_, i) => (i + by) % members);
  return [turned.slice(0, size), turned.slice(size)];
}
