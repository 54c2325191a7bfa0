import { Agent, request } from 'node:http';

/** One request and its answer; `ms` from when it should have begun, so that a stall is not hidden by what it held back. */
export type Shot = { readonly path: string; readonly status: number; readonly ms: number };

export type Target = { readonly base: string; readonly token: string | undefined };

const AGENT = new Agent({ keepAlive: true, maxSockets: 64 });

const headersOf = ({ token }: Target): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

/** @param from when the request should have begun, in milliseconds of `performance.now`. */
export function shoot(target: Target, path: string, from: number, body?: string): Promise<Shot> {
  const headers = {
    ...headersOf(target),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve) => {
    const end = (status: number) => resolve({ path, status, ms: performance.now() - from });
    const sent = request(
      new URL(path, target.base),
      { agent: AGENT, headers, method: body === undefined ? 'GET' : 'POST', timeout: 10_000 },
      (response) => {
        response.resume();
        response.on('error', () => end(0));
        response.on('end', () => end(response.statusCode ?? 0));
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close an idle socket just when it is taken again: every client asks once more then.
      const isStale = sent.reusedSocket && error.code === 'ECONNRESET';
      if (isStale) resolve(shoot(target, path, from, body));
      else end(0);
    });
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

export async function getText(target: Target, path: string): Promise<string> {
  const response = await fetch(new URL(path, target.base), { headers: headersOf(target) });
  return response.text();
}

/** Twelve read endpoints of a node that has decided a round; fewer of one that has not. */
export async function readPaths(target: Target): Promise<string[]> {
  const latest = JSON.parse(await getText(target, '/v1/models/latest')) as {
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
export async function constantRate(
  target: Target,
  paths: readonly string[],
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<Shot[]> {
  const shots: Promise<Shot>[] = [];
  const start = performance.now();
  const total = Math.floor(rate * seconds);
  while (shots.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate) + 1);
    while (shots.length < due) {
      const from = start + (shots.length / rate) * 1000;
      shots.push(shoot(target, paths[shots.length % paths.length] ?? '/healthz', from));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(shots);
}

/** Forecasts one after another: out of the public feed, and out of windows that are sent. */
export async function predictions(target: Target, count: number): Promise<Shot[]> {
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
    shots.push(await shoot(target, path, performance.now(), body));
  }
  return shots;
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

/** Prints a line. @returns whether every request succeeded, and 95 % of them within the bound. */
export function report(name: string, shots: readonly Shot[], boundMs: number): boolean {
  const times = shots.map(({ ms }) => ms).sort((a, b) => a - b);
  const failed = shots.filter(({ status }) => status !== 200 && status !== 206);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantile(times, q).toFixed(2));
  console.log(
    `${name}: ${shots.length} requests, ${failed.length} failed; p50 ${p50} ms, p95 ${p95} ms (bound ${boundMs}), p99 ${p99} ms, max ${times.at(-1)?.toFixed(2)} ms`,
  );
  for (const { path, status } of failed.slice(0, 3)) console.log(`  failed: ${status} ${path}`);
  return failed.length === 0 && quantile(times, 0.95) <= boundMs;
}

/** Lets the process end. */
export const closeSockets = (): void => AGENT.destroy();
