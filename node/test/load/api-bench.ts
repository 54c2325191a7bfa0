/**
 * Load on the HTTP API: a constant rate over the read endpoints, then the predictions one by one.
 *
 *     npm run bench:api -- [--seconds 60] [--rate 250] [--url http://127.0.0.1:9470] [--token T]
 *     npm run bench:api -- --devnet [--seconds 60] [--rate 250]
 *
 * Without `--url` it starts a server over a source in memory, in a process of its own, with the peg and risk models
 * computed in full, and says what one request costs it. With `--devnet` it starts a network of seven nodes, one of them a liar, and loads one node while
 * rounds go on; see `devnet-bench.ts`. Ends with 1 where a bound is passed or a request fails.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PREDICTION_P95_MS, READ_P95_MS } from './bounds.ts';
import { benchDevnet } from './devnet-bench.ts';
import { reportCosts } from './request-cost.ts';
import { closeSockets, constantRate, getText, predictions, readPaths, report, shoot } from './shots.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '250' },
    url: { type: 'string' },
    token: { type: 'string' },
    devnet: { type: 'boolean', default: false },
  },
});
const load = { seconds: Number(values.seconds), rate: Number(values.rate) };

async function benchServer(): Promise<boolean> {
  const entry = fileURLToPath(new URL('./api-server.ts', import.meta.url));
  const server = values.url === undefined ? fork(entry) : undefined;
  const base = server === undefined ? values.url : (await once(server, 'message'))[0];
  const target = { base: String(base), token: values.token };
  /** As the server's own metrics say. */
  const memory = async (): Promise<string> => {
    const text = await getText(target, '/metrics');
    const bytes = Number(/^ballast_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
    return Number.isFinite(bytes) ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : 'unknown';
  };
  const paths = await readPaths(target);
  console.log(
    `${target.base}: ${load.rate} requests/s over ${paths.length} read endpoints for ${load.seconds} s`,
  );
  const before = await memory();
  await Promise.all(paths.map((path) => shoot(target, path, performance.now())));
  const reads = report('reads', await constantRate(target, paths, load), READ_P95_MS);
  if (server?.pid !== undefined) await reportCosts(target, paths, server.pid);
  const forecasts = report('predictions', await predictions(target, 400), PREDICTION_P95_MS);
  console.log(`memory of the server: ${before} before, ${await memory()} after`);
  server?.disconnect();
  return reads && forecasts;
}

const isWithin = values.devnet ? await benchDevnet(load) : await benchServer();
closeSockets();
process.exitCode = isWithin ? 0 : 1;
