import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { createPublicClient, createWalletClient, defineChain } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { chainRequest } from '../../../contracts/client/errors.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { ChainEndpoints } from '../chain-endpoints.ts';

const CHAIN_ID = 7;
const FINALIZED = { method: 'eth_getBlockByNumber', params: ['finalized', false] };
type Answer = {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
};

/** An endpoint that answers batches as it is told to, and counts what it was asked. */
class Rpc {
  chainId = CHAIN_ID;
  genesis = '0xaa';
  readonly asked: string[] = [];
  answer: (method: string, params: readonly unknown[]) => Answer = (method, [at]) =>
    method === 'eth_getBlockByNumber'
      ? { result: { number: '0x10', hash: `0xb${Number(at)}` } }
      : { result: '0x10' };
  /** What it does in place of answering. */
  fault: 'none' | 'hang' | 'garbage' | 'single' = 'none';
  readonly #server: Server;
  url = '';

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (this.fault === 'hang') return;
        const calls = JSON.parse(Buffer.concat(parts).toString()) as {
          id: number;
          method: string;
          params: unknown[];
        }[];
        this.asked.push(...calls.map(({ method }) => method));
        const answers = calls.map(({ id, method, params }) => {
          if (method === 'eth_chainId') return { id, result: `0x${this.chainId.toString(16)}` };
          if (method === 'eth_getBlockByNumber' && params[0] === '0x0')
            return { id, result: { hash: this.genesis } };
          return { id, ...this.answer(method, params) };
        });
        if (this.fault === 'garbage') response.end('<html>');
        // The order of a batch's answers is free.
        else response.end(JSON.stringify(this.fault === 'single' ? answers[0] : answers.toReversed()));
      });
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/secret`;
    return this;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

describe('the endpoints of a chain', () => {
  let first: Rpc;
  let second: Rpc;
  let held: string | undefined;
  let stop: AbortController;

  beforeEach(async () => {
    first = await new Rpc().listen();
    second = await new Rpc().listen();
    held = undefined;
    stop = new AbortController();
  });

  afterEach(async () => {
    await first.close();
    await second.close();
  });

  const endpoints = (urls = [first.url, second.url]) =>
    new ChainEndpoints(
      { urls, chainId: CHAIN_ID, timeoutMs: 150 },
      { signal: stop.signal, held: () => held },
    );
  const chain = defineChain({
    id: CHAIN_ID,
    name: 'test',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  const clients = (pool: ChainEndpoints) => ({
    reader: createPublicClient({ chain, transport: pool.transport, cacheTime: 0 }),
    writer: createWalletClient({
      chain,
      transport: pool.transport,
      account: privateKeyToAccount(`0x${'11'.repeat(32)}`),
    }),
  });
  const failure = async (work: () => Promise<unknown>): Promise<BallastError> => {
    const error = await chainRequest('test', work).catch((reason: unknown) => reason);
    if (error instanceof BallastError) return error;
    throw new Error(`it was not refused: ${error}`);
  };

  for (const fault of ['hang', 'garbage', 'single'] as const) {
    it(`follow the other of two when one does not answer (${fault}), and wait for it once alone`, async () => {
      first.fault = fault;
      const { reader } = clients(endpoints());
      expect(await reader.getBlockNumber()).to.equal(16n);
      const start = performance.now();
      for (let i = 0; i < 5; i++) expect(await reader.getBlockNumber()).to.equal(16n);
      expect(performance.now() - start, 'as long as one that hangs takes').to.be.below(150);
    });
  }

  it('follow the other of two when one is of another chain, and use nothing that it says', async () => {
    first.chainId = 8;
    first.answer = () => ({ result: { number: '0xff', hash: '0xbad' } });
    expect(await clients(endpoints()).reader.getBlockNumber()).to.equal(16n);
    const error = await failure(() => clients(endpoints([first.url])).reader.getBlockNumber());
    expect(error.code).to.equal('CHAIN_MISMATCH');
    expect(error.message).to.match(/got chain eip155:8, expected eip155:7/);
  });

  it('say which one does not answer, and never the secrets of its address', async () => {
    first.fault = 'hang';
    const error = await failure(() => clients(endpoints([first.url])).reader.getBlockNumber());
    expect(error.code).to.equal('CHAIN_UNREACHABLE');
    expect(JSON.stringify(error.toObject()) + String(error.stack)).not.to.include('secret');
    expect(error.message).to.match(/^rpc 127\.0\.0\.1:\d+: no answer in time$/);
  });

  it('send nothing under a fault, however the writer is used', async () => {
    held = 'CLOCK_SKEWED';
    const { writer } = clients(endpoints());
    const error = await failure(() => writer.sendRawTransaction({ serializedTransaction: '0x02' }));
    expect(error.code).to.equal('CHAIN_HELD');
    expect(error.metadata).to.deep.equal({ condition: 'CLOCK_SKEWED' });
    expect([...first.asked, ...second.asked]).not.to.include('eth_sendRawTransaction');
    held = undefined;
    await writer.sendRawTransaction({ serializedTransaction: '0x02' });
    expect(first.asked).to.include('eth_sendRawTransaction');
  });

  it('send nothing when the fault comes while the chain is compared', async () => {
    const pool = endpoints();
    await pool.readTogether([]);
    const { writer } = clients(pool);
    const sending = failure(() => writer.sendRawTransaction({ serializedTransaction: '0x02' }));
    held = 'CHAIN_REORGANISED';
    expect((await sending).code).to.equal('CHAIN_HELD');
    expect(first.asked).not.to.include('eth_sendRawTransaction');
  });

  it('send nothing to a chain of another first block', async () => {
    const pool = endpoints([first.url]);
    await pool.readTogether([]);
    first.genesis = '0xbb';
    const { writer } = clients(pool);
    const error = await failure(() => writer.sendRawTransaction({ serializedTransaction: '0x02' }));
    expect(error.code).to.equal('CHAIN_MISMATCH');
    expect(first.asked).not.to.include('eth_sendRawTransaction');
  });

  it('pass on what the chain itself refuses', async () => {
    const refusing = (): Answer => ({ error: { code: 3, message: 'execution reverted' } });
    first.answer = refusing;
    const single = await failure(() => clients(endpoints([first.url])).reader.getGasPrice());
    expect(single.code).to.equal('CHAIN_REQUEST_FAILED');
    second.answer = refusing;
    expect((await failure(() => clients(endpoints()).reader.getGasPrice())).code).to.equal(
      'CHAIN_REQUEST_FAILED',
    );
  });

  const lying: Rpc['answer'] = (method) =>
    method === 'eth_getBlockByNumber' ? { result: { number: '0x10', hash: '0xbad' } } : { result: '0xbad' };

  it('follow neither of two that contradict each other', async () => {
    second.answer = lying;
    const pool = endpoints();
    expect(await clients(pool).reader.getChainId()).to.equal(CHAIN_ID);
    const error = await failure(() => pool.readTogether([FINALIZED]));
    expect(error.code).to.equal('ENDPOINTS_DISAGREE');
    expect(error.message).to.include('rpc 1 (127.0.0.1:').and.to.include('rpc 2 (127.0.0.1:');
    expect(error.message).not.to.include('secret');
  });

  it('of three, name the one that lies from its first word and follow the others, and bear one that is dead', async () => {
    const third = await new Rpc().listen();
    try {
      // Its first block is another as well, and it answers first.
      first.answer = lying;
      const pool = endpoints([first.url, second.url, third.url]);
      const [block] = await pool.readTogether([FINALIZED]);
      expect(block).to.deep.equal({ number: '0x10', hash: '0xb16' });
      expect(pool.lies.map(({ endpoint, got, agreed }) => [endpoint, got, agreed])).to.deep.equal([
        [`rpc 1 (${new URL(first.url).host})`, 'hash "0xbad"', 'hash "0xb16"'],
      ]);
      second.fault = 'hang';
      const away = await failure(() => pool.readTogether([FINALIZED]));
      expect(away.code).to.equal('CHAIN_UNREACHABLE');
      expect(away.message).to.match(/no answer in time/);
    } finally {
      await third.close();
    }
  });

  it('believe no first block that one of three alone has', async () => {
    const third = await new Rpc().listen();
    try {
      first.genesis = '0xbb';
      const pool = endpoints([first.url, second.url, third.url]);
      await pool.readTogether([FINALIZED]);
      const { writer } = clients(pool);
      await writer.sendRawTransaction({ serializedTransaction: '0x02' });
      expect(first.asked).not.to.include('eth_sendRawTransaction');
      expect(third.asked).to.include('eth_sendRawTransaction');
    } finally {
      await third.close();
    }
  });

  it('end at once when the node stops', async () => {
    first.fault = 'hang';
    const waiting = failure(() => clients(endpoints([first.url])).reader.getBlockNumber());
    stop.abort();
    expect((await waiting).code).to.equal('CHAIN_WAIT_ABORTED');
    expect((await failure(() => endpoints().readTogether([]))).code).to.equal('CHAIN_WAIT_ABORTED');
  });
});
