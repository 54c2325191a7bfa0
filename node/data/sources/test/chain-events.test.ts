import { expect } from 'chai';
import { encodeAbiParameters, type Hex, pad, toEventSelector } from 'viem';
import {
  type Anvil,
  type ChainReader,
  type ChainWriter,
  createReader,
  createWriter,
  devAccount,
  startAnvil,
} from '../../../../contracts/client/index.ts';
import { CORE_FLOWS, createProtocolSource } from '../chain/protocol-state.ts';
import { createPoolSource, type PoolOptions, poolPrice } from '../chain/uniswap.ts';
import type { Observation, SourceClock } from '../data-source.ts';
import { collect, NEVER, only, virtualWorld } from './world.ts';

const POOL = `0x${'70'.repeat(20)}` as const;
const MANAGER = `0x${'74'.repeat(20)}` as const;
const VAULTS = `0x${'7a'.repeat(20)}` as const;
/** Two contracts that log what they are called with: three or two words of topics, then data. */
const LOG3 = '0x365f5f376040516020515f51606036036060a300';
const LOG2 = '0x365f5f376020515f51604036036040a200';
const START = 2_000_000_000;
const SWAP = toEventSelector(
  'Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
);
const SWAP_V4 = toEventSelector(
  'Swap(bytes32 indexed id, address indexed sender, int128 amount0, int128 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint24 fee)',
);
const UNITS = {
  unit: 'USDC',
  base: 'token1',
  decimals: [6, 18],
  jump: 0.5,
  confirmations: 2,
  pollSeconds: 1,
} as const;
const POOL_OPTIONS: PoolOptions = { ...UNITS, pool: POOL };

describe('events of contracts', () => {
  let anvil: Anvil;
  let reader: ChainReader;
  let writer: ChainWriter;
  let second = START;
  const rpc = (method: string, params: unknown[] = []) =>
    reader.request({ method, params } as never) as Promise<unknown>;

  before(async () => {
    anvil = await startAnvil();
    reader = createReader(anvil);
    writer = createWriter({ ...anvil, pollingIntervalMs: 10 }, devAccount(0));
    await rpc('anvil_setCode', [POOL, LOG3]);
    await rpc('anvil_setCode', [MANAGER, LOG3]);
    await rpc('anvil_setCode', [VAULTS, LOG2]);
  });
  after(() => anvil.stop());

  /** Mines what is given as one block, twelve seconds after the last. */
  async function block(...calls: { to: Hex; data: Hex }[]) {
    second += 12;
    await rpc('evm_setAutomine', [false]);
    for (const { to, data } of calls) await writer.sendTransaction({ to, data, gas: 200_000n });
    await rpc('evm_setNextBlockTimestamp', [second]);
    await rpc('evm_mine');
    return second;
  }
  /** A swap after which token1 is worth `price` of token0, of 6 and 18 decimals. */
  const rootOf = (price: number) => BigInt(Math.round(Math.sqrt(1 / (price * 1e-12)) * 2 ** 48)) << 48n;
  function swap(price: number, amount1 = 10n ** 18n) {
    const root = rootOf(price);
    const data = encodeAbiParameters(
      [{ type: 'int256' }, { type: 'int256' }, { type: 'uint160' }, { type: 'uint128' }, { type: 'int24' }],
      [-1_000_000n, amount1, root, 1n, 0],
    );
    return { to: POOL, data: join(SWAP, pad('0x01'), pad('0x02'), data) };
  }
  const join = (...parts: Hex[]): Hex => `0x${parts.map((part) => part.slice(2)).join('')}`;

  it('make the bars of a pool: one a block, of final blocks alone', async () => {
    const first = await block(swap(2000), swap(2010), swap(2005));
    await block();
    const third = await block(swap(1990, -(3n * 10n ** 18n)));
    await block({ to: POOL, data: join(SWAP, pad('0x01'), pad('0x02'), '0x1234') });
    await block(swap(2000));
    // The last two blocks are not final.
    const world = virtualWorld(START + 1000);
    const source = createPoolSource(POOL_OPTIONS, reader, world);
    await block();
    const all = await collect(source.history({ from: START, to: START + 10_000 }, NEVER));
    const bars = only('bar', all).map(({ bar }) => [
      bar.second,
      ...[bar.open, bar.high, bar.low, bar.close].map(Math.round),
      bar.volume,
    ]);
    expect(bars).to.deep.equal([
      [first, 2000, 2010, 2000, 2005, 3],
      [third, 1990, 1990, 1990, 1990, 3],
    ]);
    expect(only('refused', all).map(({ code }) => code)).to.deep.equal(['DATA_MALFORMED']);
    const later = await collect(source.history({ from: first + 1, to: third + 1 }, NEVER));
    expect(only('bar', later).length).to.equal(1);
  });

  it('make the bars of one pool among those of a version 4 manager', async () => {
    const words = ['int128', 'int128', 'uint160', 'uint128', 'int24', 'uint24'].map((type) => ({ type }));
    const swapIn = (id: Hex, price: number) => {
      const data = encodeAbiParameters(words, [-1_000_000n, 2n * 10n ** 18n, rootOf(price), 1n, 0, 3000]);
      return { to: MANAGER, data: join(SWAP_V4, id, pad('0x02'), data) };
    };
    const [own, other] = [pad('0xaa'), pad('0xbb')];
    const from = await block(swapIn(other, 7), swapIn(own, 2000), swapIn(own, 1999), swapIn(other, 9));
    await block({ to: MANAGER, data: join(SWAP_V4, own, pad('0x02'), '0x1234') });
    for (let i = 0; i < 3; i++) await block();
    const options: PoolOptions = { ...UNITS, version: 'v4', manager: MANAGER, poolId: own };
    const source = createPoolSource(options, reader, virtualWorld(START + 10_000));
    expect(source.id).to.equal(`uniswap-v4:31337:${MANAGER}:${own}`);
    const all = await collect(source.history({ from, to: START + 10_000 }, NEVER));
    const bars = only('bar', all).map(({ bar }) => [
      bar.second,
      Math.round(bar.open),
      Math.round(bar.close),
      bar.volume,
    ]);
    expect(bars).to.deep.equal([[from, 2000, 1999, 4]]);
    expect(only('refused', all).map(({ code }) => code)).to.deep.equal(['DATA_MALFORMED']);
    expect(() => createPoolSource({ ...options, poolId: '0x12' }, reader, virtualWorld(START)))
      .to.throw()
      .with.property('code', 'SOURCE_POOL');
  });

  it('come live once, and never from a block that a reorganisation takes back', async () => {
    // The last final block is the past that a live source does not tell.
    for (let i = 0; i < 4; i++) await block();
    const stop = new AbortController();
    const steps: (() => Promise<unknown>)[] = [
      async () => {
        const mark = await rpc('evm_snapshot');
        await block(swap(2500));
        steps.unshift(async () => {
          await rpc('evm_revert', [mark]);
          await block(swap(2100));
        });
      },
      async () => block(swap(2200)),
      async () => block(),
      async () => block(),
      async () => block(),
      async () => block(),
    ];
    const clock: SourceClock = {
      now: () => (START + 10_000) * 1000,
      sleep: async (_, signal) => {
        signal.throwIfAborted();
        const step = steps.shift();
        if (step === undefined) stop.abort();
        else await step();
      },
    };
    const source = createPoolSource(POOL_OPTIONS, reader, { clock, random: () => 0.5 });
    const seen: Observation[] = [];
    for await (const each of source.live?.(stop.signal) ?? []) seen.push(each);
    expect(only('bar', seen).map(({ bar }) => Math.round(bar.close))).to.deep.equal([2100, 2200]);
  });

  it('add up to what a protocol did in each block, and its state after it', async () => {
    const minted = toEventSelector('Minted(uint256 indexed vault, uint256 coins)');
    const repaid = toEventSelector('Repaid(uint256 indexed vault, uint256 coins)');
    const amount = (coins: bigint) => encodeAbiParameters([{ type: 'uint256' }], [coins * 10n ** 18n]);
    const from = await block(
      { to: VAULTS, data: join(minted, pad('0x05'), amount(70n)) },
      { to: VAULTS, data: join(minted, pad('0x06'), amount(30n)) },
      { to: VAULTS, data: join(repaid, pad('0x05'), amount(4n)) },
    );
    // An event of nobody's interest, and one that is not what it says.
    await block({ to: VAULTS, data: join(pad('0x99'), pad('0x05'), amount(1n)) });
    await block({ to: VAULTS, data: join(minted, pad('0x05'), '0x12') });
    for (let i = 0; i < 3; i++) await block();
    const stateAt = async (height: number) => ({ supply: height > 0 ? 96 : 0 });
    const options = { name: 'vaults', contracts: [VAULTS], flows: CORE_FLOWS, stateAt };
    const source = createProtocolSource(options, reader, virtualWorld(START + 10_000));
    const all = await collect(source.history({ from, to: START + 10_000 }, NEVER));
    expect(only('state', all).map(({ second: at, values }) => [at, values])).to.deep.equal([
      [from, { 'minted.count': 2, minted: 100, 'repaid.count': 1, repaid: 4, supply: 96 }],
    ]);
    expect(only('refused', all).length).to.equal(1);
  });

  it('say a pool’s price now and its mean over time', async () => {
    const told = {
      readContract: async ({ functionName }: { functionName: string }) =>
        functionName === 'slot0'
          ? [2n ** 96n * 2n, 0, 0, 0, 0, 0, true]
          : [
              [0n, 600n * 6931n],
              [0n, 0n],
            ],
    } as unknown as ChainReader;
    const options = { pool: POOL, base: 'token0', decimals: [18, 18] } as const;
    const { spot, average } = await poolPrice(told, options, 600, 7);
    expect(spot).to.equal(4);
    expect(average).to.be.closeTo(1.0001 ** 6931, 1e-9);
  });
});
