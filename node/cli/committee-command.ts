import { InvalidArgumentError } from 'commander';
import { basisPoints, type CommitteeSize, equalCommitteeSize } from '../../coordinator/committee-size.ts';
import type { Probability } from '../../coordinator/corrupt-count.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { DefineCommand } from './command-entry.ts';
import { wholeNumberFrom } from './numbers.ts';
import { printResult } from './spending.ts';

const MOST_NODES = 4_096;
const DEFAULT_NODES: readonly number[] = [50, 200, 1200];
const COLUMNS = ['nodes', 'members', 'F', 'q', 'P(more than F corrupt)'] as const;

type Flags = { readonly nodes: readonly number[]; readonly corruptShare: number; readonly json: boolean };

export const defineCommittee: DefineCommand = (command) => {
  command
    .option('--nodes <n...>', 'registered nodes', nodeCounts, DEFAULT_NODES)
    .option('--corrupt-share <s>', 'share of them that may be corrupt', share, 1500)
    .option('--json', 'print one JSON object', false)
    .action(({ nodes, corruptShare, json }: Flags) => {
      const rows = nodes.map((count) => ({ nodes: count, ...sizeOf(count, corruptShare) }));
      printResult(json ? { corruptShare: corruptShare / 10_000, committees: rows } : tableOf(rows), json);
    });
};

type Row = { readonly nodes: number } & ReturnType<typeof sizeOf>;

function sizeOf(nodes: number, corruptShare: number) {
  try {
    return described(equalCommitteeSize(nodes, corruptShare));
  } catch (error) {
    if (!(error instanceof BallastError) || error.code !== 'COMMITTEE_TOO_LARGE') throw error;
    return { refused: error.code, hint: error.hint ?? '' };
  }
}

function described({ size, faults, quorum, risk }: CommitteeSize) {
  return { members: size, faults, quorum, risk: riskText(risk) };
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    'refused' in row
      ? `${String(row.nodes).padStart(5)}  ${row.hint}`
      : [row.nodes, row.members, row.faults, row.quorum, row.risk]
          .map((cell, i) => String(cell).padStart(COLUMNS[i]?.length ?? 0))
          .join('  '),
  );
  return [COLUMNS.join('  '), ...lines].join('\n');
}

/** Two digits, rounded up: the bound that is printed holds. */
function riskText({ numerator, denominator }: Probability): string {
  if (numerator === 0n) return '0';
  let exponent = 0;
  let scaled = numerator;
  for (; scaled < denominator; scaled *= 10n) exponent += 1;
  const tenths = (scaled * 10n + denominator - 1n) / denominator;
  const digits =
    tenths >= 100n ? `${tenths / 100n}.${(tenths % 100n) / 10n}` : `${tenths / 10n}.${tenths % 10n}`;
  return `${digits}e-${tenths >= 100n ? exponent - 1 : exponent}`;
}

function nodeCounts(text: string, previous: readonly number[] | undefined): number[] {
  const before = previous === DEFAULT_NODES ? [] : (previous ?? []);
  return [...before, wholeNumberFrom(1, MOST_NODES)(text)];
}

function share(text: string): number {
  try {
    return basisPoints(text.trim() === '' ? Number.NaN : Number(text));
  } catch (error) {
    if (error instanceof BallastError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
