import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import { killAnywhere } from '../kill/anywhere.ts';
import type { OpenArena, Pace } from '../kill/arena.ts';
import { ANYWHERE_BLOCK_MS, HUB_PACE, LEADER_BLOCK_MS, openHub } from '../kill/hub.ts';
import { AFTER_TIMEOUT_MS, killLeaders } from '../kill/leader.ts';
import { MUTANTS, type Mutant } from '../kill/mutants.ts';
import { NODES_PACE, openNodes } from '../kill/nodes/arena.ts';
import { afterTimeoutP95, longest, tellKills, tellTraining } from '../kill/report.ts';

// A committee's processes, killed with SIGKILL: the leader in each state of the round, then one member at random points.
//
//     node simulations/experiments/soak-kill.ts --trials 100 --kills 2000 --rounds 300 --seed 1
//     node simulations/experiments/soak-kill.ts --training-kills 1000 --trials 0 --kills 0 --seed 1
//     node simulations/experiments/soak-kill.ts --full --trials 100 --kills 200 --rounds 30 --seed 1
//
// --training-kills: so many deaths fall between the start of a training and its header on the wire; with --kills 0 there
// are no others.
// --code names a file that simulations/kill/member.ts was bundled into; it loads faster.
// With --full they are whole nodes over libp2p with a chain; without it members whose messages go through this process.
// With --mutant (forgetful-votes, late-ledger) members do what must be found out. What goes against the promises is
// printed with the command that tries it again; with anything, the exit code is 1.

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError('SOAK_OPTION', `--${name}: got ${text}, expected a whole number from 0 on`);
}

function mutantOf(text: string | undefined, full: boolean): Mutant | undefined {
  if (text === undefined) return undefined;
  const mutant = MUTANTS.find((name) => name === text);
  if (mutant !== undefined && !full) return mutant;
  throw new UsageError(
    'SOAK_OPTION',
    `--mutant: got ${text}${full ? ' with --full' : ''}, expected ${MUTANTS.join(' or ')}, without --full`,
  );
}

async function soak(): Promise<readonly string[]> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      mutant: { type: 'string' },
      code: { type: 'string' },
      trials: { type: 'string', default: '100' },
      kills: { type: 'string' },
      'training-kills': { type: 'string', default: '0' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { full } = values;
  const mutant = mutantOf(values.mutant, full);
  const trials = count('trials', values.trials);
  const kills = count('kills', values.kills ?? (full ? '200' : '2000'));
  const trainingKills = count('training-kills', values['training-kills']);
  const rounds = count('rounds', values.rounds ?? (kills === 0 ? '1' : full ? '30' : '300'));
  const seed = count('seed', values.seed);
  const pace: Pace = full ? NODES_PACE : HUB_PACE;
  const arena = (folder: string, blockMs: number): OpenArena =>
    full
      ? openNodes({ folder, seed })
      : openHub({
          folder,
          seed,
          blockMs,
          ...(mutant === undefined ? {} : { mutant }),
          ...(values.code === undefined ? {} : { code: resolve(values.code) }),
        });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const violations: string[] = [];
  const inFolder = async <T>(run: (folder: string) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
    return run(folder).finally(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  };
  const often = full ? 5 : 20;
  if (trials > 0) {
    let done = 0;
    const onKill = () => {
      done += 1;
      if (done % often === 0) print(`${done} leaders killed`);
    };
    const result = await inFolder((folder) =>
      killLeaders({ open: arena(folder, LEADER_BLOCK_MS), pace, seed, trials, onKill }),
    );
    for (const line of tellKills(result.kills)) print(line);
    print(`longest round with a dead leader: ${(longest(result.kills) / 1000).toFixed(1)} s`);
    const p95 = afterTimeoutP95(result.kills);
    print(
      `the round was over ${(p95 / 1000).toFixed(2)} s after the timeout (p95 of ${result.kills.length}; bound ${AFTER_TIMEOUT_MS / 1000} s)`,
    );
    if (p95 > AFTER_TIMEOUT_MS) violations.push(`p95 after the timeout: ${Math.round(p95)} ms`);
    violations.push(...result.violations);
  }
  if (kills + trainingKills > 0) {
    const onLife = (life: number, round: number) => {
      if (life % (5 * often) === 0) print(`${life} lives, round ${round}`);
    };
    const result = await inFolder((folder) =>
      killAnywhere({
        open: arena(folder, kills === 0 ? LEADER_BLOCK_MS : ANYWHERE_BLOCK_MS),
        pace,
        seed,
        kills,
        trainingKills,
        rounds,
        onLife,
      }),
    );
    const { opened, updates, messages, training } = result;
    for (const line of tellTraining(training)) print(line);
    print(
      `${result.kills} kills in ${result.rounds} rounds: ${opened} lives opened the store, ${updates} updates and ${messages} messages on the wire`,
    );
    violations.push(...result.violations);
  }
  for (const violation of violations) print(`  ${violation}`);
  const flags = `${full ? ' --full' : ''}${mutant === undefined ? '' : ` --mutant ${mutant}`}`;
  const again = `${flags} --trials ${trials} --kills ${kills} --training-kills ${trainingKills} --rounds ${rounds} --seed ${seed}`;
  if (violations.length > 0) print(`again: npm run soak:kill --${again}`);
  return violations;
}

try {
  process.exitCode = (await soak()).length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
