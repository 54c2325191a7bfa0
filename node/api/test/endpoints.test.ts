import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { type Certificate, isRowOf, type RollRow, updatesOf } from '../../../coordinator/index.ts';
import { fromHex, toHex } from '../../../protocol/digest.ts';
import { decodeCanonical } from '../../../protocol/encoding.ts';
import { BallastError } from '../../../protocol/errors.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { API_ERRORS } from '../errors.ts';
import { CERTIFICATE_TYPE } from '../index.ts';
import { errorsOf } from '../openapi.ts';
import { JSON_TYPE, type Route } from '../route.ts';
import { EXAMPLES } from '../routes/examples.ts';
import { allRoutes } from '../routes/index.ts';
import { type ProvenRowJson, type RollJson, type RoundJson, round } from '../schemas/index.ts';
import {
  digestOfVersion,
  errorOf,
  history,
  memorySource,
  NODES,
  ROLL,
  ROUND_WITHOUT_ROLL,
  ROUNDS,
  type Served,
  serve,
  stopAll,
  weightsOf,
} from './support.ts';

const ROUTES = allRoutes(
  () => memorySource(),
  { readiness: () => ({ status: 'ready', reason: '' }), conditions: () => [] },
  { uptimeSeconds: () => 1, metricsText: async () => '' },
);
const LATEST = history().head.version;

/** A path of every route that answers, and what is sent. */
const SAMPLES: Readonly<Record<string, readonly [path: string, body?: unknown][]>> = {
  '/healthz': [['/healthz']],
  '/readyz': [['/readyz']],
  '/metrics': [['/metrics']],
  '/v1/openapi.json': [['/v1/openapi.json']],
  '/v1/network': [['/v1/network']],
  '/v1/node': [['/v1/node']],
  '/v1/node/privacy': [['/v1/node/privacy']],
  '/v1/committees/{epoch}': [['/v1/committees/0']],
  '/v1/evidence': [['/v1/evidence']],
  '/v1/evidence/{evidence}': [[`/v1/evidence/${EXAMPLES.offences.items[0]?.evidence}`]],
  '/v1/models': [
    ['/v1/models'],
    ['/v1/models?limit=3'],
    ['/v1/models?limit=100&before=4'],
    ['/v1/models?before=0'],
  ],
  '/v1/models/latest': [['/v1/models/latest']],
  '/v1/models/{version}': [['/v1/models/0'], ['/v1/models/7']],
  '/v1/models/{version}/certificate': [['/v1/models/7/certificate']],
  '/v1/models/{version}/report': [['/v1/models/7/report']],
  '/v1/weights/{digest}': [[`/v1/weights/${digestOfVersion(4)}`]],
  '/v1/rounds': [['/v1/rounds'], ['/v1/rounds?limit=100'], ['/v1/rounds?before=1']],
  '/v1/rounds/{round}': [['/v1/rounds/3']],
  '/v1/rounds/{round}/certificate': [['/v1/rounds/3/certificate']],
  '/v1/rounds/{round}/roll': [['/v1/rounds/3/roll']],
  '/v1/rounds/{round}/roll/{node}': [[`/v1/rounds/3/roll/${ROLL[0]?.node}`]],
  '/v1/parameters': [['/v1/parameters']],
  '/v1/parameters/{id}': [['/v1/parameters/STABILITY_FEE']],
  '/v1/rounds/current': [['/v1/rounds/current']],
  '/v1/peers': [['/v1/peers']],
  '/v1/chain': [['/v1/chain']],
  '/v1/skill': [['/v1/skill'], ['/v1/skill?after=7']],
  '/v1/forecasts/peg': [['/v1/forecasts/peg']],
  '/v1/decisions': [['/v1/decisions'], ['/v1/decisions?limit=1&before=3']],
  '/v1/proposals': [['/v1/proposals']],
  '/v1/drift': [['/v1/drift']],
  '/v1/shadow': [['/v1/shadow']],
  '/v1/breaker': [['/v1/breaker']],
  '/v1/overrides': [['/v1/overrides']],
  '/v1/predictions/peg': [
    ['/v1/predictions/peg', {}],
    ['/v1/predictions/peg', { window: { startHour: 1, deviation: [1, -2.5] } }],
  ],
  '/v1/predictions/risk': [
    ['/v1/predictions/risk', {}],
    [
      '/v1/predictions/risk',
      { market: { startHour: 1, close: [1], volume: null }, reference: { startHour: 1, close: [1] } },
    ],
  ],
};

const jsonInit = (body: unknown): RequestInit =>
  body === undefined
    ? {}
    : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

describe('api: endpoints', () => {
  let served: Served;
  before(async () => {
    served = await serve();
  });
  after(stopAll);

  for (const route of ROUTES.filter(({ isStream }) => !isStream)) {
    it(`${route.method} ${route.path} answers as its schema says`, async () => {
      const samples = SAMPLES[route.path] ?? [];
      expect(samples).to.not.be.empty;
      for (const [path, body] of samples) await expectAnswers(route, path, body);
    });
  }

  async function expectAnswers(route: Route, path: string, body: unknown): Promise<void> {
    for (const [type, { schema }] of Object.entries(route.answers)) {
      const init = jsonInit(body);
      const response = await served.get(path, { ...init, headers: { ...init.headers, accept: type } });
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('content-type')?.split(';')[0]).to.equal(type);
      expect(response.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
      const bytes = await response.arrayBuffer();
      if (schema !== undefined) schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      else expect(bytes.byteLength).to.be.greaterThan(0);
    }
  }

  it('pages through every version and every round once', async () => {
    for (const [list, key, expected] of [
      ['/v1/models', 'version', LATEST + 1],
      ['/v1/rounds', 'round', ROUNDS],
    ] as const) {
      const seen: number[] = [];
      let next: number | null = null;
      do {
        const page = (await (
          await served.get(`${list}?limit=7${next === null ? '' : `&before=${next}`}`)
        ).json()) as {
          items: Record<string, number>[];
          next: number | null;
        };
        expect(page.items.length).to.be.at.most(7);
        seen.push(...page.items.map((item) => item[key] ?? -1));
        next = page.next;
      } while (next !== null);
      const top = list === '/v1/models' ? LATEST : ROUNDS;
      expect(seen).to.deep.equal(Array.from({ length: expected }, (_, i) => top - i));
    }
  });

  it('serves the very weights by digest, for ever the same', async () => {
    const response = await served.get(`/v1/weights/${digestOfVersion(4)}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(weightsOf(4))).to.equal(true);
    expect(response.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    const { weights } = (await (
      await served.get(`/v1/weights/${digestOfVersion(4)}`, { headers: { accept: JSON_TYPE } })
    ).json()) as { weights: number[] };
    expect(Buffer.from(Float64Array.from(weights).buffer).equals(weightsOf(4))).to.equal(true);
  });

  it('serves a certificate as JSON and as its canonical bytes', async () => {
    const json = (await (await served.get('/v1/models/7/certificate')).json()) as {
      entry: unknown;
      signatures: { index: number; signature: string }[];
    };
    const bytes = await (
      await served.get('/v1/models/7/certificate', { headers: { accept: CERTIFICATE_TYPE } })
    ).arrayBuffer();
    const certificate = decodeCanonical(new Uint8Array(bytes)) as Certificate;
    expect(certificate.entry.version).to.equal(7);
    expect(json.entry).to.deep.equal(certificate.entry);
    expect(json.signatures).to.deep.equal(
      certificate.signatures.map(({ index, signature }) => ({ index, signature: toHex(signature) })),
    );
  });

  it('serves the updates of a round, and says where it did without them', async () => {
    const found = (await (await served.get('/v1/rounds/3/roll')).json()) as unknown;
    expect(found).to.deep.equal({ round: 3, updates: ROLL.map((row) => ({ ...row, reason: null })) });
    expect((await served.get(`/v1/rounds/${ROUND_WITHOUT_ROLL}/roll`)).status).to.equal(404);
    const { contributors } = (await (await served.get('/v1/models/2')).json()) as { contributors: unknown };
    expect(contributors).to.equal(null);
  });

  it('says why an update has no weight where the node kept it: not of one that has, nor its fate once more', async () => {
    const words = new Map(ROLL.map(({ node }) => [node, 'score 0.9 ranks 7 of 7']));
    const codes = new Map(ROLL.map(({ node, fate }) => [node, fate]));
    const kept = new Map([
      [3, words],
      [4, codes],
    ]);
    const { get } = await serve({ source: memorySource({ leftOut: async (round) => kept.get(round) }) });
    const reasonsOf = async (round: number) => {
      const { updates } = (await (await get(`/v1/rounds/${round}/roll`)).json()) as RollJson;
      return updates.map(({ reason }) => reason);
    };
    expect(await reasonsOf(3)).to.deep.equal(
      ROLL.map(({ fate }) => (fate === 'selected' ? null : 'score 0.9 ranks 7 of 7')),
    );
    expect(ROLL.map(({ fate }) => fate)).to.include('BODY_NOT_SERVED');
    for (const round of [4, 5]) expect(new Set(await reasonsOf(round))).to.deep.equal(new Set([null]));
  });

  it('serves one row with a proof, and says where there is none', async () => {
    for (const row of ROLL) {
      const found = (await (await served.get(`/v1/rounds/3/roll/${row.node}`)).json()) as ProvenRowJson;
      expect(found.row).to.deep.equal(row);
      const proof = { ...found.proof, path: found.proof.path.map(fromHex) };
      expect(isRowOf({ updates: updatesOf(ROLL) }, { row: found.row as RollRow, proof })).to.equal(true);
    }
    const code = async (path: string) => {
      const answer = await served.get(path);
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
    };
    const node = ROLL[0]?.node;
    expect(await code(`/v1/rounds/3/roll/${EXAMPLES.rollRow.row.node}`)).to.deep.equal([404, 'ROW_UNKNOWN']);
    expect(await code(`/v1/rounds/${ROUND_WITHOUT_ROLL}/roll/${node}`)).to.deep.equal([404, 'ROLL_UNKNOWN']);
    expect((await served.get(`/v1/rounds/3/roll/${'x'.repeat(52)}`)).status).to.equal(404);
  });

  it('has every field of an entry that the committee votes on', () => {
    // Checked by the compiler: a field that is missing here, or there, is a type error.
    const there: (entry: RoundJson['entry']) => RoundEntry = (entry) => entry;
    const back: (entry: RoundEntry) => RoundJson['entry'] = (entry) => entry;
    for (const { entry } of history().certificates) {
      expect(round.shape.entry.parse(back(there(entry)))).to.deep.equal(entry);
    }
  });

  it('names the leader of the view that decided', async () => {
    const { leader } = (await (await served.get('/v1/rounds/3')).json()) as { leader: string };
    expect(NODES).to.include(leader);
  });

  it('answers 304 to the ETag of what has not changed, and to no other', async () => {
    for (const path of [
      '/v1/models/latest',
      '/v1/rounds',
      `/v1/weights/${digestOfVersion(4)}`,
      '/v1/openapi.json',
    ]) {
      const etag = (await served.get(path)).headers.get('etag') ?? '';
      for (const [header, status] of [
        [etag, 304],
        [`"other", W/${etag}`, 304],
        ['*', 304],
        ['"other"', 200],
        [etag.slice(0, -2), 200],
      ] as const) {
        const response = await served.get(path, { headers: { 'if-none-match': header } });
        expect(response.status, `${path} ${header}`).to.equal(status);
        expect(response.headers.get('etag')).to.equal(etag);
      }
    }
    const other = await served.get(`/v1/weights/${digestOfVersion(4)}`, { headers: { accept: JSON_TYPE } });
    expect(other.headers.get('etag')).to.not.equal(
      (await served.get(`/v1/weights/${digestOfVersion(4)}`)).headers.get('etag'),
    );
  });

  it('answers HEAD without a body', async () => {
    const response = await served.get('/v1/models/latest', { method: 'HEAD' });
    expect([response.status, await response.text()]).to.deep.equal([200, '']);
  });

  it('keeps endpoints and keys out of conditions', async () => {
    const text = await (await served.get('/readyz')).text();
    expect(text).to.include('https://rpc.example is late').and.not.include('SECRET').and.not.include('key@');
  });

  it('counts requests by the template of the route, never by what was asked', async () => {
    served.requests.length = 0;
    await served.get('/v1/models/7');
    await served.get('/v1/models/8?x=1');
    await served.get('/wp-admin/1');
    expect(served.requests).to.deep.equal([
      { route: '/v1/models/{version}', status: 200 },
      { route: '/v1/models/{version}', status: 400 },
      { route: 'unmatched', status: 404 },
    ]);
  });

  it('makes a failed prediction 422 with its reason, and anything else 500 without one', async () => {
    const failing = await serve({
      source: memorySource({
        predict: {
          ...memorySource().predict,
          peg: async () => {
            throw new BallastError('WINDOW_TOO_SHORT', 'window: got 2 hours, expected 337', {
              metadata: { hours: 2 },
            });
          },
          risk: async () => {
            throw new Error('ENOENT /home/operator/secret.json');
          },
        },
      }),
    });
    const short = await failing.get('/v1/predictions/peg', jsonInit({}));
    expect(short.status).to.equal(422);
    expect(await errorOf(short)).to.deep.include({
      code: 'PREDICTION_INPUT',
      message: 'window: got 2 hours, expected 337',
      details: { reason: 'WINDOW_TOO_SHORT', hours: 2 },
    });
    const broken = await failing.get('/v1/predictions/risk', jsonInit({}));
    expect(broken.status).to.equal(500);
    expect(JSON.stringify(await errorOf(broken)))
      .to.not.include('secret')
      .and.not.include('operator');
    expect(failing.errors).to.have.length(1);
  });
});

describe('api: OpenAPI document', () => {
  after(stopAll);

  it('is valid OpenAPI 3.1', async () => {
    const { get } = await serve();
    const document = (await (await get('/v1/openapi.json')).json()) as Record<string, unknown>;
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
    const broken = await new Validator().validate({ ...structuredClone(document), info: {} });
    expect(broken.valid).to.equal(false);
  });

  it('has an operation, a summary and examples for every route, each id once', () => {
    const ids = ROUTES.map(({ operationId }) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { path, answers, body, summary } of ROUTES) {
      expect(summary).to.not.equal('');
      for (const { schema, example } of Object.values(answers)) {
        expect(example, path).to.not.equal(undefined);
        schema?.parse(example);
      }
      body?.schema.parse(body.example);
    }
  });

  it('names every error code of the API somewhere', () => {
    const named = new Set(ROUTES.flatMap(errorsOf));
    const missing = Object.keys(API_ERRORS).filter((code) => !named.has(code as keyof typeof API_ERRORS));
    // Those two are what no described path can answer.
    expect(missing).to.deep.equal(['ROUTE_UNKNOWN', 'METHOD_NOT_ALLOWED']);
  });
});
