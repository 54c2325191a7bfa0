import { relative, resolve } from 'node:path';
import { checkFolder, type FileReport } from '../data/index.ts';
import type { FlagName } from '../features/index.ts';
import type { DefineCommand } from './command-entry.ts';
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
};

/** Prints a report for each file; the exit code is 1 when one was refused. */
async function check(folder: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = resolve(folder);
  const interruption = catchSignals(() => undefined);
  try {
    for await (const report of checkFolder(root, interruption.stop)) {
      const shown = { ...report, file: relative(root, report.file) };
      process.stdout.write(`${json ? JSON.stringify(shown) : describe(shown)}\n`);
      if (report.kind === 'refused') process.exitCode = 1;
    }
  } catch (error) {
    if (!interruption.stop.aborted) throw error;
    process.exitCode = 130;
  } finally {
    interruption.release();
  }
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
