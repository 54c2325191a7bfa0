import { access, constants, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { preAggregatorNames, ruleNames, serverStepNames } from '../../aggregation/index.ts';
import type { DefineCommand } from '../../node/cli/command-entry.ts';
import { positiveNumber, wholeNumber, wholeNumberFrom } from '../../node/cli/numbers.ts';
import { type Terminal, withTerminal } from '../../node/cli/terminal.ts';
import { openKernels } from '../../node/kernels/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { type AttackOptions, attackNames, PERTURBATIONS, type Perturbation } from '../attacks/index.ts';
import { simulationDocument } from '../federation/document.ts';
import {
  SIMULATION_DEFAULTS as DEFAULTS,
  MAX_TRAINING_THREADS,
  openTrainingPool,
  type SimulationOptions,
  type SimulationResult,
  simulate,
} from '../federation/index.ts';
import { roundLine, seedLine, seedsLines, summaryLines, titleLine } from '../federation/report.ts';

const MAX_SEEDS = 1_000;
/** Below, starting a thread takes longer than it saves. */
const NODES_FOR_THREADS = 50;
const DEFAULT_MOST_THREADS = 32;

function threadsFor(nodes: number): number {
  return nodes < NODES_FOR_THREADS ? 1 : Math.min(DEFAULT_MOST_THREADS, availableParallelism());
}

export const defineSimulate: DefineCommand = (command) => {
  command
    .option('--nodes <n>', 'nodes, honest and Byzantine together', wholeNumber, DEFAULTS.nodes)
    .option('--byzantine <n>', 'how many of them lie', wholeNumber, DEFAULTS.byzantine)
    .option('--attack <name>', `what the liars do: ${attackNames.join(', ')}`, DEFAULTS.attack)
    .option(
      '--rule <text>',
      `what aggregates: pre-aggregators (${preAggregatorNames.join(', ')}), a rule (${ruleNames.join(', ')}) and a ` +
        `server step (${serverStepNames.join(', ')}), joined by +, options after a colon`,
      DEFAULTS.rule,
    )
    .option('--rounds <n>', 'rounds to train', wholeNumber, DEFAULTS.rounds)
    .option('--seed <n>', 'seed of the market, the noise, the lies and the order', wholeNumber, DEFAULTS.seed)
    .option('--seeds <n>', 'how many seeds, from that one on', wholeNumberFrom(1, MAX_SEEDS), 1)
    .option('--f <n>', 'liars that the rule is made for; as many as there are unless given', wholeNumber)
    .option('--boost <x>', 'sign-flip, gaussian, ipm, lying-weight: how loud the lie is', positiveNumber)
    .option('--z <x>', 'alie: standard deviations; its closed form unless given', number)
    .option('--index <n>', 'mimic: which honest node is copied', wholeNumber)
    .addOption(
      new Option('--perturbation <name>', 'min-max, min-sum: the direction').choices([...PERTURBATIONS]),
    )
    .option('--claim <x>', 'lying-weight: how many times its samples the liar claims', positiveNumber)
    .addOption(
      new Option('--noise <unit>', 'record privacy in training, or none')
        .choices(['record', 'off'])
        .default(DEFAULTS.noise),
    )
    .option(
      '--heterogeneity <share>',
      'share of its days that a node has to itself, 0 to 1',
      number,
      DEFAULTS.heterogeneity,
    )
    .option(
      '--prox <mu>',
      'FedProx: how strongly local training is held to the last version',
      number,
      DEFAULTS.proximal,
    )
    .option('--no-norm-check', 'take updates of liars beyond the clip norm')
    .option('--no-baseline', 'do not run the honest nodes alone beside it')
    .addOption(
      new Option('--kernels <kind>', 'arithmetic of the aggregation, to the same bits')
        .choices(['auto', 'plain', 'simd'])
        .default('auto'),
    )
    .option(
      '--threads <n>',
      `threads that train; one below ${NODES_FOR_THREADS} nodes, else as many as the machine has cores`,
      wholeNumberFrom(1, MAX_TRAINING_THREADS),
    )
    .option('--json', 'print one JSON document and nothing else', false)
    .option('--out <file>', 'write the JSON document to a file')
    .option('--timings', 'say in the document how long it took', false)
    .action((flags: SimulateFlags) =>
      withTerminal({ quiet: flags.json }, (terminal) => runSimulate(flags, terminal)),
    );
};

type SimulateFlags = Omit<SimulationOptions, 'f' | 'attackOptions' | 'proximal'> & {
  readonly prox: number;
  readonly f?: number;
  readonly boost?: number;
  readonly z?: number;
  readonly index?: number;
  readonly perturbation?: Perturbation;
  readonly claim?: number;
  readonly seeds: number;
  readonly kernels: 'auto' | 'plain' | 'simd';
  readonly threads?: number;
  readonly json: boolean;
  readonly out?: string;
  readonly timings: boolean;
};

async function runSimulate(flags: SimulateFlags, { print, progress, signal }: Terminal): Promise<void> {
  const { seeds, json, out } = flags;
  const options = optionsOf(flags);
  if (out !== undefined) await requireWritable(out);
  const say = json ? () => undefined : print;
  const started = performance.now();
  const kernels = openKernels({ kind: flags.kernels, threads: 1 });
  const threads = flags.threads ?? threadsFor(options.nodes);
  const pool = threads === 1 ? undefined : openTrainingPool({ threads });
  const results: SimulationResult[] = [];
  try {
    for (let k = 0; k < seeds; k++) {
      const result = await simulate(
        { ...options, seed: options.seed + k },
        {
          kernels,
          ...(pool === undefined ? {} : { pool }),
          signal,
          onProgress: ({ round, done, of }) =>
            progress(
              `${seeds === 1 ? '' : `seed ${options.seed + k}, `}round ${round}: ${done}/${of} nodes trained`,
            ),
          onOpened: (resolved) => {
            if (k === 0) say(titleLine(resolved, seeds));
          },
          onRound: (round, resolved) => {
            if (seeds === 1) say(roundLine(round, resolved));
          },
        },
      );
      results.push(result);
      if (seeds > 1) say(seedLine(result));
    }
  } finally {
    await pool?.close();
    await kernels.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const document = simulationDocument(results, flags.timings ? { seconds } : undefined);
  if (out !== undefined) await writeFile(out, `${JSON.stringify(document, null, 2)}\n`);
  if (json) print(JSON.stringify(document));
  const [first] = results;
  if (first !== undefined && seeds === 1) for (const line of summaryLines(first)) say(line);
  if (seeds > 1) for (const line of seedsLines(results)) say(line);
  say(`time      ${seconds.toFixed(1)} s`);
}

function optionsOf(flags: SimulateFlags): SimulationOptions {
  const { nodes, byzantine, attack, rule, rounds, seed, f, noise, heterogeneity, normCheck, baseline } =
    flags;
  const { boost, z, index, perturbation, claim } = flags;
  const given: AttackOptions = JSON.parse(JSON.stringify({ boost, z, index, perturbation, claim }));
  return {
    ...{ nodes, byzantine, attack, rule, rounds, seed, noise, heterogeneity, normCheck, baseline },
    proximal: flags.prox,
    attackOptions: given,
    ...(f === undefined ? {} : { f }),
  };
}

/** Minutes of work must not end at a file that cannot be written. */
async function requireWritable(file: string): Promise<void> {
  await access(dirname(resolve(file)), constants.W_OK).catch((cause: unknown) => {
    throw new UsageError(
      'OUT_UNWRITABLE',
      `--out: got ${file}, expected a file in a folder that is there and writable`,
      {
        metadata: { file },
        cause,
      },
    );
  });
}

function number(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError(`got "${text}", expected a number`);
  return value;
}
