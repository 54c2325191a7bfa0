import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { preAggregatorNames, ruleNames, serverStepNames } from '../../aggregation/index.ts';
import { parseStrategy, SELECTION_STRATEGIES } from '../../coordinator/index.ts';
import { type DevnetOptions, runDevnet } from '../devnet/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { positiveNumber, wholeNumber } from './numbers.ts';
import { Progress } from './progress.ts';
import { dropSettings } from './settings.ts';
import { catchSignals } from './signals.ts';

const RULE_HELP = [
  `aggregation: a rule (${ruleNames.join(', ')})`,
  `before it, with +: ${preAggregatorNames.join(', ')}`,
  `after it: ${serverStepNames.join(', ')}`,
  'as in clipping:radius=2+nnm+trimmed-mean+fedadam:lr=0.1',
].join('; ');

export const defineDevnet: DefineCommand = (command, entry) => {
  command
    .option('--rounds <n>', 'rounds to run', wholeNumber, 10)
    .option('--nodes <n>', 'nodes in the network', wholeNumber, 7)
    .option('--byzantine <n>', 'how many of them lie', wholeNumber, 1)
    .option('--attack <name>', 'what the liars do', 'sign-flip')
    .option('--boost <x>', 'how much louder the liars are than they should be', positiveNumber)
    .option('--rule <text>', RULE_HELP, 'multi-krum')
    .addOption(
      new Option('--kernels <kind>', 'what the nodes aggregate with')
        .choices(['auto', 'simd', 'plain'])
        .default('auto'),
    )
    .option('--prox <mu>', 'FedProx: how strongly local training is held to the global model', Number)
    .option('--privacy <unit>', 'record, node or off', privacyUnit, 'record')
    .option('--sampling-rate <q>', 'share of its records that a node draws, in secret, for each step', Number)
    .option(
      '--record <kind>',
      'what one record is: day, or block:7 for disjoint blocks of 7 days',
      recordDays,
    )
    .option('--data <folder>', 'recorded markets to train on; without it a seeded market is generated')
    .option('--seed <n>', 'seed of the generated market', wholeNumber, 1)
    .option(
      '--data-dir <folder>',
      'where the network lives; an earlier devnet there is replaced',
      '.ballast/devnet',
    )
    .option('--collaterals <n>', 'public coins beside the main one that the gate judges on', wholeNumber, 0)
    .option(
      '--selection <strategy:share>',
      `who trains in a round: ${SELECTION_STRATEGIES.join(', ')}; as in uniform:0.8`,
      selectionFlag,
    )
    .option('--audit <steps:challenged>', 'proofs of training on public rows, as in 16:4', auditFlag)
    .option(
      '--epoch-rounds <n>',
      'rounds until the next committee takes over; never unless given',
      wholeNumber,
    )
    .option('--joining <n>', 'nodes that register meanwhile, and enter with the next epoch', wholeNumber, 0)
    .option('--voting-seconds <n>', 'how long governance votes on a proposal; 30 unless given', wholeNumber)
    .option('--bls', 'the first committee votes with BLS, as committees of 41 and more do', false)
    .option('--no-gate', 'publish candidates that are worse than the last version')
    .option('--no-norm-check', 'accept updates beyond the clip norm')
    .option('--exit', 'end after the last round instead of keeping the network up', false)
    .option('--json', 'print every event as a line of JSON', false)
    .action(async (flags: DevnetFlags) => devnet(flags, entry));
};

type DevnetFlags = Omit<
  DevnetOptions,
  'boost' | 'data' | 'dataDir' | 'prox' | 'samplingRate' | 'recordDays'
> & {
  readonly boost?: number;
  readonly prox?: number;
  readonly samplingRate?: number;
  readonly record?: RecordFlag;
  readonly data?: string;
  readonly dataDir: string;
  readonly json: boolean;
};

async function devnet(flags: DevnetFlags, entry: string): Promise<void> {
  // What is meant for one node would reach all that this starts: one port for seven.
  dropSettings();
  const progress = new Progress(process.stderr, !flags.json);
  const interruption = catchSignals(() => progress.note('stopping; Ctrl-C again forces'));
  const { json, record, ...rest } = flags;
  const options: DevnetOptions = {
    ...rest,
    boost: flags.boost,
    ...(record === undefined ? {} : { recordDays: record.days }),
    data: flags.data === undefined ? undefined : resolve(flags.data),
    dataDir: resolve(flags.dataDir),
  };
  try {
    await runDevnet(options, {
      entry,
      print: (line) => {
        progress.clear();
        if (!json) process.stdout.write(`${line}\n`);
      },
      progress: (text) => progress.show(text),
      record: (event) => {
        if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
      },
      signal: interruption.stop,
      force: interruption.force,
    });
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
  } finally {
    progress.clear();
    interruption.release();
  }
  const wasInterrupted = interruption.signalName() !== undefined;
  if (wasInterrupted && (options.exit || interruption.force.aborted)) process.exitCode = 130;
}

function selectionFlag(text: string): NonNullable<DevnetOptions['selection']> {
  const [, name = '', part] = /^([a-z-]{1,20}):(0?\.[0-9]{1,6}|1)$/.exec(text) ?? [];
  if (part === undefined)
    throw new InvalidArgumentError(`got "${text}", expected a strategy and a share, as in uniform:0.8`);
  return { strategy: parseStrategy(name), share: Number(part) };
}

function auditFlag(text: string): NonNullable<DevnetOptions['audit']> {
  const [, steps, challenged] = /^([0-9]{1,4}):([0-9]{1,4})$/.exec(text) ?? [];
  if (steps === undefined)
    throw new InvalidArgumentError(`got "${text}", expected steps:challenged, as in 16:4`);
  return { steps: Number(steps), challenged: Number(challenged) };
}

type RecordFlag = { readonly days: number | undefined };

function recordDays(text: string): RecordFlag {
  if (text === 'day') return { days: undefined };
  const days = /^block:([0-9]{1,3})$/.exec(text)?.[1];
  if (days === undefined) throw new InvalidArgumentError(`got "${text}", expected day, or block:7`);
  return { days: Number(days) };
}

function privacyUnit(text: string): DevnetOptions['privacy'] {
  if (text !== 'record' && text !== 'node' && text !== 'off') {
    throw new InvalidArgumentError(`got "${text}", expected record, node or off`);
  }
  return text;
}
