import { type Address, decodeEventLog, type Hex, isAddress, isHex, parseAbi, size } from 'viem';
import type { ChainEvent, ChainReader } from '../../../../contracts/client/index.ts';
import { UsageError } from '../../../../protocol/errors.ts';
import type { DataSource, Observation, SourceCollaborators } from '../data-source.ts';
import { Refusals } from '../refusal.ts';
import { untilAborted } from '../until-aborted.ts';
import { chainCall } from './chain-calls.ts';
import { type EventBlock, EventBlocks, type EventOptions } from './event-blocks.ts';
import { type ChainPrice, priceScreen } from './price-bars.ts';

/** A pool: a contract of its own in version 3, an id of 32 bytes in the one contract of all pools in version 4. */
export type PoolPlace =
  | { readonly version?: 'v3'; readonly pool: string }
  | { readonly version: 'v4'; readonly manager: string; readonly poolId: string };

export type PoolOptions = Omit<EventOptions, 'contracts' | 'filter'> &
  PoolPlace &
  PoolUnits & {
    /** What prices are counted in, such as `USDC`. */
    readonly unit: string;
    /** Share of the price beyond which a block needs to be confirmed. */
    readonly jump: number;
  };

export type PoolUnits = {
  /** Which of the pool's two tokens is priced in the other. */
  readonly base: 'token0' | 'token1';
  /** Decimals of token0 and token1. */
  readonly decimals: readonly [number, number];
};

const SWAPS = {
  v3: parseAbi([
    'event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
  ]),
  v4: parseAbi([
    'event Swap(bytes32 indexed id, address indexed sender, int128 amount0, int128 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint24 fee)',
  ]),
};
/** keccak256 of each event's signature is how a log says what it is; logs of other events are passed over. */
const TOPICS = {
  v3: '0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67',
  v4: '0x40e9cecb9f5f1f1c5b9c97dec2917b7ee92e57ba5563708daca94dd84ad7112f',
};
const ABI = parseAbi([
  'function slot0() view returns (uint160 sqrtPriceX96, int24 tick, uint16, uint16, uint16, uint8, bool)',
  'function observe(uint32[] secondsAgos) view returns (int56[] tickCumulatives, uint160[])',
]);

/**
 * Prices of a Uniswap v3 or v4 pool: one bar for each block with a swap, of the prices after its swaps, from final
 * events alone. A pool's price of one block costs little to move: hold it against {@link poolPrice}'s average, which
 * version 4 does not keep.
 *
 * @throws UsageError `SOURCE_ADDRESS`, `SOURCE_POOL`.
 */
export function createPoolSource(
  options: PoolOptions,
  reader: ChainReader,
  world: SourceCollaborators,
): DataSource {
  const { version, contract, poolId } = placeOf(options);
  const id = [
    `uniswap-${version}`,
    reader.chain.id,
    contract,
    ...(poolId === undefined ? [] : [poolId]),
  ].join(':');
  const blocks = new EventBlocks(id, reader, world.clock, {
    ...options,
    contracts: [contract],
    filter: { event: SWAPS[version][0], ...(poolId === undefined ? {} : { args: { id: poolId } }) },
  });
  async function* observe(found: AsyncIterable<EventBlock>): AsyncGenerator<Observation> {
    const refusals = new Refusals(id);
    const screen = priceScreen(id, { jump: options.jump }, refusals, () => world.clock.now() / 1000);
    for await (const block of found) {
      const price = priceOfBlock(block, version, options);
      if (price === 'malformed') {
        yield refusals.refuse('DATA_MALFORMED', `got a log of block ${block.height}, expected a swap`);
      } else if (price !== undefined) yield screen(price);
    }
  }
  return {
    id,
    unit: options.unit,
    history: (range, signal) => observe(blocks.history(range, signal)),
    live: (signal) => untilAborted(observe(blocks.live(signal)), signal),
  };
}

/**
 * A pool's price now and its geometric mean over the last `seconds`, as of a block (Uniswap v3 whitepaper, 5.1 and 6.1).
 *
 * @throws BallastError `SOURCE_UNREACHABLE`, such as for a mean over more than the pool remembers.
 */
export async function poolPrice(
  reader: ChainReader,
  options: PoolUnits & { readonly pool: string },
  seconds: number,
  height: number,
): Promise<{ readonly spot: number; readonly average: number }> {
  const at = { abi: ABI, address: addressOf(options.pool), blockNumber: BigInt(height) } as const;
  return chainCall(`uniswap-v3:${at.address}`, 'price', async () => {
    const [slot, [cumulatives]] = await Promise.all([
      reader.readContract({ ...at, functionName: 'slot0' }),
      reader.readContract({ ...at, functionName: 'observe', args: [[seconds, 0]] }),
    ]);
    const [before = 0n, now = 0n] = cumulatives;
    const tick = Number(now - before) / seconds;
    return { spot: priceOfRoot(slot[0], options), average: oriented(1.0001 ** tick, options) };
  });
}

function priceOfBlock(
  { second, height, events }: EventBlock,
  version: keyof typeof SWAPS,
  options: PoolUnits,
): ChainPrice | 'malformed' | undefined {
  const prices: number[] = [];
  let volume = 0;
  const scale = 10 ** options.decimals[options.base === 'token0' ? 0 : 1];
  for (const event of events) {
    const swap = swapOf(event, version);
    if (swap === 'malformed') return 'malformed';
    if (swap === undefined) continue;
    prices.push(priceOfRoot(swap.sqrtPriceX96, options));
    volume += Math.abs(Number(options.base === 'token0' ? swap.amount0 : swap.amount1)) / scale;
  }
  const [open, close] = [prices[0], prices.at(-1)];
  if (open === undefined || close === undefined) return undefined;
  const [high, low] = [Math.max(...prices), Math.min(...prices)];
  return { name: `block ${height}`, second, open, high, low, close, volume, flags: 0 };
}

function swapOf({ topics, data }: ChainEvent, version: keyof typeof SWAPS) {
  if (topics[0] !== TOPICS[version]) return undefined;
  const [signature, ...indexed] = topics;
  try {
    const log = { topics: [signature, ...indexed] as [Hex, ...Hex[]], data };
    return version === 'v3'
      ? decodeEventLog({ abi: SWAPS.v3, ...log }).args
      : decodeEventLog({ abi: SWAPS.v4, ...log }).args;
  } catch {
    return 'malformed';
  }
}

/** Token1 for one token0 is the square of the root over 2^96, in units of both; then in whole tokens, and turned. */
function priceOfRoot(root: bigint, options: PoolUnits): number {
  return oriented((Number(root) / 2 ** 96) ** 2, options);
}

function oriented(price: number, { base, decimals }: PoolUnits): number {
  const whole = price * 10 ** (decimals[0] - decimals[1]);
  return base === 'token0' ? whole : 1 / whole;
}

function placeOf(place: PoolPlace): { version: keyof typeof SWAPS; contract: Address; poolId?: Hex } {
  if (place.version !== 'v4') return { version: 'v3', contract: addressOf(place.pool) };
  const { manager, poolId } = place;
  if (!isHex(poolId) || size(poolId) !== 32) {
    throw new UsageError('SOURCE_POOL', 'poolId: expected the id of a pool, 0x and 64 digits');
  }
  return { version: 'v4', contract: addressOf(manager), poolId: poolId.toLowerCase() as Hex };
}

function addressOf(text: string): Address {
  if (isAddress(text, { strict: false })) return text.toLowerCase() as Address;
  throw new UsageError('SOURCE_ADDRESS', 'pool: expected the address of a contract, 0x and 40 digits');
}
