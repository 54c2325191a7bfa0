import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { apiConfigSchema } from '../../api/index.ts';
import { createIdentity } from '../../keys/index.ts';
import { NodeService, type NodeServiceOptions, type ServiceEvent } from '../index.ts';
import { document } from './support.ts';

/** A node whose chain does not answer: everything before it is there, and nothing after. */
describe('service: a node and its HTTP interface', () => {
  let folder = '';
  const services: NodeService[] = [];
  let folders = 0;
  const holders: Server[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-service-'));
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop();
    for (const holder of holders.splice(0)) holder.close();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const hold = async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    holders.push(holder);
    await once(holder, 'listening');
    return { holder, port: (holder.address() as AddressInfo).port };
  };

  /** @param onEvent hears each event as it is told. */
  async function create(port: number, onEvent: (event: ServiceEvent) => void = () => undefined) {
    // Nobody listens where the chain should be.
    const { holder, port: away } = await hold();
    holder.close();
    const market = { kind: 'generator', seed: 1, venue: 0, days: 400 } as const;
    const events: ServiceEvent[] = [];
    const options: NodeServiceOptions = {
      config: {
        rpc: `http://127.0.0.1:${away}`,
        dataDir: join(folder, `data-${++folders}`),
        slice: { ...market, venue: 1 },
        publicFeed: market,
        publicMarket: market,
        rounds: 3,
      },
      document,
      identity: createIdentity((length) => randomBytes(length)),
      api: apiConfigSchema.parse({ port }),
    };
    const service = new NodeService(options, {
      emit: (event) => {
        events.push(event);
        onEvent(event);
      },
    });
    services.push(service);
    const until = async <T>(find: () => T | undefined, what: string): Promise<T> => {
      const deadline = performance.now() + 10_000;
      for (let found = find(); ; found = find()) {
        if (found !== undefined) return found;
        if (performance.now() > deadline) throw new Error(`waited for ${what}: ${JSON.stringify(events)}`);
        await sleep(5);
      }
    };
    const url = () => until(() => events.find((event) => event.event === 'listening')?.url, 'the interface');
    return { service, options, events, until, url };
  }

  type Body = {
    readonly status: string;
    readonly reason: string;
    readonly conditions: readonly { readonly code: string }[];
    readonly error: { readonly code: string };
  };
  const statusOf = async (url: string, path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: (await response.json()) as Body };
  };
  const isOpen = (url: string) =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );

  it('answers from the first moment, says what it waits for, and shows the problem', async () => {
    const { service, events, until, url } = await create(0);
    const started = service.start().catch((error: unknown) => error);
    const base = await url();
    expect(events.map(({ event }) => event)).to.deep.equal(['listening']);
    expect(await statusOf(base, '/healthz')).to.deep.include({ status: 200 });
    expect((await statusOf(base, '/readyz')).status).to.equal(503);
    await until(() => service.node.view().conditions[0], 'the condition');
    const { status, body } = await statusOf(base, '/readyz');
    expect(status).to.equal(503);
    expect(body).to.include({ status: 'starting' });
    expect(body.reason).to.match(/^CHAIN_UNREACHABLE: /);
    expect(body.conditions).to.have.length(1);
    expect(body.conditions[0]).to.include({ code: 'CHAIN_UNREACHABLE' });
    for (const path of ['/v1/node', '/v1/models/latest', '/v1/parameters']) {
      const answer = await statusOf(base, path);
      expect([answer.status, answer.body.error.code], path).to.deep.equal([503, 'NOT_READY']);
    }
    const metrics = await (await fetch(`${base}/metrics`)).text();
    expect(metrics).to.include('ballast_condition_active{code="CHAIN_UNREACHABLE"} 1');
    await service.stop();
    expect(await started).to.be.instanceOf(Error);
  });

  it('ends the node first and its interface last', async () => {
    const order: string[] = [];
    const { service, until, url } = await create(0, ({ event }) => {
      if (event === 'stopped') order.push(`stopped, ${service.node.view().readiness.reason}`);
    });
    const started = service.start().catch((error: unknown) => error);
    const base = await url();
    await until(() => service.node.view().conditions[0], 'the condition');
    const stream = await fetch(`${base}/v1/events`);
    const ended = stream.text().then(
      () => order.push('closed'),
      () => order.push('closed'),
    );
    await service.stop();
    await ended;
    expect(order).to.deep.equal(['stopped, the node stops', 'closed']);
    expect(await isOpen(base)).to.equal(false);
    await started;
    await service.stop();
  });

  it('waits for a port that is taken, says so, and takes it once it is free', async () => {
    const { holder, port } = await hold();
    const { service, events, until, url } = await create(port);
    const started = service.start().catch((error: unknown) => error);
    const condition = await until(
      () => service.node.view().conditions.find(({ code }) => code === 'API_PORT_IN_USE'),
      'the condition',
    );
    expect(condition.message).to.include(String(port));
    expect(events.some(({ event }) => event === 'listening')).to.equal(false);
    holder.close();
    const base = await url();
    expect(base).to.equal(`http://127.0.0.1:${port}`);
    await until(
      () => (service.node.conditions.has('API_PORT_IN_USE') ? undefined : true),
      'the end of the condition',
    );
    const { body } = await statusOf(base, '/readyz');
    expect(body.conditions.map(({ code }) => code)).to.not.include('API_PORT_IN_USE');
    await service.stop();
    await started;
  });

  it('ends while it waits for a port, and while it opens one', async () => {
    const { port } = await hold();
    const waiting = await create(port);
    const first = waiting.service.start().catch((error: unknown) => error);
    await waiting.until(
      () => (waiting.service.node.conditions.has('API_PORT_IN_USE') ? true : undefined),
      'the condition',
    );
    await waiting.service.stop();
    await first;
    const opening = await create(0);
    const second = opening.service.start().catch((error: unknown) => error);
    await opening.service.stop();
    await second;
    const told = opening.events.find((event) => event.event === 'listening');
    if (told !== undefined) expect(await isOpen(told.url)).to.equal(false);
  });

  it('begins nothing where the interface is configured wrongly', async () => {
    const { options } = await create(0);
    const events: ServiceEvent[] = [];
    const wrong = new NodeService(
      { ...options, api: apiConfigSchema.parse({ port: 0, tokens: join(folder, 'none') }) },
      { emit: (event) => events.push(event) },
    );
    services.push(wrong);
    const error = await wrong.start().catch((cause: unknown) => cause);
    expect(error).to.include({ code: 'API_TOKENS_FILE' });
    expect(wrong.node.view().market).to.equal(undefined);
    expect(events).to.deep.equal([]);
  });
});
