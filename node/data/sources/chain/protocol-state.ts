import { type AbiEvent, decodeEventLog, toEventSelector } from 'viem';
import {
  type ChainEvent,
  type ChainReader,
  coreState,
  referenceCoreAbi,
} from '../../../../contracts/client/index.ts';
import { CLOCK_SKEW, type DataSource, type Observation, type SourceCollaborators } from '../data-source.ts';
import { Refusals } from '../refusal.ts';
import { untilAborted } from '../until-aborted.ts';
import { type EventBlock, EventBlocks, type EventOptions } from './event-blocks.ts';

/** What an event adds to a block's sums: one to its count, and an amount to its total. */
export type Flow = {
  /** Name of the sum, such as `minted`; the count is `minted.count`. */
  readonly name: string;
  readonly event: AbiEvent;
  /** The argument that is an amount; none where events are only counted. */
  readonly amount?: string;
  /** Of the amount: 18 for wad, 45 for rad. */
  readonly decimals?: number;
};

export type ProtocolOptions = Omit<EventOptions, 'contracts'> & {
  /** Names the protocol in the source's id. */
  readonly name: string;
  readonly contracts: readonly string[];
  readonly flows: readonly Flow[];
  /** What the protocol is like after a block, beside what happened in it. */
  readonly stateAt?: (height: number) => Promise<Readonly<Record<string, number>>>;
};

/**
 * What a protocol of vaults does, from its final events: sums and counts of each block in which something happened,
 * such as coins minted, repaid and liquidated, and its state after it.
 */
export function createProtocolSource(
  options: ProtocolOptions,
  reader: ChainReader,
  world: SourceCollaborators,
): DataSource {
  const id = `protocol:${reader.chain.id}:${options.name}`;
  const blocks = new EventBlocks(id, reader, world.clock, options);
  const flows = new Map(options.flows.map((flow) => [toEventSelector(flow.event), flow]));
  async function* observe(found: AsyncIterable<EventBlock>): AsyncGenerator<Observation> {
    const refusals = new Refusals(id);
    for await (const { height, second, events } of found) {
      const receivedAt = world.clock.now() / 1000;
      if (second > receivedAt + CLOCK_SKEW) {
        yield refusals.refuse('DATA_FUTURE', `got block ${height} at ${second}, expected a time up to now`);
        continue;
      }
      const sums = sumsOf(events, flows);
      if (sums === undefined) {
        yield refusals.refuse('DATA_MALFORMED', `got a log of block ${height} that its event does not fit`);
        continue;
      }
      if (Object.keys(sums).length === 0) continue;
      const values = { ...sums, ...(await options.stateAt?.(height)) };
      yield { kind: 'state', source: id, second, block: height, values, receivedAt };
    }
  }
  return {
    id,
    unit: 'coins',
    history: (range, signal) => observe(blocks.history(range, signal)),
    live: (signal) => untilAborted(observe(blocks.live(signal)), signal),
  };
}

/** The reference core: coins minted, repaid and liquidated, collateral in and out, and supply and surplus after it. */
export function createCoreSource(
  core: string,
  reader: ChainReader,
  world: SourceCollaborators,
  options: Omit<EventOptions, 'contracts'> = {},
): DataSource {
  const stateAt = async (height: number) => {
    const { supply, surplus, fee, savingsRate } = await coreState(reader, core, height);
    const wad = (value: bigint) => Number(value) / 1e18;
    return {
      supply: wad(supply),
      surplus: Number(surplus) / 1e45,
      fee: wad(fee),
      savingsRate: wad(savingsRate),
    };
  };
  return createProtocolSource(
    { ...options, name: `core:${core.toLowerCase()}`, contracts: [core], flows: CORE_FLOWS, stateAt },
    reader,
    world,
  );
}

const eventOf = (name: string): AbiEvent => {
  const found = referenceCoreAbi.find((item) => item.type === 'event' && item.name === name);
  if (found === undefined || found.type !== 'event') throw new TypeError(`no event ${name}`);
  return found;
};

/** What the reference core's events add up to. */
export const CORE_FLOWS: readonly Flow[] = [
  { name: 'opened', event: eventOf('Opened') },
  { name: 'deposited', event: eventOf('Deposited'), amount: 'amount', decimals: 18 },
  { name: 'withdrawn', event: eventOf('Withdrawn'), amount: 'amount', decimals: 18 },
  { name: 'minted', event: eventOf('Minted'), amount: 'coins', decimals: 18 },
  { name: 'repaid', event: eventOf('Repaid'), amount: 'coins', decimals: 18 },
  { name: 'saved', event: eventOf('Saved'), amount: 'coins', decimals: 18 },
  { name: 'unsaved', event: eventOf('Unsaved'), amount: 'coins', decimals: 18 },
  { name: 'liquidated', event: eventOf('Liquidated'), amount: 'debt', decimals: 18 },
];

/** Undefined where a log does not fit the event that it says it is. Logs of other events are passed over. */
function sumsOf(
  events: readonly ChainEvent[],
  flows: ReadonlyMap<string, Flow>,
): Record<string, number> | undefined {
  const sums: Record<string, number> = {};
  for (const { topics, data } of events) {
    const [signature, ...indexed] = topics;
    const flow = signature === undefined ? undefined : flows.get(signature);
    if (flow === undefined || signature === undefined) continue;
    const count = `${flow.name}.count`;
    sums[count] = (sums[count] ?? 0) + 1;
    if (flow.amount === undefined) continue;
    try {
      const { args } = decodeEventLog({ abi: [flow.event], topics: [signature, ...indexed], data });
      const amount = (args as Readonly<Record<string, unknown>> | undefined)?.[flow.amount];
      if (typeof amount !== 'bigint' || amount < 0n) return undefined;
      sums[flow.name] = (sums[flow.name] ?? 0) + Number(amount) / 10 ** (flow.decimals ?? 0);
    } catch {
      return undefined;
    }
  }
  return sums;
}
