import { parseArgs } from 'node:util';
import { createAggregator } from '../../aggregation/index.ts';
import { slicesFor } from '../../node/data/index.ts';
import { TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { type PreparedMarket, prepareMarket, runFederation } from './federated-run.ts';

// What the server steps are worth with their defaults beside plain averaging:
//
//     node simulations/experiments/server-steps.ts --seeds 5
//
// Seven nodes, ten rounds of the published training with its noise, the generator's markets. Gain is the share of the
// genesis model's held-out peg loss that is gone.

const NODES = 7;
const ROUNDS = 10;
const JUDGED_AFTER = [3, 5, 10];
const STEPS = ['fedavg', 'fedavgm', 'fedavgm:beta1=0.9', 'fedadagrad', 'fedadam', 'fedyogi'];
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => 101 + i);
const markets: [number, PreparedMarket][] = [];
for (const seed of seeds) {
  markets.push([seed, await prepareMarket(await slicesFor(undefined, seed, NODES), ROUNDS)]);
}
print(
  `${NODES} nodes, ${ROUNDS} rounds, unit ${TRAINING_DEFAULTS.unit}; seeds ${seeds[0]} to ${seeds.at(-1)}`,
);
print(`| step | ${JUDGED_AFTER.map((round) => `gain after ${round}`).join(' | ')} | skill B0 (least) |`);
print('|---|---|---|---|---|');
for (const step of STEPS) {
  const runs = markets.map(([seed, market]) => {
    const { heldOut } = market.judge;
    const losses: number[] = [];
    const { genesis, final } = runFederation(market, {
      training: TRAINING_DEFAULTS,
      aggregator: createAggregator(step, { f: 0 }),
      seed: `server-steps/${seed}`,
      onRound: (round, weights) => {
        if (JUDGED_AFTER.includes(round + 1)) losses.push(heldOut(weights).loss);
      },
    });
    return { gains: losses.map((loss) => 1 - loss / genesis.loss), skill: final.skill.B0 };
  });
  const skills = runs.map(({ skill }) => skill);
  const gains = JUDGED_AFTER.map((_, i) => percent(average(runs.map((run) => run.gains[i] ?? Number.NaN))));
  print(
    `| \`${step}\` | ${gains.join(' | ')} | ${percent(average(skills))} (${percent(Math.min(...skills))}) |`,
  );
}
