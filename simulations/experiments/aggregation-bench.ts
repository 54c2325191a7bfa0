import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError } from '../../protocol/errors.ts';
import { measureBound } from './aggregation-bench/bound.ts';
import { type Cell, measureSubject } from './aggregation-bench/measure.ts';
import { subjects } from './aggregation-bench/subjects.ts';
import { boundTable, cellText, ruleTables } from './aggregation-bench/tables.ts';

// Time and peak memory of every rule and pre-aggregator, how many times the plain kernels take, and what share of the
// machine's bound the kernels reach; each cell in a process of its own, over seeded rows. As Markdown:
//
//     node simulations/experiments/aggregation-bench.ts --quick
//     node simulations/experiments/aggregation-bench.ts --n 100 --d 1e6 --rules krum,median --json
//
// `--no-plain` leaves the plain kernels out. With `--write` the tables go into docs/benchmarks.md, between their markers.

const PAGE = new URL('../../docs/benchmarks.md', import.meta.url);
const BEGIN = '<!-- aggregation-bench: begin -->';
const END = '<!-- aggregation-bench: end -->';

function numbers(name: string, text: string, least: number): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new UsageError('BENCH_OPTION', `--${name}: got ${part}, expected whole numbers from ${least} on`);
  });
}

function chosen(text: string | undefined) {
  const all = subjects();
  if (text === undefined) return all;
  const names = text.split(',');
  const unknown = names.find((name) => !all.some((subject) => subject.name === name));
  if (unknown === undefined) return all.filter(({ name }) => names.includes(name));
  throw new UsageError('BENCH_OPTION', `--rules: got ${unknown}`, {
    hint: `one of ${[...new Set(all.map(({ name }) => name))].join(', ')}`,
  });
}

function writePage(lines: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from)
    throw new UsageError('BENCH_PAGE', `docs/benchmarks.md: expected ${BEGIN} … ${END}`);
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${lines.join('\n')}\n${page.slice(to)}`);
}

async function bench(): Promise<void> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      n: { type: 'string' },
      d: { type: 'string' },
      rules: { type: 'string' },
      threads: { type: 'string', default: `${Math.min(8, availableParallelism())}` },
      limit: { type: 'string', default: '20' },
      memory: { type: 'string', default: '1000' },
      plain: { type: 'boolean', default: true },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const ns = numbers('n', values.n ?? (values.quick ? '10,50' : '10,50,100,200'), 1);
  const ds = numbers('d', values.d ?? (values.quick ? '1000,100000' : '1000,100000,1000000'), 1);
  const [threads = 1] = numbers('threads', values.threads, 1);
  const [limit = 20] = numbers('limit', values.limit, 1);
  const memory = Number(values.memory) * 1e6;
  if (!(memory > 0))
    throw new UsageError('BENCH_OPTION', `--memory: got ${values.memory}, expected megabytes`);
  const sizes = ds.flatMap((d) => ns.map((n) => ({ n, d })));
  const options = { threads, limit, memory, plain: values.plain };

  const say = (line: string) => process.stderr.write(`${line}\n`);
  const measuredSubjects = chosen(values.rules);
  const bound = await measureBound(threads);
  const cells: Cell[] = [];
  for (const subject of measuredSubjects) {
    const measured = await measureSubject(subject, sizes, options, (cell) =>
      say(`${subject.kind} ${subject.name}, n = ${cell.n}, d = ${cell.d}: ${cellText(cell)}`),
    );
    cells.push(...measured);
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ bound, options, cells })}\n`);
  const lines = [...boundTable(cells, bound), ...ruleTables(cells)];
  if (values.write) writePage(lines);
  if (!values.json) process.stdout.write(`${lines.join('\n')}\n`);
  if (cells.some(({ report }) => 'sameBits' in report && report.sameBits === false)) process.exitCode = 1;
}

try {
  await bench();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}\n`);
  process.exitCode = 2;
}
