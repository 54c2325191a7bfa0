import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { type Address, createTestClient, type Hex, http } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import * as client from '../client/index.ts';

type Rpc = { readonly id: number; readonly method: string; readonly params: readonly unknown[] };
type Alter = (result: unknown, rpc: Rpc) => unknown;

const CONTRACT: Address = `0x${'c0'.repeat(20)}`;
const REVERTING: Address = `0x${'c1'.repeat(20)}`;
const ECHO: Address = `0x${'00'.repeat(19)}04`;
const honest: Alter = (result) => result;
/** Keeps the question open until the asker goes. */
const SILENT = Symbol('no answer');

const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    for (let level: unknown = error; level instanceof Error; level = level.cause) {
      if (level instanceof BallastError) return level.code;
    }
    return error instanceof Error ? error.name : 'unknown';
  }
};

describe('compared endpoints', function () {
  this.timeout(30_000);
  let anvil: client.Anvil;
  const servers: Server[] = [];

  /** An endpoint in front of the chain that says what `alter` makes of its answers. */
  async function proxy(alter: Alter): Promise<string> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const rpc = JSON.parse(body) as Rpc;
        void fetch(anvil.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
          .then((answer) => answer.json() as Promise<{ result?: unknown }>)
          .then((answer) => {
            const result = alter(answer.result, rpc);
            if (result === SILENT) return;
            response.setHeader('content-type', 'application/json');
            response.end(JSON.stringify('result' in answer ? { ...answer, result } : answer));
          });
      });
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
    return `http://127.0.0.1:${address.port}`;
  }

  async function compared(alters: readonly Alter[], options: client.ComparedOptions = {}) {
    const lies: client.Lie[] = [];
    const urls = await Promise.all(alters.map(proxy));
    const endpoints = new client.ComparedEndpoints(
      urls.map((url, i) => ({ name: `rpc ${i}`, transport: http(url) })),
      { onLie: (lie) => lies.push(lie), ...options },
    );
    const { chainId } = anvil;
    const reader = client.createReader({ rpcUrl: '', chainId, transport: endpoints.transport });
    return { endpoints, reader, lies, chainId };
  }

  const echo = (reader: client.ChainReader) => reader.call({ to: ECHO, data: '0xabcd' });

  before(async () => {
    anvil = await client.startAnvil();
    const chain = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
    // LOG0 of nothing; and a revert with nothing.
    await chain.setCode({ address: CONTRACT, bytecode: '0x60006000a000' });
    await chain.setCode({ address: REVERTING, bytecode: '0x60006000fd' });
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    const writer = client.createWriter(endpoint, client.devAccount(0));
    const reader = client.createReader(endpoint);
    const hash = await writer.sendTransaction({ to: CONTRACT });
    await reader.waitForTransactionReceipt({ hash });
    await chain.mine({ blocks: 4 });
  });

  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await anvil?.stop();
  });

  it('serve what a reader and a writer need, as one endpoint does', async () => {
    const { endpoints, reader, lies, chainId } = await compared([honest, honest, honest]);
    expect((await echo(reader)).data).to.equal('0xabcd');
    expect(await reader.getChainId()).to.equal(chainId);
    expect(await reader.getBlockNumber()).to.equal(5n);
    expect((await reader.getBlock({ blockTag: 'finalized' })).number).to.equal(3n);
    expect((await reader.getLogs({ address: CONTRACT, fromBlock: 0n })).length).to.equal(1);
    expect(await reader.getCode({ address: CONTRACT })).to.equal('0x60006000a000');
    expect(await codeOf(reader.call({ to: REVERTING }))).to.equal('CallExecutionError');
    const account = client.devAccount(1);
    const writer = client.createWriter({ rpcUrl: '', chainId, transport: endpoints.transport }, account);
    const receipt = await client.transactionsOf(reader, writer).send({
      what: 'pay',
      call: { to: client.devAccount(2).address, data: '0x', value: 1n },
    });
    expect(receipt.status).to.equal('success');
    expect(await codeOf(reader.getTransactionReceipt({ hash: `0x${'77'.repeat(32)}` }))).to.equal(
      'TransactionReceiptNotFoundError',
    );
    expect(lies).to.deep.equal([]);
    expect(endpoints.health.map(({ state }) => state)).to.deep.equal(['healthy', 'healthy', 'healthy']);
  });

  const lyingAbout = (method: string, lie: (result: unknown) => unknown): Alter => {
    return (result, rpc) => (rpc.method === method ? lie(result) : result);
  };
  const changed = (result: unknown, fields: object) =>
    typeof result === 'object' && result !== null ? { ...result, ...fields } : result;
  const other: Hex = `0x${'66'.repeat(32)}`;

  for (const { what, alter, read } of [
    { what: 'the result of a call', alter: lyingAbout('eth_call', () => '0xdead'), read: echo },
    {
      what: 'the randomness of a final block',
      alter: lyingAbout('eth_getBlockByNumber', (block) => changed(block, { mixHash: other })),
      read: (reader: client.ChainReader) => reader.getBlock({ blockTag: 'finalized' }),
    },
    {
      what: 'which block is final',
      alter: lyingAbout('eth_getBlockByNumber', (block) => changed(block, { hash: other })),
      read: (reader: client.ChainReader) => reader.getBlock({ blockTag: 'finalized' }),
    },
    {
      what: 'events that happened',
      alter: lyingAbout('eth_getLogs', () => []),
      read: (reader: client.ChainReader) => reader.getLogs({ address: CONTRACT, fromBlock: 'earliest' }),
    },
    {
      what: 'code',
      alter: lyingAbout('eth_getCode', () => '0x00'),
      read: (reader: client.ChainReader) => reader.getCode({ address: CONTRACT }),
    },
    {
      what: 'the chain',
      alter: lyingAbout('eth_chainId', () => '0x1'),
      read: (reader: client.ChainReader) => reader.getChainId(),
    },
  ] as const) {
    it(`go on with the majority and name who lies about ${what}`, async () => {
      const plain = await compared([honest, honest]);
      const expected = await read(plain.reader);
      for (const liar of [0, 2]) {
        const alters = [0, 1, 2].map((i) => (i === liar ? alter : honest));
        const { endpoints, reader, lies } = await compared(alters);
        expect(await read(reader)).to.deep.equal(expected);
        expect(lies.map(({ endpoint }) => endpoint)).to.deep.equal([`rpc ${liar}`]);
        expect(endpoints.health[liar]).to.include({ state: 'lying', lies: 1 });
        expect(await read(reader)).to.deep.equal(expected);
        expect(lies, 'it is not asked again').to.have.length(1);
      }
    });
  }

  it('refuse where no majority says the same', async () => {
    const liar = (answer: Hex) => lyingAbout('eth_call', () => answer);
    const three = await compared([honest, liar('0xdead'), liar('0xbeef')]);
    expect(await codeOf(echo(three.reader))).to.equal('ENDPOINTS_DISAGREE');
    expect(three.lies, 'nobody knows who lies').to.deep.equal([]);
    const two = await compared([honest, liar('0xdead')]);
    expect(await codeOf(echo(two.reader))).to.equal('ENDPOINTS_DISAGREE');
    expect(await codeOf(two.reader.getBlockNumber())).to.equal('accepted');
  });

  it('do without an endpoint that is dead or silent, and refuse without a majority', async () => {
    const silent: Alter = () => SILENT;
    const one = await compared([silent, honest, honest], { timeoutMs: 1_000 });
    expect((await echo(one.reader)).data).to.equal('0xabcd');
    expect(one.endpoints.health[0]).to.include({ state: 'failing', answers: 0, lies: 0 });
    const most = await compared([silent, honest, silent], { timeoutMs: 100 });
    expect(await codeOf(echo(most.reader))).to.equal('ENDPOINTS_UNAVAILABLE');
  });

  it('do not wait for an endpoint that has given no answer, and compare it again once it answers', async () => {
    let isSilent = true;
    const waking: Alter = (result, { method }) => {
      if (isSilent) return SILENT;
      return method === 'eth_call' ? '0xdead' : result;
    };
    const { endpoints, reader, lies } = await compared([waking, honest, honest], {
      timeoutMs: 400,
      graceMs: 30,
    });
    await echo(reader);
    expect(endpoints.health[0]?.state).to.equal('failing');
    const start = performance.now();
    for (let i = 0; i < 4; i++) await echo(reader);
    expect(performance.now() - start, 'four requests, of three questions each').to.be.below(400);
    isSilent = false;
    while (endpoints.health[0]?.state === 'failing') await echo(reader);
    while (lies.length === 0) await echo(reader);
    expect(lies).to.deep.equal([
      { endpoint: 'rpc 0', method: 'eth_call', got: '"0xdead"', agreed: '"0xabcd"' },
    ]);
    expect(endpoints.lies).to.deep.equal(lies);
  });

  it('of two, where one is enough, follow the one that answers and neither of two that disagree', async () => {
    let isSilent = true;
    const other = lyingAbout('eth_call', () => '0xdead');
    const waking: Alter = (result, rpc) => (isSilent ? SILENT : other(result, rpc));
    const options = { timeoutMs: 1_000, isOneEnough: true };
    const { endpoints, reader, lies } = await compared([honest, waking], options);
    expect((await echo(reader)).data).to.equal('0xabcd');
    isSilent = false;
    while (endpoints.health[1]?.state === 'failing') await reader.getBlockNumber();
    expect(await codeOf(echo(reader))).to.equal('ENDPOINTS_DISAGREE');
    expect(lies, 'nobody knows who lies').to.deep.equal([]);
    const strict = await compared([honest, () => SILENT], { timeoutMs: 50 });
    expect(await codeOf(echo(strict.reader))).to.equal('ENDPOINTS_UNAVAILABLE');
  });

  it('take no advice from a liar that others would not give: nonces, gas and tips', async () => {
    const greedy: Alter = (result, { method, params }) => {
      const isAdvice = method === 'eth_estimateGas' || method === 'eth_maxPriorityFeePerGas';
      return isAdvice || params[1] === 'pending' ? '0xffffffffff' : result;
    };
    const { reader } = await compared([greedy, honest, honest]);
    const plain = await compared([honest, honest]);
    const { address } = client.devAccount(0);
    const read = async (of: client.ChainReader) => [
      await of.getTransactionCount({ address, blockTag: 'pending' }),
      await of.estimateGas({ account: address, to: ECHO, data: '0xabcd' }),
      await of.estimateMaxPriorityFeePerGas(),
    ];
    expect(await read(reader)).to.deep.equal(await read(plain.reader));
  });

  it('show the first field in which two answers about one block differ', async () => {
    const alter = lyingAbout('eth_getBlockByNumber', (block) => changed(block, { mixHash: other }));
    const { reader, lies } = await compared([honest, alter, honest]);
    await reader.getBlock({ blockTag: 'finalized' });
    expect(lies[0]).to.include({ endpoint: 'rpc 1', got: `mixHash "${other}"` });
    expect(lies[0]?.agreed).to.match(/^mixHash "0x/);
  });

  it('say that a block which a majority has not seen is not there, whatever one says', async () => {
    const inventing: Alter = (result, { method }) =>
      method === 'eth_getBlockByNumber' && result === null ? { number: '0x999', hash: other } : result;
    const { reader } = await compared([inventing, honest, honest]);
    expect(await codeOf(reader.getBlock({ blockNumber: 0x999n }))).to.equal('BlockNotFoundError');
  });

  it('take an endpoint that is behind, or on another branch, for no liar', async () => {
    const behind: Alter = (result, { method, params }) => {
      if (method !== 'eth_getBlockByNumber') return result;
      const height = params[0] === 'latest' ? '0x2' : params[0];
      return Number(height) > 2 ? null : changed(result, { number: height });
    };
    const forked = lyingAbout('eth_getBlockByNumber', (block) =>
      changed(block, { hash: other, stateRoot: other }),
    );
    for (const alter of [behind, forked]) {
      const { reader, lies, endpoints } = await compared([honest, alter, honest]);
      const before = await reader.getBlockNumber();
      expect(before >= 5n).to.equal(true);
      expect((await echo(reader)).data).to.equal('0xabcd');
      expect(lies).to.deep.equal([]);
      expect(endpoints.health[1]?.state).to.equal('healthy');
    }
  });

  it('ask a liar again after a while', async () => {
    let now = 0;
    const alter = lyingAbout('eth_call', () => '0xdead');
    const { reader, lies } = await compared([alter, honest, honest], {
      now: () => now,
      readmitAfterMs: 1000,
    });
    await echo(reader);
    now = 999;
    await echo(reader);
    expect(lies).to.have.length(1);
    now = 1000;
    await echo(reader);
    expect(lies).to.have.length(2);
  });

  it('are two to sixteen of different names', () => {
    const named = (...names: readonly string[]) =>
      names.map((name) => ({ name, transport: http('http://127.0.0.1:1') }));
    const many = named(...Array.from({ length: 17 }, (_, i) => String(i)));
    for (const endpoints of [named(), named('a'), named('a', 'a'), many]) {
      expect(() => new client.ComparedEndpoints(endpoints)).to.throw(BallastError, 'endpoints: got');
    }
    expect(new client.ComparedEndpoints(many.slice(1)).health).to.have.length(16);
  });
});
