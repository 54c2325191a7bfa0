/**
 * How long a scrape of one node's `/metrics` takes over HTTP, when 200 peers have filled every label.
 *
 *     npm run bench:metrics -- [--scrapes 200] [--parallel 10]
 *
 * One node's interface in a process of its own, its chain answering at once, and then one whose chain never answers:
 * scrapes one after the other, then several at a time. Ends with 1 where 95 % of them are not within the bound, or one
 * fails.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CROWD, SCRAPE_P95_MS } from './bounds.ts';
import { closeSockets, getText, report, type Shot, shoot, type Target } from './shots.ts';

const { values } = parseArgs({
  options: { scrapes: { type: 'string', default: '200' }, parallel: { type: 'string', default: '10' } },
});
const scrapes = Number(values.scrapes);
const entry = fileURLToPath(new URL('./metrics-server.ts', import.meta.url));

/** `parallel` clients, each of which asks again when it is answered. */
async function scrape(target: Target, parallel: number): Promise<Shot[]> {
  const shots: Shot[] = [];
  let begun = 0;
  const client = async () => {
    while (begun++ < scrapes) shots.push(await shoot(target, '/metrics', performance.now()));
  };
  await Promise.all(Array.from({ length: parallel }, client));
  return shots;
}

/** That the server has spent, by its own metrics. */
async function processorSeconds(target: Target): Promise<number> {
  const text = await getText(target, '/metrics');
  return Number(/^ballast_process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
}

async function bench(chain: 'answering' | 'silent'): Promise<boolean> {
  const server = fork(entry, [chain]);
  const [base] = await once(server, 'message');
  const target: Target = { base: String(base), token: undefined };
  const text = await getText(target, '/metrics');
  const series = text.split('\n').filter((line) => /^[a-z]/.test(line)).length;
  console.log(`chain ${chain}: ${series} series, ${(text.length / 1_024).toFixed(0)} KiB a scrape`);
  // The first ones are compiled, not measured.
  await scrape(target, 1);
  const within = [];
  for (const parallel of [1, Number(values.parallel)]) {
    const before = await processorSeconds(target);
    within.push(report(`  ${parallel} at a time`, await scrape(target, parallel), SCRAPE_P95_MS));
    const spent = ((await processorSeconds(target)) - before) / scrapes;
    console.log(`    ${(spent * 1_000).toFixed(2)} ms of the server’s processor time each`);
  }
  closeSockets();
  server.disconnect();
  return within.every(Boolean);
}

console.log(`${CROWD} peers; ${availableParallelism()} processors, load average ${loadavg()[0]?.toFixed(1)}`);
const [answering, silent] = [await bench('answering'), await bench('silent')];
process.exitCode = answering && silent ? 0 : 1;
