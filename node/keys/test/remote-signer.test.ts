import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { type Hex, parseTransaction, type TypedDataDefinition } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { isSignedBy, roundDecisionDigest, signRoundDecision } from '../../../contracts/client/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { openRemoteSigner } from '../index.ts';

const CHAIN = 31_337;
const key = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const other = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const domain = { chainId: CHAIN, contract: `0x${'ab'.repeat(20)}` };
const decision = {
  network: '01'.repeat(32),
  epoch: 0,
  round: 7,
  view: 1,
  outcome: 'accepted' as const,
  version: 3,
  modelDigest: '02'.repeat(32),
  entryDigest: '03'.repeat(32),
};
const transaction = {
  type: 'eip1559' as const,
  chainId: CHAIN,
  to: `0x${'cd'.repeat(20)}` as Hex,
  data: '0x1234' as Hex,
  value: 5n,
  nonce: 9,
  gas: 60_000n,
  maxFeePerGas: 2_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
};

type Answer = { readonly result: unknown } | { readonly error: { code: number; message: string } };
type Handler = (params: readonly unknown[]) => Promise<Answer> | Answer;
type RpcTransaction = Record<
  'to' | 'data' | 'value' | 'nonce' | 'gas' | 'maxFeePerGas' | 'maxPriorityFeePerGas',
  Hex
>;

const notFound: Handler = () => ({ error: { code: -32_601, message: 'method not found' } });
const hang: Handler = () => new Promise(() => undefined);

/** Signs what the wire asks for, from the wire alone, as an external signer does. */
const honest: Record<string, Handler> = {
  eth_accounts: () => ({ result: [other.address, key.address] }),
  eth_chainId: () => ({ result: `0x${CHAIN.toString(16)}` }),
  eth_signTypedData_v4: async ([from, json]) => {
    expect(String(from).toLowerCase()).to.equal(key.address.toLowerCase());
    const { types, ...rest } = JSON.parse(String(json)) as TypedDataDefinition & {
      types: Record<string, unknown>;
    };
    expect(types).to.have.property('EIP712Domain');
    return { result: await key.signTypedData({ types, ...rest } as TypedDataDefinition) };
  },
  eth_signTransaction: async ([wire]) => ({ result: await signed(wire as RpcTransaction) }),
};

function signed(wire: RpcTransaction, change: Partial<typeof transaction> = {}, by = key): Promise<Hex> {
  const { to, data, value, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = wire;
  return by.signTransaction({
    type: 'eip1559',
    chainId: CHAIN,
    to,
    data,
    value: BigInt(value),
    nonce: Number(nonce),
    gas: BigInt(gas),
    maxFeePerGas: BigInt(maxFeePerGas),
    maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas),
    ...change,
  });
}

async function failure(action: Promise<unknown>): Promise<BallastError> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(BallastError);
    return error as BallastError;
  }
  throw new Error('expected a refusal');
}

describe('remote signer', () => {
  let server: Server;
  let url = '';
  let handlers = honest;

  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', async () => {
        const { id, method, params } = JSON.parse(Buffer.concat(parts).toString()) as {
          id: number;
          method: string;
          params: unknown[];
        };
        const answer = await (handlers[method] ?? notFound)(params);
        if ('error' in answer && answer.error.message === 'not json') response.end('<html>');
        else response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (changes: Record<string, Handler> = {}) => {
    handlers = { ...honest, ...changes };
    return openRemoteSigner({ url, address: key.address, chainId: CHAIN, timeoutMs: 300 });
  };

  it('signs commit votes that the chain accepts and transactions that are the ones asked for', async () => {
    const signer = await open();
    const vote = await signRoundDecision(signer, domain, decision);
    expect(await isSignedBy(roundDecisionDigest(domain, decision), vote, key.address)).to.equal(true);
    const raw = await signer.signTransaction(transaction);
    expect(raw).to.equal(await key.signTransaction(transaction));
  });

  it('knows the older method, the signer without a chain, and the answer in an object', async () => {
    const { eth_signTypedData_v4: sign, eth_signTransaction: send } = honest;
    if (sign === undefined || send === undefined) throw new Error('both are handled');
    const signer = await open({
      eth_chainId: notFound,
      eth_signTypedData_v4: notFound,
      eth_signTypedData: sign,
      eth_signTransaction: async (params) => {
        const answer = await send(params);
        return { result: { raw: 'result' in answer ? answer.result : undefined, tx: {} } };
      },
    });
    const vote = await signRoundDecision(signer, domain, decision);
    expect(await isSignedBy(roundDecisionDigest(domain, decision), vote, key.address)).to.equal(true);
    expect(parseTransaction((await signer.signTransaction(transaction)) as `0x02${string}`).nonce).to.equal(
      9,
    );
  });

  it('normalises v of 0 and 1, and refuses a high s, which the contracts refuse', async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const good = await signRoundDecision(await open(), domain, decision);
    const hex = Buffer.from(good).toString('hex');
    const low = hex.slice(128) === '1b' ? '00' : '01';
    const normal = await open({ eth_signTypedData_v4: () => ({ result: `0x${hex.slice(0, 128)}${low}` }) });
    expect(await signRoundDecision(normal, domain, decision)).to.deep.equal(good);
    const s = (order - BigInt(`0x${hex.slice(64, 128)}`)).toString(16).padStart(64, '0');
    const flipped = hex.slice(128) === '1b' ? '1c' : '1b';
    const high = await open({
      eth_signTypedData_v4: () => ({ result: `0x${hex.slice(0, 64)}${s}${flipped}` }),
    });
    expect((await failure(signRoundDecision(high, domain, decision))).code).to.equal('SIGNER_ANSWER_INVALID');
  });

  it('believes no answer', async () => {
    const vote = async (handler: Handler) =>
      (await failure(signRoundDecision(await open({ eth_signTypedData_v4: handler }), domain, decision)))
        .code;
    const wrongKey = await signRoundDecision(other, domain, decision);
    const wrongRound = await signRoundDecision(key, domain, { ...decision, round: 8 });
    const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
    expect(await vote(() => ({ result: hex(wrongKey) }))).to.equal('SIGNER_ANSWER_INVALID');
    expect(await vote(() => ({ result: hex(wrongRound) }))).to.equal('SIGNER_ANSWER_INVALID');
    for (const result of [null, 7, '0x', `0x${'00'.repeat(65)}`, 'yes', {}]) {
      expect(await vote(() => ({ result })), String(result)).to.equal('SIGNER_ANSWER_INVALID');
    }
    expect(await vote(() => ({ error: { code: -32_000, message: 'locked' } }))).to.equal('SIGNER_REFUSED');
    expect(await vote(() => ({ error: { code: 0, message: 'not json' } }))).to.equal('SIGNER_ANSWER_INVALID');
    expect(await vote(hang)).to.equal('SIGNER_TIMEOUT');
  });

  it('sends nothing that it did not ask for', async () => {
    const send = async (change: Partial<typeof transaction>, by = key) => {
      const signer = await open({
        eth_signTransaction: async ([wire]) => ({ result: await signed(wire as RpcTransaction, change, by) }),
      });
      return (await failure(signer.signTransaction(transaction))).code;
    };
    expect(await send({ value: 6n })).to.equal('SIGNER_ANSWER_INVALID');
    expect(await send({ to: `0x${'ce'.repeat(20)}` })).to.equal('SIGNER_ANSWER_INVALID');
    expect(await send({ nonce: 10 })).to.equal('SIGNER_ANSWER_INVALID');
    expect(await send({ data: '0x1235' })).to.equal('SIGNER_ANSWER_INVALID');
    expect(await send({ maxFeePerGas: 3_000_000_000n })).to.equal('SIGNER_ANSWER_INVALID');
    expect(await send({ chainId: 1 })).to.equal('SIGNER_CHAIN_MISMATCH');
    expect(await send({}, other)).to.equal('SIGNER_ANSWER_INVALID');
    const signer = await open();
    expect((await failure(signer.signTransaction({ ...transaction, chainId: 1 }))).code).to.equal(
      'SIGNER_CHAIN_MISMATCH',
    );
    expect((await failure(signer.signMessage({ message: 'hello' }))).code).to.equal('SIGNER_REFUSED');
  });

  it('does not open with another chain, without the key, hanging or absent', async () => {
    expect((await failure(open({ eth_chainId: () => ({ result: '0x1' }) }))).code).to.equal(
      'SIGNER_CHAIN_MISMATCH',
    );
    expect((await failure(open({ eth_accounts: () => ({ result: [other.address] }) }))).code).to.equal(
      'SIGNER_ADDRESS_UNKNOWN',
    );
    expect((await failure(open({ eth_accounts: () => ({ result: 'all' }) }))).code).to.equal(
      'SIGNER_ANSWER_INVALID',
    );
    expect((await failure(open({ eth_accounts: hang }))).code).to.equal('SIGNER_TIMEOUT');
    const secretive = openRemoteSigner({
      url: 'http://user:hunter22@127.0.0.1:9/',
      address: key.address,
      chainId: CHAIN,
    });
    const error = await failure(secretive);
    expect(error.code).to.equal('SIGNER_UNREACHABLE');
    expect(inspect(error, { depth: 9, showHidden: true })).not.to.include('hunter22');
  });
});
