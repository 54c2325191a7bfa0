import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openNodes } from '../kill/nodes/arena.ts';
import { groupsOf, type PartitionHealed, type PartitionPace, partMembers } from '../kill/partition.ts';

// Seven whole nodes over libp2p with a chain, whose links are cut and mended from outside.
//
//     npm run soak:partition -- [--times 1] [--seed 1]
//
// Each time the network is parted 2|5 and 3|4, with other members together: five go on, three and four decide nothing,
// and all agree after it. What goes against that is printed; with anything, the exit code is 1.

const MEMBERS = 7;
/** Of nodes whose rounds take seconds. */
const PACE: PartitionPace = { patienceMs: 90_000, settleMs: 1_500, holdMs: 12_000 };

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
});
const [times, seed] = [Number(values.times), Number(values.seed)];

function tell({ groups, rounds, partedMs, healedMs }: PartitionHealed): void {
  const sides = groups.map((group) => group.join(' ')).join(' | ');
  process.stdout.write(
    `${sides}: parted for ${(partedMs / 1000).toFixed(1)} s, ${rounds} rounds decided meanwhile; all had decided another ${(healedMs / 1000).toFixed(1)} s after it\n`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'ballast-partition-'));
try {
  const partitions = Array.from({ length: times }, (_, i) => [
    groupsOf(MEMBERS, 2, 2 * i),
    groupsOf(MEMBERS, 3, 2 * i + 1),
  ]).flat();
  const open = openNodes({ folder, seed, nodes: MEMBERS, isParted: true });
  const { healed, violations } = await partMembers({ open, partitions, pace: PACE, onHealed: tell });
  for (const violation of violations) process.stdout.write(`  ${violation}\n`);
  const isWhole = violations.length === 0 && healed.length === partitions.length;
  if (!isWhole) process.stdout.write(`again: npm run soak:partition -- --times ${times} --seed ${seed}\n`);
  process.exitCode = isWhole ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
