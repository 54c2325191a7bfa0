import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { z } from 'zod';
import type { NodeEvent } from '../../runtime/events.ts';
import { OtlpExporter } from '../exporter.ts';
import { RoundSpans } from '../round-spans.ts';
import { type Span, traceIdOf } from '../span.ts';

/** What two nodes of a devnet of four told in two rounds (`ballast devnet --rounds 2 --nodes 4 --json`). */
const RECORDED = readFileSync(new URL('recorded.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly node: string; readonly event: NodeEvent });

const PHASES = ['announced', 'collecting', 'sealed', 'aggregated', 'evaluated'];
/** A node that has just started comes into its first round when that is collecting. */
const phasesOf = (round: number) => (round === 1 ? PHASES.slice(1) : PHASES);
const NETWORK = 'ab'.repeat(32);
const START_MS = 1_700_000_000_000;

/** The spans of the recorded nodes, each event 100 ms after the one before. */
function spansOf(node: string): readonly Span[] {
  const spans: Span[] = [];
  let now = START_MS;
  const rounds = new RoundSpans({ network: NETWORK, node, now: () => now, emit: (span) => spans.push(span) });
  for (const { event } of RECORDED.filter((each) => each.node === node)) {
    now += 100;
    rounds.observe(event);
  }
  return spans;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const nanoseconds = z.string().regex(/^\d{19}$/);
const attributes = z.array(
  z.strictObject({
    key: z.string(),
    value: z.union([
      z.strictObject({ stringValue: z.string() }),
      z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
      z.strictObject({ doubleValue: z.number() }),
      z.strictObject({ boolValue: z.boolean() }),
    ]),
  }),
);
/** `ExportTraceServiceRequest` of opentelemetry-proto 1.7 in its JSON form, as far as a collector reads it here. */
const exportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          spans: z.array(
            z.strictObject({
              traceId: hex(32),
              spanId: hex(16),
              parentSpanId: hex(16).optional(),
              name: z.string(),
              kind: z.literal(1),
              startTimeUnixNano: nanoseconds,
              endTimeUnixNano: nanoseconds,
              attributes,
              events: z.array(z.strictObject({ name: z.string(), timeUnixNano: nanoseconds, attributes })),
              status: z.strictObject({ code: z.union([z.literal(1), z.literal(2)]) }),
            }),
          ),
        }),
      ),
    }),
  ),
});

describe('traces of rounds', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  /** A collector; `status` is what it answers. */
  async function collector() {
    const state = { status: 200, requests: [] as z.infer<typeof exportRequest>[], paths: [] as string[] };
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      state.paths.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
      if (state.status === 200) state.requests.push(exportRequest.parse(JSON.parse(body)));
      response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const spans = () =>
      state.requests.flatMap(({ resourceSpans }) => resourceSpans[0]?.scopeSpans[0]?.spans ?? []);
    return { state, endpoint, spans };
  }

  it('have every phase of a round under one id, on all nodes', async () => {
    const { state, endpoint, spans } = await collector();
    for (const node of ['node-1', 'node-2']) {
      const exporter = new OtlpExporter({
        endpoint,
        resource: { 'service.name': 'ballast', 'service.instance.id': node },
        onFailure: (reason) => expect.fail(reason),
      });
      for (const span of spansOf(node)) exporter.add(span);
      await exporter.close();
    }
    expect(new Set(state.paths)).to.deep.equal(new Set(['POST /v1/traces application/json']));
    for (const round of [1, 2]) {
      const trace = spans().filter(({ traceId }) => traceId === traceIdOf(NETWORK, round));
      const names = trace.map(({ name }) => name);
      for (const name of ['round', ...phasesOf(round)])
        expect(
          names.filter((each) => each === name),
          `${name} of round ${round}`,
        ).to.have.length(2);
      expect(names.filter((name) => name === 'train')).to.have.length(2);
      expect(new Set(trace.map(({ spanId }) => spanId)).size).to.equal(trace.length);
      const roots = trace.filter(({ name }) => name === 'round').map(({ spanId }) => spanId);
      for (const { name, parentSpanId } of trace)
        if (name !== 'round') expect(roots).to.include(parentSpanId);
    }
    expect(spans().filter(({ name }) => name === 'publish')).to.have.length(2);
    expect(new Set(spans().map(({ traceId }) => traceId)).size).to.equal(2);
  });

  it('end a phase where the next begins, within the round, whose votes are its events', () => {
    const [first = [], second = []] = [1, 2].map((round) =>
      spansOf('node-1').filter(({ traceId }) => traceId === traceIdOf(NETWORK, round)),
    );
    for (const spans of [first, second]) {
      const phases = spans.filter(({ name }) => PHASES.includes(name));
      expect(phases.map(({ name }) => name)).to.deep.equal(phasesOf(spans === first ? 1 : 2));
      for (const [i, { startMs }] of phases.entries())
        if (i > 0) expect(startMs).to.equal(phases[i - 1]?.endMs);
      const round = spans.find(({ name }) => name === 'round');
      expect(phases[0]?.startMs).to.equal(round?.startMs);
      expect(phases.at(-1)?.endMs).to.equal(round?.endMs);
      expect(round?.events.map(({ name }) => name)).to.include.members([
        'voted prepare',
        'voted commit',
        'judged',
      ]);
      expect(round?.attributes).to.include({ 'ballast.outcome': 'accepted', 'ballast.updates.sealed': 4 });
    }
  });

  it('differ between networks and rounds, and keep a bounded number of rounds', () => {
    expect(traceIdOf(NETWORK, 1))
      .to.match(/^[0-9a-f]{32}$/)
      .and.to.not.equal(traceIdOf(NETWORK, 2));
    expect(traceIdOf('cd'.repeat(32), 1)).to.not.equal(traceIdOf(NETWORK, 1));
    const spans: Span[] = [];
    const rounds = new RoundSpans({ network: NETWORK, node: 'a', now: () => 0, emit: (s) => spans.push(s) });
    for (let round = 1; round <= 100; round++) rounds.observe({ event: 'phase', round, phase: 'announced' });
    for (let round = 1; round <= 100; round++)
      rounds.observe({ event: 'trained', round, epsilon: null, milliseconds: 1 });
    expect(spans.filter(({ name }) => name === 'train')).to.have.length(8);
  });

  it('wait while the collector is away, up to a bound, tell it once and are sent when it is back', async () => {
    const { state, endpoint, spans } = await collector();
    state.status = 503;
    const failures: string[] = [];
    const exporter = new OtlpExporter({
      endpoint: `${endpoint}/otlp/`,
      resource: {},
      onFailure: (reason) => failures.push(reason),
      intervalMs: 5,
      maxQueue: 10,
    });
    const [span] = spansOf('node-1');
    if (span === undefined) throw new Error('nothing was recorded');
    for (let i = 0; i < 1_000; i++) exporter.add({ ...span, name: `span ${i}` });
    expect(exporter.waiting).to.equal(10);
    while (state.paths.length < 3) await sleep(5);
    state.status = 200;
    while (spans().length === 0) await sleep(5);
    await exporter.close();
    expect(failures).to.deep.equal(['status 503']);
    expect(spans().map(({ name }) => name)).to.deep.equal(
      Array.from({ length: 10 }, (_, i) => `span ${990 + i}`),
    );
    expect(state.paths[0]).to.match(/^POST \/otlp\/v1\/traces /);
  });

  it('do not keep a node that stops, where the collector takes them and never answers', async () => {
    const asked = Promise.withResolvers<void>();
    const server = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const exporter = new OtlpExporter({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      resource: {},
      onFailure: () => undefined,
      intervalMs: 5,
      lastMs: 50,
    });
    for (const span of spansOf('node-1')) exporter.add(span);
    await asked.promise;
    const start = performance.now();
    await exporter.close();
    expect(performance.now() - start).to.be.below(1_000);
  });

  it('hold up nothing where nobody listens', async () => {
    const { endpoint } = await collector();
    const [server] = servers.splice(0);
    server?.close();
    const failures: string[] = [];
    const exporter = new OtlpExporter({
      endpoint,
      resource: {},
      onFailure: (reason) => failures.push(reason),
    });
    for (const span of spansOf('node-2')) exporter.add(span);
    await exporter.close();
    expect(failures).to.deep.equal(['no connection']);
  });
});
