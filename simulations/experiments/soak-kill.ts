import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import { killAnywhere } from '../kill/anywhere.ts';
import { killLeaders } from '../kill/leader.ts';
import { longest, tellKills } from '../kill/report.ts';

// Members of a committee as processes, killed with SIGKILL: the leader in each state of the round, then one member at
// random points.
//
//     node simulations/experiments/soak-kill.ts --trials 100 --kills 2000 --rounds 300 --seed 1
//
// What goes against the promises is printed with the command that tries it again; with anything, the exit code is 1.

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError('SOAK_OPTION', `--${name}: got ${text}, expected a whole number from 0 on`);
}

async function soak(): Promise<readonly string[]> {
  const { values } = parseArgs({
    options: {
      trials: { type: 'string', default: '100' },
      kills: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [trials, kills] = [count('trials', values.trials), count('kills', values.kills)];
  const [rounds, seed] = [count('rounds', values.rounds), count('seed', values.seed)];
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const violations: string[] = [];
  const inFolder = async <T>(run: (folder: string) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
    return run(folder).finally(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  };
  if (trials > 0) {
    let done = 0;
    const onKill = () => {
      done += 1;
      if (done % 20 === 0) print(`${done} leaders killed`);
    };
    const result = await inFolder((folder) => killLeaders({ folder, seed, trials, onKill }));
    for (const line of tellKills(result.kills)) print(line);
    print(`longest round with a dead leader: ${(longest(result.kills) / 1000).toFixed(1)} s`);
    violations.push(...result.violations);
  }
  if (kills > 0) {
    const onLife = (life: number, round: number) => {
      if (life % 100 === 0) print(`${life} lives, round ${round}`);
    };
    const result = await inFolder((folder) => killAnywhere({ folder, seed, kills, rounds, onLife }));
    const { opened, updates, messages } = result;
    print(
      `${kills} kills in ${result.rounds} rounds: the store opened ${opened} times, ${updates} updates and ${messages} messages on the wire`,
    );
    violations.push(...result.violations);
  }
  for (const violation of violations) print(`  ${violation}`);
  const again = `--trials ${trials} --kills ${kills} --rounds ${rounds} --seed ${seed}`;
  if (violations.length > 0) print(`again: node simulations/experiments/soak-kill.ts ${again}`);
  return violations;
}

try {
  process.exitCode = (await soak()).length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
