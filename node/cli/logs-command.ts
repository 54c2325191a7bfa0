import { join } from 'node:path';
import { Option } from 'commander';
import {
  followLog,
  humanLine,
  LEVELS,
  type Level,
  LOG_FILE,
  MODULES,
  type Module,
} from '../logging/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { logFolderOf } from './node-log.ts';
import { wholeNumber } from './numbers.ts';
import { paint } from './paint.ts';
import { withTerminal } from './terminal.ts';

type LogsFlags = FolderFlags & {
  readonly file?: string;
  readonly lines: number;
  readonly follow: boolean;
  readonly level: Level;
  readonly module?: Module;
  readonly json: boolean;
};

export const defineLogs: DefineCommand = (command) => {
  withFolder(command)
    .option('--file <file>', `a log, in the place of logs/${LOG_FILE} in the data folder`)
    .option('--lines <n>', 'how many of the last lines', wholeNumber, 50)
    .option('-f, --follow', 'go on with what is logged later', false)
    .addOption(
      new Option('--level <level>', 'lines of this level and above').choices(LEVELS).default('trace'),
    )
    .addOption(new Option('--module <name>', 'lines of this module alone').choices(MODULES))
    .option('--json', 'print the lines as they stand in the file', false)
    .action(logs);
};

async function logs({ file, lines, follow, json, ...flags }: LogsFlags): Promise<void> {
  const path = file ?? join(logFolderOf((await configOf(flags)).dataDir), LOG_FILE);
  await withTerminal({ quiet: true }, async ({ print, signal }) => {
    for await (const line of followLog({ file: path, lines, follow }, signal))
      if (isWanted(line, flags)) print(json ? line : humanLine(line, paint));
  });
}

function isWanted(line: string, { level, module }: Pick<LogsFlags, 'level' | 'module'>): boolean {
  if (level === 'trace' && module === undefined) return true;
  const loudness = LEVELS.findIndex((name) => line.includes(`"level":"${name}"`));
  return (
    loudness >= 0 &&
    loudness <= LEVELS.indexOf(level) &&
    (module === undefined || line.includes(`"module":"${module}"`))
  );
}
