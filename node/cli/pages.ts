import type { Command } from 'commander';
import type { Page, PageOptions } from '../client/index.ts';
import { wholeNumberFrom } from './numbers.ts';
import type { RunningNodeFlags } from './running-node.ts';
import { table } from './table.ts';

export type PageFlags = RunningNodeFlags & {
  readonly json: boolean;
  readonly limit: number;
  readonly before?: number;
};

export function withPage(command: Command, what: string): Command {
  return command
    .option('--limit <n>', `${what} at most`, wholeNumberFrom(1, 100), 20)
    .option('--before <n>', `only ${what} below this number`, wholeNumberFrom(0, Number.MAX_SAFE_INTEGER));
}

export const pageOptions = ({ limit, before }: PageFlags): PageOptions => ({
  limit,
  ...(before === undefined ? {} : { before }),
});

/** The page's rows below their titles, and how the page after it is asked for. */
export function pageText(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  { next }: Page<unknown>,
  none: string,
): string {
  if (rows.length === 0) return none;
  const more = next === null ? [] : [`more with --before ${next}`];
  return [...table([titles, ...rows]), ...more].join('\n');
}
