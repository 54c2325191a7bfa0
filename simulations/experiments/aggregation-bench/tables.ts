import { type Bound, shareOfBound } from './bound.ts';
import { type Cell, megabytes } from './measure.ts';
import { kernelWork } from './subjects.ts';

/** Seconds in the unit that leaves the fewest zeros. */
function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return seconds >= 1e-3
    ? `${(seconds * 1e3).toFixed(seconds >= 0.01 ? 0 : 1)} ms`
    : `${(seconds * 1e6).toFixed(0)} µs`;
}

/** A cell in words: time, how many times the plain kernels take, peak memory. */
export function cellText({ report }: Cell): string {
  if ('refused' in report) return `– (${report.refused})`;
  const { seconds, plainSeconds, peakBytes, sameBits } = report;
  const ratio = plainSeconds === undefined ? '' : `, ×${(plainSeconds / seconds).toFixed(1)}`;
  const bits = sameBits === false ? ', OTHER BITS' : '';
  return `${duration(seconds)}${ratio}, ${megabytes(peakBytes)}${bits}`;
}

function distinct(cells: readonly Cell[], key: 'n' | 'd'): number[] {
  return [...new Set(cells.map((cell) => cell[key]))].sort((a, b) => a - b);
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}

/** For each d a table: rules and pre-aggregators downwards, n across. */
export function ruleTables(cells: readonly Cell[]): string[] {
  return distinct(cells, 'd').flatMap((d) => {
    const here = cells.filter((cell) => cell.d === d && cell.subject.kind !== 'kernel');
    const columns = distinct(here, 'n');
    const names = new Set(here.map(({ subject }) => subject));
    const rows = [...names].map((subject) => [
      `\`${subject.name}\``,
      ...columns.map((n) => {
        const cell = here.find((each) => each.subject === subject && each.n === n);
        return cell === undefined ? '' : cellText(cell);
      }),
    ]);
    if (rows.length === 0) return [];
    return [`d = ${d}:`, '', ...table(['', ...columns.map((n) => `n = ${n}`)], rows), ''];
  });
}

/** What share of the machine's bound the kernels reach. */
export function boundTable(cells: readonly Cell[], bound: Bound): string[] {
  const rows = cells.flatMap(({ subject, n, d, report }) => {
    if (subject.kind !== 'kernel' || 'refused' in report) return [];
    const { share, binds } = shareOfBound(bound, kernelWork(subject.name, n, d), report.seconds);
    const ratio =
      report.plainSeconds === undefined ? '' : `×${(report.plainSeconds / report.seconds).toFixed(1)}`;
    return [
      [subject.name, `${n}`, `${d}`, duration(report.seconds), ratio, `${(100 * share).toFixed(0)} %`, binds],
    ];
  });
  return [
    `${bound.threads} threads: ${(bound.flops / 1e9).toFixed(1)} Gflop/s from cache, ${(bound.bytes / 1e9).toFixed(1)} GB/s copied (read and written).`,
    '',
    ...table(['kernel', 'n', 'd', 'time', 'plain', 'of the bound', 'what binds'], rows),
    '',
  ];
}
