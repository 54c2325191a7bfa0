import { parseArgs } from 'node:util';
import { slicesFor } from '../../node/data/index.ts';
import type { RecordBlock } from '../../node/features/index.ts';
import { createModel } from '../../node/models/index.ts';
import { type LocalTrainingOptions, TRAINING_DEFAULTS, trainingRelease } from '../../node/training/index.ts';
import {
  calibrateNoise,
  createAccountant,
  epsilonOf,
  expectedNoiseToSignal,
  type PrivacyEvent,
} from '../../privacy/index.ts';
import { type FederatedResult, prepareMarket, runFederation } from './federated-run.ts';

// What it costs in skill to make blocks of days one record, and to draw records in secret, at one ε:
//
//     node simulations/experiments/record-definitions.ts --seeds 5
//
// Seven nodes, ten rounds, the generator's markets, the mean of all updates.

const NODES = 7;
const ROUNDS = 10;
const RATE = 0.25;
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const { unit, delta, localSteps, nominalRecords } = TRAINING_DEFAULTS;
const sums = ROUNDS * localSteps;
const epsilon = epsilonOf(
  Array.from({ length: ROUNDS }, () => trainingRelease(TRAINING_DEFAULTS)),
  delta,
);

/** The noise with which as many sums of secret samples cost the same ε, by the accountant that ledgers then charge by. */
function noiseOfSamples(): number {
  const event = (multiplier: number): PrivacyEvent => ({
    kind: 'repeated',
    times: sums,
    event: {
      kind: 'poisson-sampled',
      rate: RATE,
      event: { kind: 'discrete-gaussian', noiseMultiplier: multiplier, gridDeviation: 2 ** 20 },
    },
  });
  return calibrateNoise({ accountant: () => createAccountant('rdp', 'add-remove'), epsilon, delta, event });
}

type Case = {
  readonly label: string;
  readonly record?: RecordBlock;
  readonly training: LocalTrainingOptions;
};
const blocks = (days: number): Pick<Case, 'record'> => ({ record: { kind: 'block', days } });
const ofBlocks = (days: number) => ({
  ...TRAINING_DEFAULTS,
  nominalRecords: Math.round(nominalRecords / days),
});
const CASES: readonly Case[] = [
  { label: 'day, no noise', training: { ...TRAINING_DEFAULTS, unit: 'none' } },
  { label: 'day', training: TRAINING_DEFAULTS },
  {
    label: `day, q = ${RATE}`,
    training: { ...TRAINING_DEFAULTS, samplingRate: RATE, noiseMultiplier: noiseOfSamples() },
  },
  ...[7, 14].flatMap((days): Case[] => [
    { label: `block:${days}, no noise`, ...blocks(days), training: { ...ofBlocks(days), unit: 'none' } },
    { label: `block:${days}`, ...blocks(days), training: ofBlocks(days) },
  ]),
];

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '5' } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => 101 + i);
print(
  `${NODES} nodes, ${ROUNDS} rounds of ${localSteps} steps, unit ${unit}: ε = ${epsilon.toFixed(3)} at δ = ${delta}, add-remove, for every row with noise; seeds ${seeds[0]} to ${seeds.at(-1)}`,
);
print('record              σ / C  divisor  noise-to-signal  skill B0        B2        B3');
for (const { label, record, training } of CASES) {
  const results: FederatedResult[] = [];
  let dimension = 0;
  for (const seed of seeds) {
    const market = await prepareMarket(await slicesFor(undefined, seed, NODES), ROUNDS, 'both', record);
    dimension = createModel(market.model.spec).size;
    const run = { ...TRAINING_DEFAULTS, ...training };
    results.push(runFederation(market, { training: run, seed: `record-definitions/${seed}` }));
  }
  const hasNoise = training.unit === 'record';
  const { samplingRate = 1 } = training;
  const ratio =
    expectedNoiseToSignal({
      noiseMultiplier: hasNoise ? training.noiseMultiplier : 0,
      dimension,
      count: training.nominalRecords,
      draws: 1,
    }) / samplingRate;
  const skill = (baseline: 'B0' | 'B2' | 'B3') =>
    percent(average(results.map(({ final }) => final.skill[baseline])));
  print(
    [
      label.padEnd(18),
      (hasNoise ? training.noiseMultiplier : 0).toFixed(2).padStart(6),
      String(samplingRate * training.nominalRecords).padStart(8),
      ratio.toFixed(2).padStart(16),
      skill('B0').padStart(9),
      skill('B2').padStart(9),
      skill('B3').padStart(9),
    ].join(' '),
  );
}
