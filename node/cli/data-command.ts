import { relative, resolve } from 'node:path';
import { type ListedFile, listFolder } from '../data/archive/index.ts';
import { checkFolder, type FileReport } from '../data/index.ts';
import type { FlagName } from '../features/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { defineFetch } from './data-fetch.ts';
import { catchSignals } from './signals.ts';

export const defineData: DefineCommand = (command) => {
  command
    .command('check')
    .description(
      'read every market file of a folder: rows, span, gaps and flags, with the first lines of each',
    )
    .argument('<folder>', 'folder of .csv and .csv.gz files')
    .option('--json', 'print a line of JSON for each file', false)
    .action(check);
  command
    .command('list')
    .description('name the content of every market file of a folder, and where it was fetched from')
    .argument('<folder>', 'folder of .csv and .csv.gz files')
    .option('--json', 'print a line of JSON for each file', false)
    .action(list);
  defineFetch(command);
};

/** Prints a line for each file; the exit code is 1 when one is not what was fetched. */
async function list(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = resolve(folder);
  await interruptibly(async (signal) => {
    for await (const listed of listFolder(root, signal)) {
      const shown = { ...listed, file: relative(root, listed.file) };
      process.stdout.write(`${json ? JSON.stringify(shown) : describeListed(shown)}\n`);
      if (isAltered(shown)) process.exitCode = 1;
    }
  });
}

const isAltered = ({ fetched }: ListedFile): boolean =>
  fetched !== undefined && fetched.sound < fetched.segments;

function describeListed(listed: ListedFile): string {
  const { file, bytes, sha256, fetched } = listed;
  const line = `${file}: sha256 ${sha256}, ${bytes} bytes`;
  if (fetched === undefined) return line;
  const { source, unit, from, to, rows, gaps, refused, segments, sound } = fetched;
  const minute = (second: number) => new Date(second * 1000).toISOString().slice(0, 16);
  const span = `${minute(from)} to ${minute(to)}`;
  const what = `  ${source} in ${unit}, ${span}, ${rows} rows, ${gaps} gaps, ${refused} refused`;
  const altered = isAltered(listed)
    ? `\n  altered: only ${sound} of ${segments} segments are as fetched`
    : '';
  return `${line}\n${what}, ${segments} segments${altered}`;
}

async function interruptibly(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = catchSignals(() => undefined);
  try {
    await work(interruption.stop);
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
    process.exitCode = 130;
  } finally {
    interruption.release();
  }
}

/** Prints a report for each file; the exit code is 1 when one was refused, or is not what was fetched. */
async function check(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = resolve(folder);
  await interruptibly(async (signal) => {
    for await (const report of checkFolder(root, signal)) {
      const shown = { ...report, file: relative(root, report.file) };
      process.stdout.write(`${json ? JSON.stringify(shown) : describe(shown)}\n`);
      if (report.kind === 'refused') process.exitCode = 1;
    }
    for await (const listed of listFolder(root, signal)) {
      if (!isAltered(listed)) continue;
      const shown = { ...listed, file: relative(root, listed.file) };
      process.stdout.write(
        `${json ? JSON.stringify({ kind: 'altered', ...shown }) : describeListed(shown)}\n`,
      );
      process.exitCode = 1;
    }
  });
}

function describe(report: FileReport): string {
  if (report.kind === 'skipped') return `${report.file}: skipped: ${report.reason}`;
  if (report.kind === 'refused') {
    return `${report.file}: refused: ${report.message}${report.hint === undefined ? '' : ` (${report.hint})`}`;
  }
  const { file, format, asset, rows, from, to, missing, unknownMarketCaps, flags } = report;
  const notes = (Object.keys(flags) as FlagName[]).flatMap((name) => {
    const { rows: count, lines } = flags[name];
    if (count === 0) return [];
    const more = count > lines.length ? ', …' : '';
    const absent = name === 'gap' ? ` (${missing} rows missing)` : '';
    return [`  ${name}: ${count}${absent}, line ${lines.join(', ')}${more}`];
  });
  if (unknownMarketCaps > 0) notes.push(`  market capitalisation unknown: ${unknownMarketCaps}`);
  const span = `${from.slice(0, 16)} to ${to.slice(0, 16)}`;
  return [`${file}: ${format}, ${asset}, ${rows} rows, ${span}`, ...notes].join('\n');
}
