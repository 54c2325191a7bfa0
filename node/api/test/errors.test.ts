import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { API_ERRORS, ApiError, toEnvelope } from '../errors.ts';
import { redact } from '../redact.ts';
import { openRaw, rawCode, sendRaw } from './raw.ts';
import { digestOfVersion, errorOf, memorySource, type Served, serve, stopAll } from './support.ts';

const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json', ...headers },
});
const PEG = '/v1/predictions/peg';

describe('api: errors', () => {
  let served: Served;
  before(async () => {
    served = await serve();
  });
  after(stopAll);

  const CASES: readonly (readonly [
    path: string,
    init: RequestInit,
    status: number,
    code: string,
    hint?: string,
  ])[] = [
    ['/nowhere', {}, 404, 'ROUTE_UNKNOWN'],
    ['/v1/models/', {}, 400, 'REQUEST_INVALID'],
    ['/v2/models', {}, 404, 'ROUTE_UNKNOWN'],
    ['/v1/models/99', {}, 404, 'VERSION_UNKNOWN'],
    ['/v1/models/99/certificate', {}, 404, 'VERSION_UNKNOWN'],
    ['/v1/models/0/certificate', {}, 404, 'CERTIFICATE_UNKNOWN'],
    ['/v1/models/1/report', {}, 404, 'REPORT_UNKNOWN'],
    ['/v1/models/-1', {}, 400, 'REQUEST_INVALID'],
    ['/v1/models/0x10', {}, 400, 'REQUEST_INVALID'],
    ['/v1/models/1e3', {}, 400, 'REQUEST_INVALID'],
    ['/v1/models/9999999999999999', {}, 400, 'REQUEST_INVALID'],
    ['/v1/rounds/99', {}, 404, 'ROUND_UNKNOWN'],
    ['/v1/rounds/0', {}, 400, 'REQUEST_INVALID'],
    ['/v1/rounds?limit=0', {}, 400, 'REQUEST_INVALID'],
    ['/v1/rounds?limit=101', {}, 400, 'REQUEST_INVALID'],
    ['/v1/rounds?limit=1&limit=2', {}, 400, 'REQUEST_INVALID'],
    ['/v1/rounds?limi=3', {}, 400, 'QUERY_UNKNOWN_KEY', 'did you mean "limit"?'],
    ['/v1/node?verbose', {}, 400, 'QUERY_UNKNOWN_KEY'],
    ['/v1/models?__proto__=1', {}, 400, 'QUERY_UNKNOWN_KEY'],
    ['/v1/committees/1', {}, 404, 'COMMITTEE_UNKNOWN'],
    [`/v1/weights/${'0'.repeat(64)}`, {}, 404, 'WEIGHTS_UNKNOWN'],
    [`/v1/weights/${'G'.repeat(64)}`, {}, 400, 'REQUEST_INVALID'],
    ['/v1/parameters/STABILITY_FE', {}, 404, 'PARAMETER_UNKNOWN', 'did you mean "STABILITY_FEE"?'],
    ['/v1/parameters/%00', {}, 400, 'REQUEST_INVALID'],
    ['/v1/models/%zz', {}, 400, 'REQUEST_MALFORMED'],
    ['/v1/models/latest', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
    [PEG, {}, 405, 'METHOD_NOT_ALLOWED'],
    ['/v1/models/latest', { method: 'OPTIONS' }, 405, 'METHOD_NOT_ALLOWED'],
    ['/v1/models/latest', { headers: { accept: 'text/html' } }, 406, 'NOT_ACCEPTABLE'],
    ['/v1/models/latest', { headers: { accept: 'application/json;q=0' } }, 406, 'NOT_ACCEPTABLE'],
    ['/v1/events', { headers: { accept: 'application/json' } }, 406, 'NOT_ACCEPTABLE'],
    [PEG, post('{'), 400, 'REQUEST_MALFORMED'],
    [PEG, post(''), 400, 'REQUEST_MALFORMED'],
    [PEG, post('{"__proto__": {"x": 1}}'), 400, 'REQUEST_MALFORMED'],
    [PEG, post('[]'), 400, 'REQUEST_INVALID'],
    [PEG, post('{"windw": {}}'), 400, 'REQUEST_INVALID'],
    [PEG, post('{"window": {"startHour": 1.5, "deviation": [1]}}'), 400, 'REQUEST_INVALID'],
    [PEG, post('{"window": {"startHour": 1, "deviation": [null]}}'), 400, 'REQUEST_INVALID'],
    [PEG, post('{"window": {"startHour": 1, "deviation": [1e999]}}'), 400, 'REQUEST_INVALID'],
    [PEG, post(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), 400, 'REQUEST_INVALID'],
    ['/v1/predictions/risk', post('{"market": {"startHour": 1, "close": [1]}}'), 400, 'REQUEST_INVALID'],
    [PEG, post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'CONTENT_TYPE'],
    [PEG, post('{}', { 'content-type': 'text/plain' }), 415, 'CONTENT_TYPE'],
    [PEG, post(' '.repeat(64 * 1024 + 1)), 413, 'BODY_TOO_LARGE'],
    [`/v1/rounds?limit=${'1'.repeat(2048)}`, {}, 414, 'URL_TOO_LONG'],
  ];
  for (const [path, init, status, code, hint] of CASES) {
    const sent = typeof init.body === 'string' ? ` ${init.body.slice(0, 60)}` : '';
    it(`${init.method ?? 'GET'} ${path.slice(0, 60)}${sent} → ${status} ${code}`, async () => {
      const response = await served.get(path, init);
      const error = await errorOf(response);
      expect([response.status, error.code]).to.deep.equal([status, code]);
      expect(error.requestId).to.equal(response.headers.get('x-request-id'));
      expect(response.headers.get('cache-control')).to.equal('no-store');
      expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
      if (hint !== undefined) expect(error.hint).to.equal(hint);
      if (status === 405) expect(response.headers.get('allow')).to.match(/^(?:GET|POST)$/);
    });
  }

  it('answers bytes that are no HTTP with the same envelope, and closes', async () => {
    const host = 'host: localhost\r\n';
    for (const [text, status, code] of [
      ['\x16\x03\x01 no http\r\n\r\n', 400, 'REQUEST_MALFORMED'],
      [`GET /healthz HTTP/1.1\r\n${host}x: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
      [`GET /${'y'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'HEADERS_TOO_LARGE'],
      [
        `GET / HTTP/1.1\r\n${host}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`,
        400,
        'REQUEST_MALFORMED',
      ],
    ] as const) {
      const answer = await sendRaw(served.port, text);
      expect(answer.split(' ')[1], text.slice(0, 40)).to.equal(String(status));
      expect(rawCode(answer)).to.equal(code);
      expect(answer).to.include('connection: close');
    }
  });

  it('refuses names of other sites while it listens on localhost', async () => {
    for (const [host, expected] of [
      ['evil.example', 'HOST_REFUSED'],
      ['localhost.evil.example', 'HOST_REFUSED'],
      ['127.0.0.1.evil.example:80', 'HOST_REFUSED'],
      ['', 'HOST_REFUSED'],
      ['localhost', undefined],
      ['LOCALHOST:9470', undefined],
      ['127.0.0.1:1', undefined],
      ['[::1]:9470', undefined],
    ] as const) {
      const answer = await sendRaw(
        served.port,
        `GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
      expect(rawCode(answer), host).to.equal(expected);
    }
    const { socket, closed } = await openRaw(served.port);
    socket.write('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(rawCode(await closed)).to.equal('HOST_REFUSED');
  });

  it('says NOT_READY and when to come back, until there is a node to ask', async () => {
    let status: 'starting' | 'syncing' | 'ready' = 'starting';
    const starting = await serve({
      source: undefined,
      readiness: () => ({ status, reason: 'the chain is away' }),
    });
    expect((await starting.get('/healthz')).status).to.equal(200);
    expect((await starting.get('/metrics')).status).to.equal(200);
    for (const path of ['/v1/node', '/v1/models/latest', '/v1/rounds', `/v1/weights/${digestOfVersion(0)}`]) {
      const response = await starting.get(path);
      expect(response.status, path).to.equal(503);
      expect(response.headers.get('retry-after')).to.equal('1');
      expect(await errorOf(response)).to.include({ code: 'NOT_READY' });
    }
    for (const [next, code] of [
      ['starting', 503],
      ['syncing', 206],
      ['ready', 200],
    ] as const) {
      status = next;
      const response = await starting.get('/readyz');
      expect(response.status).to.equal(code);
      expect(await response.json()).to.include({ status: next, reason: 'the chain is away' });
    }
    starting.api.serve(memorySource());
    expect((await starting.get('/v1/node')).status).to.equal(200);
    starting.api.suspend();
    expect((await starting.get('/v1/node')).status).to.equal(503);
  });

  it('has every code in docs/api.md, with its status', async () => {
    const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(listed).to.deep.equal(Object.entries(API_ERRORS).map(([code, { status }]) => [code, status]));
  });
});

describe('api: what an error tells', () => {
  it('leaves out paths, keys of endpoints, stacks and what is no plain value', () => {
    const error = new ApiError(
      'INTERNAL',
      'ENOENT: no file /home/op/keys/a.json at https://u:p@rpc.example:8/v3/KEY?x=1',
      {
        metadata: { path: '/etc/passwd', list: [1], inner: { a: 1 }, round: 3, nan: Number.NaN },
        hint: 'see ~/.ballast/config.json\n    at f (/srv/app/x.ts:1:2)',
        cause: new Error('secret'),
      },
    );
    const { error: told } = toEnvelope(error, 'id');
    expect(told).to.deep.equal({
      code: 'INTERNAL',
      message: 'ENOENT: no file … at https://rpc.example:8',
      hint: 'see …',
      requestId: 'id',
      details: { path: '…', round: 3 },
    });
  });

  it('cuts any text to one bounded line without absolute paths', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 400 }),
        fc.stringMatching(/^\/[a-z]{2,8}\/[a-z]{1,8}$/),
        (text, path) => {
          const told = redact(`${text.replaceAll(/[\w:/.~@-]/g, ' ')} ${path}`);
          expect(told).to.not.include('\n');
          expect(told.length).to.be.at.most(300);
          expect(told).to.not.include(path);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
