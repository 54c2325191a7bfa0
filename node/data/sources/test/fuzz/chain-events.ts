import { encodeAbiParameters, type Hex, pad, toEventSelector } from 'viem';
import type { ChainReader } from '../../../../../contracts/client/index.ts';
import type { Prng } from '../../../prng.ts';
import { CORE_FLOWS, createProtocolSource } from '../../chain/protocol-state.ts';
import { createPoolSource } from '../../chain/uniswap.ts';
import {
  CLOCK_SKEW,
  type DataSource,
  type SourceCollaborators,
  type StateObservation,
} from '../../data-source.ts';
import { startLogChain, type TestBlock, type TestLog } from '../log-server.ts';
import { NEVER, virtualWorld } from '../world.ts';
import { BarRules, below, type FuzzTarget, hostileValue, mustHold, pick, spoilJson } from './hostile.ts';
import { countReading, targetOf } from './reading.ts';

const START = 1_600_000_000;
const STEP = 12;
const JUMP = 0.05;
const CONTRACT = `0x${'70'.repeat(20)}` as const;
const WORDS = (...types: string[]) => types.map((type) => ({ type }));
const HOSTILE_ROOTS = [0n, 1n, 2n ** 160n - 1n, 2n ** 90n, 2n ** 97n] as const;

const SWAP = toEventSelector(
  'Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)',
);
const MINTED = toEventSelector('Minted(uint256 indexed vault, uint256 coins)');

/** Swaps of a pool, a block each, one in four of them spoilt. */
export const poolTarget: FuzzTarget = chainTarget('uniswap events', {
  sound: (prng) => swap(2n ** 96n + BigInt(below(prng, 1_000)) * 2n ** 80n),
  hostile: (prng) => swap(pick(prng, [...HOSTILE_ROOTS])),
  source: (reader, world) =>
    createPoolSource(
      { pool: CONTRACT, unit: 'USDC', base: 'token0', decimals: [18, 18], jump: JUMP },
      reader,
      world,
    ),
});

/** Events of a protocol of vaults, a block each, one in four of them spoilt. */
export const protocolTarget: FuzzTarget = chainTarget('protocol events', {
  sound: (prng) => minted(BigInt(below(prng, 1_000)) * 10n ** 18n),
  hostile: (prng) =>
    pick(prng, [
      { ...minted(1n), data: '0x12' },
      { ...minted(1n), topics: [MINTED] },
    ]),
  source: (reader, world) =>
    createProtocolSource({ name: 'vaults', contracts: [CONTRACT], flows: CORE_FLOWS }, reader, world),
});

type Kind = {
  readonly sound: (prng: Prng) => TestLog;
  readonly hostile: (prng: Prng) => TestLog;
  readonly source: (reader: ChainReader, world: SourceCollaborators) => DataSource;
};

function swap(root: bigint): TestLog {
  const types = WORDS('int256', 'int256', 'uint160', 'uint128', 'int24');
  return log([SWAP, pad('0x01'), pad('0x02')], encodeAbiParameters(types, [-1n, 10n ** 18n, root, 1n, 0]));
}

const minted = (coins: bigint): TestLog =>
  log([MINTED, pad('0x05')], encodeAbiParameters(WORDS('uint256'), [coins]));

const log = (topics: readonly Hex[], data: Hex): TestLog => ({ address: CONTRACT, topics, data });

function chainTarget(name: string, kind: Kind): FuzzTarget {
  return targetOf(name, async ({ batch, count, prng, total }) => {
    const blocks = Array.from({ length: count }, (_, i): TestBlock => {
      const sound = { second: START + i * STEP, logs: [kind.sound(prng)] };
      if (prng.uniform() >= 0.25) return sound;
      total.spoilt++;
      return spoilBlock(sound, kind, prng);
    });
    const isTorn = batch % 4 === 3;
    const spoil = (result: unknown) => (isTorn ? parsed(spoilJson(JSON.stringify(result), prng)) : result);
    const chain = await startLogChain(blocks, spoil);
    const now = START + count * STEP;
    const bars = new BarRules(JUMP, now);
    const source = kind.source(chain.reader, virtualWorld(now));
    try {
      await countReading(total, source.history({ from: START, to: now }, NEVER), (each) => {
        if (each.kind === 'bar') bars.check(each);
        else if (each.kind === 'state') checkState(each, now);
      });
    } finally {
      await chain.stop();
    }
  });
}

function checkState(each: StateObservation, now: number): void {
  mustHold(each.second <= now + CLOCK_SKEW, 'no time of the future', each);
  const areSums = Object.values(each.values).every((value) => value >= 0 && Number.isFinite(value));
  mustHold(areSums, 'finite sums', each);
}

function spoilBlock(block: TestBlock, kind: Kind, prng: Prng): TestBlock {
  const [own] = block.logs;
  const { topics = [], data = '0x' } = own ?? {};
  const text = String(data);
  const changed = (change: Partial<TestLog>): TestBlock => ({
    ...block,
    logs: [{ address: CONTRACT, topics, data, ...change }],
  });
  return pick<TestBlock>(prng, [
    { ...block, logs: [kind.hostile(prng)] },
    changed({ data: text.slice(0, below(prng, text.length)) }),
    changed({ data: `0x${'ff'.repeat(text.length / 2)}` }),
    changed({ data: hostileValue(prng) }),
    changed({ topics: topics.slice(0, below(prng, topics.length)) }),
    changed({ topics: [topics[0], hostileValue(prng)] }),
    { ...block, second: block.second + pick(prng, [-STEP, -7, 1e9, 2 ** 40]) },
    { ...block, logs: [] },
  ]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
