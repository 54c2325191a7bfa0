import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuthGuard } from '../auth.ts';
import { ApiError } from '../errors.ts';
import { apiConfigSchema, createApi, EventFeed, readTokens, TokenSet } from '../index.ts';
import { API_LIMITS } from '../limits.ts';
import { openRaw, rawCode, until } from './raw.ts';
import { errorOf, serve, stopAll } from './support.ts';

const TOKEN = 'a-token-of-more-than-thirty-two-characters';
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const MIB = 1024 * 1024;

let folder: string;

async function tokensFile(text: string, mode = 0o600): Promise<string> {
  const path = join(folder, `tokens-${Math.floor(performance.now() * 1000)}`);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

/** The code of what a promise is rejected with. */
async function codeOf(attempt: Promise<unknown>): Promise<string | undefined> {
  return attempt.then(
    () => undefined,
    (error: unknown) => (error as { code: string }).code,
  );
}

/** A folder of its own for each test, and nothing left of its servers. */
function withFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-api-'));
  });
  afterEach(async () => {
    await stopAll();
    await rm(folder, { recursive: true });
  });
}

describe('api: slow and hostile clients', () => {
  withFolder();

  it('closes 100 connections that send their headers byte by byte, and answers others meanwhile', async () => {
    const served = await serve({ limits: { headersMs: 600 } });
    const slow = await Promise.all(Array.from({ length: 100 }, () => openRaw(served.port)));
    for (const { socket } of slow) socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n');
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x-a: 1\r\n');
    }, 100);
    const durations: number[] = [];
    for (let i = 0; i < 20; i++) {
      const before = performance.now();
      expect((await served.get('/v1/models/latest')).status).to.equal(200);
      durations.push(performance.now() - before);
    }
    const answers = await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(drip);
    expect(new Set(answers.map(rawCode))).to.deep.equal(new Set(['REQUEST_TIMEOUT']));
    // Looked at every 600 ms, so at most twice that and some for a busy machine.
    expect(performance.now() - (slow[0]?.openedAt ?? 0)).to.be.below(3_000);
    expect(Math.max(...durations)).to.be.below(500);
  });

  it('closes a body that never ends in time', async () => {
    const served = await serve({ limits: { headersMs: 500, requestMs: 800 } });
    const { socket, closed } = await openRaw(served.port);
    socket.write(
      'POST /v1/predictions/peg HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
    );
    expect(rawCode(await closed)).to.equal('REQUEST_TIMEOUT');
  });

  it('refuses a body of 10 MB at its first bytes, announced or not', async () => {
    const served = await serve();
    const before = process.memoryUsage().rss;
    for (const framing of [`content-length: ${10 * MIB}`, 'transfer-encoding: chunked']) {
      const { socket, closed } = await openRaw(served.port);
      socket.write(
        `POST /v1/predictions/peg HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`,
      );
      const block = Buffer.alloc(64 * 1024, 0x20);
      const chunk = framing.startsWith('t')
        ? Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')])
        : block;
      let sent = 0;
      while (sent < 10 * MIB && socket.writable) {
        sent += chunk.length;
        await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
      }
      const answer = await closed;
      // Closing on one who still writes may cost him the answer; the bytes are refused all the same.
      if (answer !== '') expect(rawCode(answer)).to.equal('BODY_TOO_LARGE');
      expect(sent, framing).to.be.below(10 * MIB);
    }
    expect(process.memoryUsage().rss - before).to.be.below(64 * MIB);
    expect((await served.get('/healthz')).status).to.equal(200);
  });

  it('takes no more connections than its bound', async () => {
    const served = await serve({ limits: { connections: 5 } });
    const first = await Promise.all(Array.from({ length: 5 }, () => openRaw(served.port)));
    const further = await openRaw(served.port);
    expect(await further.closed).to.equal('');
    for (const { socket } of first) socket.destroy();
  });

  it('limits the rate of an address, on paths that do not exist too', async () => {
    const served = await serve({ config: { rateLimit: { requests: 5, windowSeconds: 60 } } });
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++)
      statuses.push((await served.get(i % 2 === 0 ? '/healthz' : '/nowhere')).status);
    expect(statuses).to.deep.equal([200, 404, 200, 404, 200, 429, 429]);
    const response = await served.get('/healthz');
    expect(await errorOf(response)).to.include({ code: 'RATE_LIMITED' });
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 60);
  });

  it('answers 200 clients at once', async () => {
    const served = await serve();
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => (await served.get(`/v1/rounds/${(i % 30) + 1}`)).status),
    );
    expect(new Set(statuses)).to.deep.equal(new Set([200]));
  });

  it('lets a request in flight end when it stops, and forces what takes longer than the grace', async () => {
    const served = await serve();
    const idle = await openRaw(served.port);
    const hanging = await openRaw(served.port);
    hanging.socket.write('POST /v1/predictions/peg HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n');
    await until(() => hanging.socket.writableLength === 0, 'the request to be sent');
    const before = performance.now();
    await served.api.stop(300);
    expect(performance.now() - before).to.be.below(1_500);
    await Promise.all([idle.closed, hanging.closed]);
    await served.api.stop(300);
  });
});

describe('api: tokens', () => {
  withFolder();

  it('asks for a token on /v1 and /metrics, known paths or not, and on nothing else', async () => {
    const served = await serve({ config: { tokens: await tokensFile(`# mine\n\n${hashOf(TOKEN)}\n`) } });
    for (const path of ['/v1/node', '/v1/nowhere', '/metrics', '/v1/events', '/v1/openapi.json']) {
      const response = await served.get(path);
      expect(response.status, path).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.equal('Bearer');
      expect((await errorOf(response)).code).to.equal('TOKEN_MISSING');
    }
    for (const path of ['/healthz', '/readyz']) expect((await served.get(path)).status, path).to.equal(200);
    const known = await served.get('/v1/node', bearer(TOKEN));
    expect(known.status).to.equal(200);
    const weights = await served.get('/v1/models/latest', bearer(TOKEN));
    expect(weights.headers.get('cache-control')).to.not.include('public');
  });

  it('answers 10,000 unknown tokens with 429 after the third, counts them, keeps and tells none', async () => {
    const served = await serve({
      config: {
        tokens: await tokensFile(hashOf(TOKEN)),
        rateLimit: { requests: 100_000, windowSeconds: 60 },
      },
    });
    const statuses = new Map<number, number>();
    const { closed, socket, received } = await openRaw(served.port);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 10_000; i++) {
      const last = i === 9_999 ? 'connection: close\r\n' : '';
      const wrong = `wrong-token-number-${String(i).padStart(20, '0')}`;
      socket.write(
        `HEAD /v1/node HTTP/1.1\r\nhost: localhost\r\n${last}authorization: Bearer ${wrong}\r\n\r\n`,
      );
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const text = await closed;
    expect(received()).to.not.include('wrong-token');
    for (const [, status] of text.matchAll(/HTTP\/1.1 (\d{3})/g)) {
      statuses.set(Number(status), (statuses.get(Number(status)) ?? 0) + 1);
    }
    expect([...statuses.keys()]).to.deep.equal([401, 429]);
    expect(statuses.get(401)).to.equal(3);
    expect(served.counts.tokenFailures).to.equal(10_000);
    expect(served.errors).to.deep.equal([]);
    expect(process.memoryUsage().heapUsed - before).to.be.below(64 * MIB);
    // Its owner is not locked out by a stranger at the same address.
    expect((await served.get('/v1/node', bearer(TOKEN))).status).to.equal(200);
  });

  it('remembers a bounded number of addresses, and forgets failures with the window', () => {
    let now = 0;
    const limits = { addresses: 100, tokenFailures: 3, failureWindowMs: 1_000 };
    const guard = new AuthGuard(new TokenSet([hashOf(TOKEN)]), limits, {
      now: () => now,
      onFailure: () => undefined,
    });
    const attempt = (address: string): string => {
      try {
        guard.check('Bearer wrong', address);
        return 'passed';
      } catch (error) {
        return error instanceof ApiError ? error.code : 'other';
      }
    };
    for (let i = 0; i < 10_000; i++) attempt(`10.0.${i >> 8}.${i & 255}`);
    expect(guard.size).to.equal(100);
    const codes = Array.from({ length: 4 }, () => attempt('a'));
    expect(codes).to.deep.equal(['TOKEN_UNKNOWN', 'TOKEN_UNKNOWN', 'TOKEN_UNKNOWN', 'TOKEN_RATE_LIMITED']);
    now = 1_000;
    expect(attempt('a')).to.equal('TOKEN_UNKNOWN');
  });

  it('knows a token by its hash alone, and never a short one', () => {
    const short = 'short';
    const tokens = new TokenSet([hashOf('b'.repeat(40)), hashOf(TOKEN), hashOf(short)]);
    expect(tokens.has(TOKEN)).to.equal(true);
    expect(tokens.has('b'.repeat(40))).to.equal(true);
    for (const wrong of [short, '', `${TOKEN}x`, hashOf(TOKEN), 'c'.repeat(600)]) {
      expect(tokens.has(wrong), wrong).to.equal(false);
    }
  });

  it('refuses files that others may read, that are no hashes, or that are not there', async () => {
    expect(await codeOf(readTokens(join(folder, 'none')))).to.equal('API_TOKENS_FILE');
    for (const [text, mode] of [
      [hashOf(TOKEN), 0o644],
      [hashOf(TOKEN), 0o640],
      [TOKEN, 0o600],
      [hashOf(TOKEN).toUpperCase(), 0o600],
      ['# none\n', 0o600],
    ] as const) {
      const error = await readTokens(await tokensFile(text, mode)).catch((cause: unknown) => cause as Error);
      expect(error).to.include({ code: 'API_TOKENS_FILE' });
      expect((error as Error).message).to.not.include(TOKEN);
    }
  });
});

describe('api: where it listens', () => {
  withFolder();

  const collaborators = (served: { feed: EventFeed }) => ({
    status: { readiness: () => ({ status: 'ready' as const, reason: '' }), conditions: () => [] },
    feed: served.feed,
    metrics: {
      observeRequest: () => undefined,
      countTokenFailure: () => undefined,
      setSubscribers: () => undefined,
      countDroppedSubscriber: () => undefined,
      text: async () => '',
    },
    now: () => 0,
    onError: () => undefined,
  });
  const create = (config: unknown) =>
    createApi(apiConfigSchema.parse(config), collaborators({ feed: new EventFeed() }), API_LIMITS);

  it('is this machine alone by default; beyond it needs tokens or a word', () => {
    expect(apiConfigSchema.parse({})).to.deep.equal({
      host: '127.0.0.1',
      port: 9470,
      anonymousReads: false,
      cors: [],
      rateLimit: { requests: 10_000, windowSeconds: 10 },
    });
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'node.example']) {
      expect(() => create({ host }), host)
        .to.throw()
        .with.property('code', 'API_EXPOSED');
      expect(() => create({ host, anonymousReads: true })).to.not.throw();
      expect(() => create({ host, tokens: 'file' })).to.not.throw();
    }
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.8.8'])
      expect(() => create({ host })).to.not.throw();
  });

  it('refuses unknown and impossible configuration', () => {
    for (const config of [
      { prot: 1 },
      { port: 65_536 },
      { port: -1 },
      { cors: ['*'] },
      { cors: ['https://a.example/path'] },
      { host: '[::1]' },
      { rateLimit: { requests: 0 } },
    ]) {
      expect(apiConfigSchema.safeParse(config).success, JSON.stringify(config)).to.equal(false);
    }
  });

  it('says that its port is taken, and can be started again once it is free', async () => {
    const first = await serve();
    const second = create({ port: first.port });
    expect(await codeOf(second.start())).to.equal('API_PORT_IN_USE');
    await first.api.stop(100);
    const { url } = await second.start();
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    await second.stop(100);
  });

  it('lets pages of listed origins read, and no others', async () => {
    const origin = 'https://app.example';
    const served = await serve({ config: { cors: [origin], tokens: await tokensFile(hashOf(TOKEN)) } });
    const preflight = await served.get('/v1/node', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal(origin);
    const read = await served.get('/v1/node', { headers: { origin, authorization: `Bearer ${TOKEN}` } });
    expect([read.status, read.headers.get('access-control-allow-origin')]).to.deep.equal([200, origin]);
    const foreign = { headers: { origin: 'https://evil.example', authorization: `Bearer ${TOKEN}` } };
    expect((await served.get('/v1/node', foreign)).headers.get('access-control-allow-origin')).to.equal(null);
    expect((await served.get('/v1/node', { ...foreign, method: 'OPTIONS' })).status).to.equal(405);
  });
});
