import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cellsOf, loadRecordings } from './federation-value/cells.ts';
import { documentOf } from './federation-value/document.ts';
import {
  currentFigures,
  normsOf,
  parseResults,
  type Results,
  resultOf,
  resultsText,
  withNorms,
} from './federation-value/results.ts';

// What federation is worth: local, federated and pooled training on the same rows, through the node's own trainer and the
// network's own aggregation.

const USAGE = `npm run study:federation -- [--case NAME] [--seeds N] [--again] [--results FILE] [--write]

  --case NAME     cells whose name begins so, such as clear or liars/4; all where left out
  --seeds N       of noise, of who lies, of generated markets (5)
  --again         runs what the results file has already
  --results FILE  figures of the cells, a line each, read and added to (docs/federation-study.jsonl)
  --write         puts answer and tables into docs/federation-study.md, and the plots beside it

The recordings are read from BALLAST_DATA (../shared/data unless set); without them the tables are made of the results
file alone.
`;

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const { values } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    seeds: { type: 'string', default: '5' },
    again: { type: 'boolean', default: false },
    results: { type: 'string', default: `${docs}federation-study.jsonl` },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 100)
  throw new RangeError(`--seeds: got ${values.seeds}, expected a whole number from 1 to 100`);

const log = (line: string) => process.stderr.write(`${line}\n`);
if (values.help) process.stdout.write(USAGE);
else {
  const text = existsSync(values.results) ? await readFile(values.results, 'utf8') : '';
  const results = await brought(parseResults(text));
  const norms = normsOf(results);
  if (norms === undefined) log(`nothing in ${values.results}, and no recordings: set BALLAST_DATA`);
  else {
    const { answer, text: tables, plots } = documentOf(currentFigures(results, norms), norms);
    if (values.write) {
      const page = `${docs}federation-study.md`;
      const written = put(put(await readFile(page, 'utf8'), 'answer', answer), 'tables', tables);
      await writeFile(page, written);
      for (const [name, svg] of Object.entries(plots)) await writeFile(`${docs}${name}`, svg);
    } else process.stdout.write(`${answer}\n${tables}`);
  }
}

/** The page with this between its marks `begin of NAME` and `end of NAME`. */
function put(page: string, name: string, text: string): string {
  const [begin, end] = ['begin', 'end'].map((edge) => `<!-- ${edge} of ${name} -->\n`);
  const [head, rest] = page.split(begin ?? '');
  const [, tail] = rest?.split(end ?? '') ?? [];
  if (head === undefined || tail === undefined)
    throw new RangeError(`page: got no marks of ${name}, expected "begin of ${name}" and "end of ${name}"`);
  return `${head}${begin}${text}${end}${tail}`;
}

/** The results with those of the chosen cells that were missing; as they are where there are no recordings. */
async function brought(known: Results): Promise<Results> {
  const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
  if (!existsSync(folder)) {
    log(`nothing at ${folder}: nothing is run`);
    return known;
  }
  const recordings = await loadRecordings(folder);
  log(`clip norms of records by the public rule: ${JSON.stringify(recordings.recordNorms)}`);
  const results = withNorms(known, recordings.recordNorms);
  const current = currentFigures(known, recordings.recordNorms);
  const cells = cellsOf(recordings);
  const names = cells.map(({ name }) => name);
  const chosen = cells.filter(
    ({ name }) => name.startsWith(values.case) && (values.again || !current.has(name)),
  );
  for (const [i, { name, run }] of chosen.entries()) {
    log(
      `${i + 1}/${chosen.length} ${name}; by itself: npm run study:federation -- --case ${name} --seeds ${seeds} --again`,
    );
    const before = process.cpuUsage().user;
    results.set(name, resultOf(name, recordings.recordNorms, seeds, await run(seeds)));
    await writeFile(values.results, resultsText(results, names));
    log(`   ${((process.cpuUsage().user - before) / 1e6).toFixed(1)} s of CPU`);
  }
  return results;
}
