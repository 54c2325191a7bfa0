/**
 * Load on the HTTP API: a constant rate over the read endpoints, then the predictions one by one.
 *
 *     node node/test/load/api-bench.ts [--seconds 60] [--rate 250] [--url http://127.0.0.1:9470] [--token T]
 *
 * Without `--url` it starts a server over a source in memory, in a process of its own, with the peg and risk models
 * computed in full. Prints latencies from the intended start of each request (so that a stall is not hidden by the
 * requests that it held back) and ends with 1 where p95 passes 50 ms (reads) or 20 ms (predictions), or a request
 * fails.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const READ_P95_MS = 50;
const PREDICTION_P95_MS = 20;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '250' },
    url: { type: 'string' },
    token: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

type Shot = { readonly path: string; readonly status: number; readonly ms: number; readonly bytes: number };

/** @param from when the request should have begun, in milliseconds. */
function shoot(base: string, path: string, from: number, body?: string): Promise<Shot> {
  const headers = {
    ...(values.token === undefined ? {} : { authorization: `Bearer ${values.token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve) => {
    const failed = () => resolve({ path, status: 0, ms: performance.now() - from, bytes: 0 });
    const sent = request(
      new URL(path, base),
      { agent, headers, method: body === undefined ? 'GET' : 'POST', timeout: 10_000 },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('error', failed);
        response.on('end', () =>
          resolve({ path, status: response.statusCode ?? 0, ms: performance.now() - from, bytes }),
        );
      },
    );
    sent.on('error', failed);
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

/** @returns whether every request succeeded within the bound. */
function report(name: string, shots: readonly Shot[], boundMs: number): boolean {
  const times = shots.map(({ ms }) => ms).sort((a, b) => a - b);
  const failed = shots.filter(({ status }) => status !== 200 && status !== 206);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(times, q).toFixed(2));
  console.log(
    `${name}: ${shots.length} requests, ${failed.length} failed; p50 ${p50} ms, p95 ${p95} ms (bound ${boundMs}), p99 ${p99} ms, max ${times.at(-1)?.toFixed(2)} ms`,
  );
  for (const { path, status } of failed.slice(0, 3)) console.log(`  failed: ${status} ${path}`);
  return failed.length === 0 && quantile(times, 0.95) <= boundMs;
}

/** Resident memory of the server in MiB, as its metrics say. */
async function memoryOf(base: string): Promise<string> {
  const headers = values.token === undefined ? {} : { authorization: `Bearer ${values.token}` };
  const text = await (await fetch(new URL('/metrics', base), { headers })).text();
  const bytes = Number(/^ballast_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  return Number.isFinite(bytes) ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : 'unknown';
}

async function readPaths(base: string): Promise<string[]> {
  const headers = values.token === undefined ? {} : { authorization: `Bearer ${values.token}` };
  const latest = (await (await fetch(new URL('/v1/models/latest', base), { headers })).json()) as {
    version: number;
    round: number;
    links: { weights: string; certificate: string | null };
  };
  return [
    '/healthz',
    '/readyz',
    '/v1/node',
    '/v1/models',
    '/v1/models/latest',
    `/v1/models/${latest.version}`,
    ...(latest.links.certificate === null ? [] : [latest.links.certificate]),
    latest.links.weights,
    '/v1/rounds',
    ...(latest.round === 0 ? [] : [`/v1/rounds/${latest.round}`]),
    '/v1/parameters',
    '/v1/committees/0',
  ];
}

/** Every request begins at its time, whether or not those before it have ended. */
async function constantRate(base: string, paths: readonly string[]): Promise<Shot[]> {
  const shots: Promise<Shot>[] = [];
  const start = performance.now();
  const total = Math.floor(rate * seconds);
  while (shots.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
    while (shots.length < due) {
      const from = start + (shots.length / rate) * 1000;
      shots.push(shoot(base, paths[shots.length % paths.length] ?? '/healthz', from));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(shots);
}

async function predictions(base: string, count: number): Promise<Shot[]> {
  const wave = (length: number, level: number) =>
    Array.from(
      { length },
      (_, i) => Math.round((level + Math.sin(i / 9) * level * 0.01 + ((i * 7) % 13) / 10) * 1e4) / 1e4,
    );
  const bodies: readonly (readonly [string, string])[] = [
    ['/v1/predictions/peg', '{}'],
    ['/v1/predictions/risk', '{}'],
    ['/v1/predictions/peg', JSON.stringify({ window: { startHour: 480_000, deviation: wave(1_440, 3) } })],
    [
      '/v1/predictions/risk',
      JSON.stringify({
        market: { startHour: 480_000, close: wave(800, 2_000) },
        reference: { startHour: 480_000, close: wave(800, 40_000) },
      }),
    ],
  ];
  const shots: Shot[] = [];
  for (let i = 0; i < count; i++) {
    const [path, body] = bodies[i % bodies.length] ?? ['', ''];
    shots.push(await shoot(base, path, performance.now(), body));
  }
  return shots;
}

const server =
  values.url === undefined ? fork(fileURLToPath(new URL('./api-server.ts', import.meta.url))) : undefined;
const base = values.url ?? String((await once(server as NonNullable<typeof server>, 'message'))[0]);
const paths = await readPaths(base);
console.log(`${base}: ${rate} requests/s over ${paths.length} read endpoints for ${seconds} s`);
const before = await memoryOf(base);
await Promise.all(paths.map((path) => shoot(base, path, performance.now())));
const reads = report('reads', await constantRate(base, paths), READ_P95_MS);
const forecasts = report('predictions', await predictions(base, 400), PREDICTION_P95_MS);
console.log(`memory of the server: ${before} before, ${await memoryOf(base)} after`);
agent.destroy();
server?.disconnect();
process.exitCode = reads && forecasts ? 0 : 1;
