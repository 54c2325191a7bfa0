import { parseArgs } from 'node:util';
import { createRule } from '../../aggregation/index.ts';
import { slicesFor } from '../../node/data/index.ts';
import { TRAINING_DEFAULTS, type TrainingDefaults, trainingRelease } from '../../node/training/index.ts';
import { epsilonOf } from '../../privacy/index.ts';
import { type Codec, type CompressedMarket, type CompressedResult, runCompressed } from './compressed-run.ts';
import { compressedSizes } from './compressed-sizes.ts';
import { prepareMarket } from './federated-run.ts';
import { prepareWideMarket, thinned, WIDE_TRAINING } from './wide-market.ts';

// What compressed updates cost on the generator's peg task: bytes against float32, every byte of a message counted, and
// the held-out pinball loss against the same federation without compression. Run it with
//
//     node simulations/experiments/compression.ts [sizes|rules|default|wide [record|none]]
//
// `default` is the network's own model and training (51 weights), `wide` one hidden layer of 710 units (9,943 weights).

const SEEDS = [101, 102, 103, 104, 105];
const UNITS = ['record', 'none'] as const;
type Unit = (typeof UNITS)[number];
const print = (line: string) => process.stdout.write(`${line}\n`);
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number) => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)} %`;

type Setting = {
  readonly title: string;
  readonly training: TrainingDefaults;
  readonly judgedAfter: readonly number[];
  readonly codecs: readonly Codec[];
  readonly market: (seed: number) => Promise<CompressedMarket>;
};

async function defaultMarket(seed: number): Promise<CompressedMarket> {
  const market = await prepareMarket(await slicesFor(undefined, seed, 7), 10);
  const training = market.training.map((nodes) =>
    nodes.map((examples) => ({ ...examples, peg: examples.peg.map((set) => thinned(set, { hours: 4 })) })),
  );
  return { ...market, training };
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  default: {
    title: 'default model: 51 weights, 7 nodes, the published training on six peg rows a day',
    training: TRAINING_DEFAULTS,
    judgedAfter: [10, 40],
    codecs: [0.2, 0.1, 0.05, 0.02].flatMap((share) => [
      { share, feedback: true },
      { share, feedback: false },
    ]),
    market: defaultMarket,
  },
  wide: {
    title: 'wide model: 9,943 weights (one hidden layer of 710 units), 3 nodes, two rows of every third day',
    training: WIDE_TRAINING,
    judgedAfter: [15],
    codecs: [
      { share: 0.2, feedback: true },
      { share: 0.1, feedback: true },
      { share: 0.1, feedback: false },
      { share: 0.05, feedback: true },
      { share: 0.02, feedback: true },
    ],
    market: async (seed) =>
      prepareWideMarket(await slicesFor(undefined, seed, 3), { hidden: 710, every: { hours: 12, days: 3 } }),
  },
};

async function measure(
  { title, training, judgedAfter, codecs, market }: Setting,
  units: readonly Unit[],
): Promise<void> {
  print(`\n${title}; seeds ${SEEDS.join(', ')}`);
  const markets: CompressedMarket[] = [];
  for (const seed of SEEDS) markets.push(await market(seed));
  for (const unit of units) {
    const run = (index: number, codec?: Codec) =>
      runCompressed(markets[index]!, {
        training: { ...training, unit },
        judgedAfter,
        seed: `compression/${SEEDS[index]}`,
        ...(codec === undefined ? {} : { codec }),
      });
    const plain = markets.map((_, i) => run(i));
    print(`\n${noiseOf(unit, training, judgedAfter)}`);
    print(`${judgedAfter.map((rounds, at) => plainLine(rounds, at, plain)).join('; ')}`);
    print(
      `kept  feedback   ratio  residual  ${judgedAfter.map((rounds) => `loss after ${rounds} (worst)`.padEnd(26)).join('')}`,
    );
    for (const codec of codecs) {
      const results = markets.map((_, i) => run(i, codec));
      print(tableLine(codec, results, plain));
    }
  }
}

function noiseOf(unit: Unit, training: TrainingDefaults, judgedAfter: readonly number[]): string {
  if (unit === 'none') return 'without noise';
  const release = trainingRelease({ ...training, unit });
  const epsilons = judgedAfter.map((rounds) => {
    const events = Array.from({ length: rounds }, () => release);
    return `ε = ${epsilonOf(events, training.delta).toFixed(2)} after ${rounds} rounds`;
  });
  return `noise of unit record: ${epsilons.join(', ')}`;
}

function plainLine(rounds: number, at: number, results: readonly CompressedResult[]): string {
  const [loss, skill] = [
    average(results.map(({ judged }) => judged[at]?.loss ?? Number.NaN)),
    average(results.map(({ judged }) => judged[at]?.skill ?? Number.NaN)),
  ];
  return `uncompressed after ${rounds} rounds: loss ${loss.toFixed(4)} bp, skill against B0 ${(100 * skill).toFixed(1)} %`;
}

function tableLine(
  { share, feedback }: Codec,
  results: readonly CompressedResult[],
  plain: readonly CompressedResult[],
): string {
  const losses = (plain[0]?.judged ?? []).map((_, at) => {
    const each = results.map(({ judged }, i) => judged[at]!.loss / plain[i]!.judged[at]!.loss - 1);
    return `${percent(average(each))} (${percent(Math.max(...each))})`.padEnd(26);
  });
  return [
    `${100 * share} %`.padStart(4),
    (feedback ? 'on' : 'off').padEnd(9),
    `${average(results.map(({ ratio }) => ratio)).toFixed(1)}×`.padStart(6),
    Math.max(...results.map(({ residual }) => residual))
      .toFixed(1)
      .padStart(8),
    losses.join(''),
  ].join('  ');
}

/** Whether rules still tell a reversed update, ten rounds under noise, and what a rule itself loses. */
async function measureRules(): Promise<void> {
  const seeds = SEEDS.slice(0, 3);
  print(`\nseven nodes, the last one's updates reversed, ten rounds under noise; seeds ${seeds.join(', ')}`);
  print('rule           kept  liar left out  others left out      loss');
  const markets: CompressedMarket[] = [];
  for (const seed of seeds) markets.push(await defaultMarket(seed));
  for (const name of ['multi-krum', 'trimmed-mean', 'median']) {
    for (const share of [undefined, 0.2, 0.05]) {
      const results = markets.map((market, i) =>
        runCompressed(market, {
          training: TRAINING_DEFAULTS,
          judgedAfter: [10],
          seed: `compression/rules/${seeds[i]}`,
          rule: createRule(name, { f: 1 }),
          reversed: true,
          ...(share === undefined ? {} : { codec: { share, feedback: true } }),
        }),
      );
      const total = (count: (result: CompressedResult) => number) =>
        String(results.reduce((sum, result) => sum + count(result), 0));
      print(
        [
          name.padEnd(12),
          (share === undefined ? 'all' : `${100 * share} %`).padStart(5),
          `${total((result) => result.lastExcluded)} of ${10 * seeds.length}`.padStart(13),
          `${total((result) => result.othersExcluded)} of ${60 * seeds.length}`.padStart(15),
          average(results.map(({ judged }) => judged[0]!.loss))
            .toFixed(4)
            .padStart(8),
        ].join('  '),
      );
    }
  }
}

const [asked, unit] = parseArgs({ allowPositionals: true }).positionals;
if (asked === undefined || asked === 'sizes') for (const line of compressedSizes()) print(line);
if (asked === undefined || asked === 'rules') await measureRules();
const names =
  asked === undefined ? Object.keys(SETTINGS) : [asked].filter((name) => !['sizes', 'rules'].includes(name));
const units = UNITS.filter((each) => unit === undefined || each === unit);
for (const name of names) {
  const setting = SETTINGS[name];
  if (setting === undefined || units.length === 0) {
    throw new RangeError(
      `got ${[asked, unit].join(' ')}, expected sizes, rules, default or wide, and record or none for one of them`,
    );
  }
  await measure(setting, units);
}
