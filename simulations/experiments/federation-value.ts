import { existsSync, readFileSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PEG_HORIZONS } from '../../node/features/index.ts';
import { cellsOf, loadRecordings } from './federation-value/cells.ts';
import { documentOf } from './federation-value/document.ts';
import { PRIVATE_RECIPES, RECIPES } from './federation-value/recipes.ts';
import { hashJson } from './federation-value/results.ts';

// What federation is worth: local, federated and pooled training on the same rows, through the node's own trainer and the
// network's own aggregation. Run it with
//
//     npm run study:federation [-- --case clear] [--seeds 5] [--results FILE] [--write]
//
// Cells whose figures are in the results file are not run again. `--write` puts the tables between the markers of
// docs/federation-study.md, and the plots beside it. The recordings are read from BALLAST_DATA (../shared/data unless
// set).

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    seeds: { type: 'string', default: '5' },
    results: { type: 'string', default: join(tmpdir(), 'ballast-federation-study.jsonl') },
    write: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 100)
  throw new RangeError(`--seeds: got ${values.seeds}, expected a whole number from 1 to 100`);

const known = new Map<string, unknown>();
if (existsSync(values.results)) {
  for (const line of readFileSync(values.results, 'utf8').split('\n')) {
    if (line === '') continue;
    const { key, figures } = JSON.parse(line) as { key: string; figures: unknown };
    known.set(key, figures);
  }
}
const log = (line: string) => process.stderr.write(`${line}\n`);
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (existsSync(folder)) {
  const recordings = await loadRecordings(folder);
  log(`clip norms of records by the public rule: ${JSON.stringify(recordings.recordNorms)}`);
  const cells = cellsOf(recordings);
  const chosen = cells.filter(({ name }) => name.startsWith(values.case));
  // What a horizon's figures follow from, beside the code.
  const keyOf = (name: string) => {
    const horizon = PEG_HORIZONS.find((hours) => name.endsWith(`/${hours}`)) ?? 24;
    const settings = [RECIPES[horizon], PRIVATE_RECIPES[horizon], recordings.recordNorms[horizon], seeds];
    return `${name}#${hashJson(settings)}`;
  };
  for (const [i, { name, run }] of chosen.entries()) {
    if (known.has(keyOf(name))) continue;
    log(
      `${i + 1}/${chosen.length} ${name}; again: npm run study:federation -- --case ${name} --seeds ${seeds}`,
    );
    const before = process.cpuUsage().user;
    const figures = await run(seeds);
    known.set(keyOf(name), figures);
    await appendFile(values.results, `${JSON.stringify({ key: keyOf(name), figures })}\n`);
    log(`   ${((process.cpuUsage().user - before) / 1e6).toFixed(1)} s of CPU`);
  }
  const figuresOf = new Map(cells.map(({ name }) => [name, known.get(keyOf(name))]));
  const { text, plots } = documentOf(figuresOf, recordings.recordNorms);
  if (values.write) {
    const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
    const page = join(docs, 'federation-study.md');
    const [head = '', , tail = ''] = (await readFile(page, 'utf8')).split(
      /<!-- (?:begin|end) of tables -->\n/,
    );
    await writeFile(page, `${head}<!-- begin of tables -->\n${text}<!-- end of tables -->\n${tail}`);
    for (const [name, svg] of Object.entries(plots)) await writeFile(join(docs, name), svg);
  } else process.stdout.write(text);
} else log(`nothing at ${folder}: set BALLAST_DATA to the recorded markets`);
