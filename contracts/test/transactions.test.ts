import { expect } from 'chai';
import { type Hex, keccak256, parseGwei, parseTransaction, RpcRequestError } from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { replacementFees } from '../client/gas-fees.ts';
import * as client from '../client/index.ts';
import { poolAnswer } from '../client/pool-answer.ts';

const POLL_MS = 5;
/** Short, so that what is stuck is found at once. */
const STUCK_MS = 160;
const RECIPIENT: Hex = `0x${'5e'.repeat(20)}`;

/** Transactions of accounts of their own on one chain that makes blocks when a test says so. */
describe('transaction manager', function () {
  this.timeout(20_000);
  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let accounts = 0;

  const rpc = <T = unknown>(method: string, ...params: unknown[]): Promise<T> =>
    reader.request({ method, params } as never) as Promise<T>;
  const mine = () => rpc('evm_mine');
  const pool = async () => Number((await rpc<{ pending: Hex; queued: Hex }>('txpool_status')).pending);
  const queued = async () => Number((await rpc<{ pending: Hex; queued: Hex }>('txpool_status')).queued);
  const wealth = () => reader.getBalance({ address: RECIPIENT });
  const pay = (what: string, id?: string): client.Intent & { readonly isDone?: never } => ({
    what,
    call: { to: RECIPIENT, data: '0x', value: 1n },
    ...(id === undefined ? {} : { id }),
  });

  /** An account that has sent nothing, its manager, and what it hands to the endpoint. */
  function open(options: client.TransactionOptions = { stuckAfterMs: STUCK_MS }, index = accounts++) {
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: POLL_MS };
    const plain = client.createWriter(endpoint, client.devAccount(index));
    const raw: Hex[] = [];
    const faults: Error[] = [];
    const writer = {
      ...plain,
      sendRawTransaction: async (call: Parameters<client.ChainWriter['sendRawTransaction']>[0]) => {
        raw.push(call.serializedTransaction);
        const hash = await plain.sendRawTransaction(call);
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        return hash;
      },
    } as client.ChainWriter;
    const { address } = plain.account;
    const nonce = () => reader.getTransactionCount({ address });
    return {
      plain,
      raw,
      faults,
      writer,
      nonce,
      index,
      manager: client.transactionsOf(reader, writer, options),
    };
  }

  before(async () => {
    anvil = await client.startAnvil({ accounts: 32 });
    reader = client.createReader({
      rpcUrl: anvil.rpcUrl,
      chainId: anvil.chainId,
      pollingIntervalMs: POLL_MS,
    });
    await rpc('evm_setAutomine', false);
  });

  after(() => anvil?.stop());

  it('gives concurrent intents nonces in turn, and one of the same id one transaction', async () => {
    const { manager, raw, nonce } = open({ stuckAfterMs: 8_000 });
    const before = await wealth();
    const sent = ['a', 'b', 'c', 'a', 'b'].map((id) => manager.send(pay(`pay ${id}`, id)));
    await until(async () => (await pool()) === 3);
    await mine();
    const hashes = (await Promise.all(sent)).map(({ transactionHash }) => transactionHash);
    expect(new Set(hashes).size).to.equal(3);
    expect(hashes[0]).to.equal(hashes[3]);
    expect([raw.length, await nonce(), (await wealth()) - before]).to.deep.equal([3, 3, 3n]);
    // Once more, later: it is found, not sent.
    expect((await manager.send(pay('pay a', 'a'))).transactionHash).to.equal(hashes[0]);
    expect(raw.length).to.equal(3);
    expect(client.transactionsOf(reader, open().writer)).not.to.equal(manager);
  });

  it('sends what the pool has dropped again, so that what follows is not held up', async () => {
    const { manager, raw, nonce } = open({ stuckAfterMs: 2_000 });
    const both = Promise.all([manager.send(pay('first')), manager.send(pay('second'))]);
    await until(async () => (await pool()) === 2);
    const first = hashOf(raw[0]);
    await rpc('anvil_dropTransaction', first);
    await until(async () => raw.length > 2 && (await pool()) === 2);
    await mine();
    const receipts = await both;
    expect(receipts.map(({ status }) => status)).to.deep.equal(['success', 'success']);
    expect(receipts[0].transactionHash).to.equal(first);
    expect(await nonce()).to.equal(2);
  });

  it('replaces what is stuck by the same call at a higher price, and not above its cap', async () => {
    const cap = parseGwei('4');
    const { manager, raw } = open({ stuckAfterMs: STUCK_MS, maxFeePerGas: cap });
    const before = await wealth();
    const sending = manager.send(pay('pay'));
    await until(async () => raw.length >= 3);
    await mine();
    const receipt = await sending;
    expect(receipt.transactionHash).to.equal(hashOf(raw.at(-1)));
    const offered = raw.map((each) => parseTransaction(each).maxFeePerGas ?? 0n);
    for (const [i, fee] of offered.entries()) {
      expect(fee <= cap).to.equal(true);
      if (i > 0) expect(fee * 10n >= (offered[i - 1] ?? 0n) * 11n).to.equal(true);
    }
    expect((await wealth()) - before).to.equal(1n);

    const poor = open({ stuckAfterMs: STUCK_MS, maxFeePerGas: 1n });
    expect(await codeOf(poor.manager.send(pay('pay')))).to.equal('GAS_PRICE_ABOVE_CAP');
    expect(poor.raw).to.deep.equal([]);
  });

  it('never pays twice after an answer that was lost, a wait that ended, or a caller that left', async () => {
    const { manager, raw, faults, nonce } = open({ stuckAfterMs: 8_000 });
    const before = await wealth();
    faults.push(new Error('the line is cut'));
    expect(await codeOf(manager.send(pay('pay', 'one')))).to.equal('CHAIN_REQUEST_FAILED');
    const impatient = await failure(manager.send(pay('pay', 'one'), { timeoutMs: 30 }));
    expect([impatient.code, impatient.metadata.transactionHash]).to.deep.equal([
      'CHAIN_REQUEST_FAILED',
      hashOf(raw[0]),
    ]);
    const leaving = new AbortController();
    const left = codeOf(manager.send(pay('pay', 'one'), { signal: leaving.signal }));
    leaving.abort();
    expect(await left).to.equal('CHAIN_WAIT_ABORTED');
    const last = manager.send(pay('pay', 'one'));
    await mine();
    expect((await last).status).to.equal('success');
    expect([await nonce(), (await wealth()) - before]).to.deep.equal([1, 1n]);
    const gone = AbortSignal.abort();
    expect(await codeOf(manager.send(pay('pay', 'two'), { signal: gone }))).to.equal('CHAIN_WAIT_ABORTED');
    expect(raw.length).to.equal(1);
  });

  it('does again what a reorganisation took back, once', async () => {
    const { manager, nonce } = open({ stuckAfterMs: 8_000 });
    const before = await wealth();
    const sending = manager.send(pay('pay', 'one'));
    await until(async () => (await pool()) === 1);
    const snapshot = await rpc('evm_snapshot');
    await mine();
    const { transactionHash } = await sending;
    expect(await nonce()).to.equal(1);
    await rpc('evm_revert', snapshot);
    await rpc('anvil_dropTransaction', transactionHash);
    expect([await nonce(), await pool()]).to.deep.equal([0, 0]);
    const again = manager.send(pay('pay', 'one'));
    await until(async () => (await pool()) === 1);
    await mine();
    expect((await again).transactionHash).to.equal(transactionHash);
    expect([await nonce(), (await wealth()) - before]).to.deep.equal([1, 1n]);
  });

  it('looks for the effect after a restart, when what the process before it sent is in a block', async () => {
    const first = open();
    const before = await wealth();
    const isDone = async () => (await wealth()) > before;
    const leaving = new AbortController();
    const left = codeOf(first.manager.send(pay('pay', 'one'), { signal: leaving.signal }));
    await until(async () => (await pool()) === 1);
    leaving.abort();
    expect(await left).to.equal('CHAIN_WAIT_ABORTED');
    const second = open({ stuckAfterMs: 10_000 }, first.index);
    const found = second.manager.send({ ...pay('pay', 'one'), isDone });
    await tick(4 * POLL_MS);
    expect(second.raw).to.deep.equal([]);
    await mine();
    expect(await found).to.equal(undefined);
    expect([second.raw.length, (await wealth()) - before]).to.deep.equal([0, 1n]);
  });

  it('fills nonces that an earlier process used and lost, and takes the place of what does not come', async () => {
    const { plain, manager, nonce } = open();
    const { address } = plain.account;
    const strange = (at: number) =>
      plain.sendTransaction({ to: address, nonce: at, gas: 21_000n, maxFeePerGas: 3n * 10n ** 9n });
    await strange(0);
    const sending = manager.send(pay('pay'));
    // It waits, then outbids what was left; a block has to take both.
    await until(async () => (await pool()) === 2, 4_000);
    await mine();
    expect((await sending).status).to.equal('success');
    expect(await nonce()).to.equal(2);

    // Two of another process are in the pool, and the first is dropped: a gap that nobody here has made.
    const lost = await strange(2);
    const next = manager.send(pay('pay'));
    await until(async () => (await pool()) === 2);
    await rpc('anvil_dropTransaction', lost);
    await until(async () => (await queued()) === 0 && (await pool()) === 2, 4_000);
    await mine();
    expect((await next).status).to.equal('success');
    expect(await nonce()).to.equal(4);
  });

  it('takes the next nonce where another process was faster, and refuses where it may have but one', async () => {
    const { plain, manager, nonce } = open();
    const first = manager.send(pay('pay'));
    await until(async () => (await pool()) === 1);
    await mine();
    await first;
    const stale = client.transactionsOf(
      staleReader(reader, () => 0),
      plain,
      { stuckAfterMs: STUCK_MS },
    );
    expect(await codeOf(stale.send({ ...pay('pay'), nonce: 0 }))).to.equal('TRANSACTION_NONCE_USED');
    const second = manager.send({ ...pay('pay'), nonce: 1 });
    await until(async () => (await pool()) === 1);
    await mine();
    expect((await second).status).to.equal('success');
    expect(await nonce()).to.equal(2);
  });

  it('sends nothing that a contract refuses, and says why what failed in its block did', async () => {
    const { manager, raw, writer } = open();
    const options = { minimumBond: 1n, unbondingDelaySeconds: 60 };
    await rpc('evm_setAutomine', true);
    const { nodeRegistry } = await client.deployContracts(reader, writer, options);
    await rpc('evm_setAutomine', false);
    const sent = raw.length;
    expect(await codeOf(client.exitNode(reader, writer, nodeRegistry))).to.equal('NOT_ACTIVE');
    expect(raw.length).to.equal(sent);
    const data = `0x${'00'.repeat(4)}` as const;
    expect(await codeOf(manager.send({ what: 'nonsense', call: { to: nodeRegistry, data } }))).to.equal(
      'CHAIN_REQUEST_FAILED',
    );
    expect(raw.length).to.equal(sent);
  });

  it('keeps a bounded number of transactions without a block', async () => {
    const { manager } = open({ stuckAfterMs: 60_000 });
    const leaving = new AbortController();
    const sent = Array.from({ length: client.MAX_IN_FLIGHT }, (_, i) =>
      codeOf(manager.send(pay(`pay ${i}`), { signal: leaving.signal })),
    );
    await until(async () => (await pool()) === client.MAX_IN_FLIGHT);
    expect(await codeOf(manager.send(pay('one more')))).to.equal('TRANSACTIONS_TOO_MANY');
    leaving.abort();
    await Promise.all(sent);
    await mine();
    const last = manager.send(pay('one more'));
    await until(async () => (await pool()) === 1);
    await mine();
    expect((await last).status).to.equal('success');
  });

  it('knows what pools answer, and what a replacement has to pay', () => {
    const refusal = (message: string) =>
      poolAnswer(
        new Error('outer', {
          cause: new RpcRequestError({ body: {}, error: { code: -32000, message }, url: '' }),
        }),
      );
    expect(
      ['already known', 'nonce too low: next nonce 5', 'replacement transaction underpriced', 'boo'].map(
        refusal,
      ),
    ).to.deep.equal(['known', 'nonce-used', 'underpriced', 'refused']);
    expect(poolAnswer(new Error('socket hang up'))).to.equal('unclear');
    expect(poolAnswer(new BallastError('CHAIN_HELD', 'held'))).to.equal('refused');
    const fees = (maxFeePerGas: bigint, maxPriorityFeePerGas: bigint) => ({
      maxFeePerGas,
      maxPriorityFeePerGas,
    });
    expect(replacementFees(fees(80n, 8n), fees(40n, 8n), 1000n)).to.deep.equal(fees(91n, 10n));
    expect(replacementFees(fees(80n, 8n), fees(400n, 80n), 1000n)).to.deep.equal(fees(400n, 80n));
    expect(replacementFees(fees(80n, 8n), fees(400n, 80n), 89n)).to.deep.equal(fees(89n, 80n));
    expect(replacementFees(fees(80n, 8n), fees(400n, 80n), 88n)).to.equal(undefined);
  });
});

/** An endpoint that is behind in what it says of nonces. */
function staleReader(reader: client.ChainReader, nonce: () => number): client.ChainReader {
  return { ...reader, getTransactionCount: async () => nonce() } as client.ChainReader;
}

const tick = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => Promise<boolean>, withinMs = 3_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await tick(POLL_MS);
  }
}

const hashOf = (raw: Hex | undefined): Hex => keccak256(raw ?? '0x');

async function failure(promise: Promise<unknown>): Promise<BallastError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof BallastError ? error.code : String(error)),
  );
