import { type AbiEvent, BlockNotFoundError, type Log } from 'viem';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import type { ChainEvent, EventSource } from './event-stream.ts';
import { lowerCaseAddress } from './words.ts';

/** One event of a contract that has many, and the values of its indexed arguments; logs come as they are. */
export type EventFilter = { readonly event: AbiEvent; readonly args?: Readonly<Record<string, unknown>> };

/**
 * The events of some contracts on one endpoint's chain.
 *
 * @param filter which of them; all unless given.
 */
export function chainEventSource(
  reader: ChainReader,
  contracts: readonly string[],
  filter?: EventFilter,
): EventSource {
  const asked = { address: contracts.map(lowerCaseAddress), ...filter };
  return {
    latestHeight: async () => Number(await chainRequest('read height', () => reader.getBlockNumber())),
    finalizedHeight: async () => {
      const block = await chainRequest('read finalised block', () =>
        reader.getBlock({ blockTag: 'finalized' }),
      );
      return Number(block.number);
    },
    blockAt: async (height) => {
      const block = await chainRequest(`read block ${height}`, () =>
        reader.getBlock({ blockNumber: BigInt(height) }).catch(unlessMissing),
      );
      return block === undefined ? undefined : { height, hash: block.hash, parent: block.parentHash };
    },
    eventsOf: async ({ height, hash }) => {
      const logs = await chainRequest(`read events of block ${height}`, () =>
        reader.getLogs({ ...asked, blockHash: hash }),
      );
      return logs.map(eventOf);
    },
    eventsBetween: async (from, to) => {
      const logs = await chainRequest(`read events of blocks ${from} to ${to}`, () =>
        reader.getLogs({ ...asked, fromBlock: BigInt(from), toBlock: BigInt(to) }),
      );
      return logs.map(eventOf);
    },
  };
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof BlockNotFoundError)) throw error;
}

function eventOf(log: Log<bigint, number, false>): ChainEvent {
  return {
    block: { height: Number(log.blockNumber), hash: log.blockHash },
    logIndex: log.logIndex,
    transactionHash: log.transactionHash,
    address: lowerCaseAddress(log.address),
    topics: log.topics,
    data: log.data,
  };
}
