import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../../protocol/errors.ts';
import { hourOfDate } from '../data/index.ts';
import {
  type Evaluation,
  evaluate,
  generateMarkets,
  headlines,
  loadFolder,
  MAX_HORIZON_HOURS,
  readModelFile,
  reportPage,
} from '../evaluation/index.ts';
import { PEG_HORIZONS, type PegHorizon } from '../features/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { positiveNumber, wholeNumber, wholeNumberFrom } from './numbers.ts';
import { type Terminal, withTerminal } from './terminal.ts';

type EvaluateFlags = {
  readonly generator?: number;
  readonly days?: number;
  readonly model?: string;
  readonly rounds?: number;
  readonly heads?: readonly PegHorizon[];
  readonly cutoff?: string;
  readonly horizons: readonly number[];
  readonly depeg: number;
  readonly resamples: number;
  readonly seed: number;
  readonly out: string;
  readonly json: boolean;
};

export const defineEvaluate: DefineCommand = (command) => {
  command
    .argument('[folder]', 'folder of recorded markets, as for ballast data check')
    .option('--generator <seed>', 'the generated market of this seed in place of a folder', wholeNumber)
    .option('--days <n>', 'length of the generated market', wholeNumberFrom(150, 3_000))
    .option(
      '--model <file>',
      'a trained model, {"model": …, "weights": […]}; the default one is trained here',
    )
    .option('--rounds <n>', 'rounds that the default model is trained for', wholeNumberFrom(1, 1_000))
    .option('--heads <hours>', `peg heads of the default model, of ${PEG_HORIZONS.join(', ')}`, heads)
    .option('--cutoff <date>', 'UTC date that divides training from test', date)
    .option('--horizons <hours>', 'hours ahead, ascending', horizons, [1, 4, 24])
    .option('--depeg <bp>', 'deviation that early warning calls an event', positiveNumber, 50)
    .option('--resamples <n>', 'of the bootstrap', wholeNumberFrom(50, 10_000), 500)
    .option('--seed <n>', 'of the bootstrap', wholeNumber, 1)
    .option('--out <file>', 'the report', 'ballast-evaluation.html')
    .option('--json', 'print all figures as one JSON object, and write no report', false)
    .action((folder: string | undefined, flags: EvaluateFlags) =>
      withTerminal({ quiet: flags.json }, (terminal) => run(folder, flags, terminal)),
    );
};

async function run(
  folder: string | undefined,
  flags: EvaluateFlags,
  { print, progress, signal }: Terminal,
): Promise<void> {
  const { generator, days, model, cutoff, json, out } = flags;
  if ((folder === undefined) === (generator === undefined)) {
    throw new UsageError(
      'EVALUATION_SOURCE',
      `evaluate: got ${folder === undefined ? 'neither' : 'both'} of a folder and --generator, expected one`,
      { hint: 'ballast evaluate ../data, or ballast evaluate --generator 1' },
    );
  }
  const trained = model === undefined ? undefined : await readModelFile(model);
  const markets =
    folder === undefined
      ? await generateMarkets(generator ?? 0, days)
      : await loadFolder(resolve(folder), {
          progress: (done, file) => progress(`reading file ${done}: ${file}`),
          signal,
        });
  const evaluation = await evaluate(
    markets,
    {
      horizonsHours: flags.horizons,
      depegBp: flags.depeg,
      resamples: flags.resamples,
      level: 0.95,
      seed: flags.seed,
      ...(cutoff === undefined ? {} : { cutoff: hourOfDate(cutoff) }),
      ...(trained === undefined ? {} : { trained }),
      training: {
        ...(flags.rounds === undefined ? {} : { rounds: flags.rounds }),
        ...(flags.heads === undefined ? {} : { heads: flags.heads }),
      },
    },
    { progress, signal },
  );
  if (json) {
    print(JSON.stringify(evaluation));
    return;
  }
  const source = folder === undefined ? `the generated market, seed ${generator}` : basename(resolve(folder));
  await writeReport(out, reportPage(evaluation, source));
  for (const line of summary(evaluation)) print(line);
  print(`wrote ${out}`);
}

function summary(evaluation: Evaluation): string[] {
  const { options, heldOut, events, notes } = evaluation;
  return [
    `${evaluation.model}, trained before ${options.cutoff}: ${heldOut.length} coins and horizons, ${events.length} in events left out`,
    ...headlines(evaluation).map(({ what, figure }) => `${figure}  ${what}`),
    ...notes.map((note) => `left out: ${note}`),
  ];
}

async function writeReport(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('EVALUATION_OUT', `--out: ${path}: got "${reason}", expected a file to write`, {
      hint: 'name a file in a folder that exists',
      cause,
    });
  });
}

function date(text: string): string {
  const day = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text)) {
    throw new InvalidArgumentError(`got "${text}", expected a date as 2022-05-01`);
  }
  return text;
}

function heads(text: string): PegHorizon[] {
  const given = text.split(',').map(Number);
  const known = PEG_HORIZONS.filter((hours) => given.includes(hours));
  if (known.length === given.length && known.every((hours, i) => hours === given[i])) return known;
  throw new InvalidArgumentError(`got "${text}", expected some of ${PEG_HORIZONS.join(',')}, ascending`);
}

function horizons(text: string): number[] {
  const hours = text.split(',').map(Number);
  const sound = hours.every(
    (value, i) => Number.isInteger(value) && value > (hours[i - 1] ?? 0) && value <= MAX_HORIZON_HOURS,
  );
  if (sound && hours.length <= 8) return hours;
  throw new InvalidArgumentError(
    `got "${text}", expected up to 8 ascending whole numbers of hours up to ${MAX_HORIZON_HOURS}, such as 1,4,24`,
  );
}
