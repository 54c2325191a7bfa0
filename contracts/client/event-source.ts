import { BlockNotFoundError, type Log } from 'viem';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import type { ChainEvent, EventSource } from './event-stream.ts';
import { lowerCaseAddress } from './words.ts';

/** The events of some contracts on one endpoint's chain. */
export function chainEventSource(reader: ChainReader, contracts: readonly string[]): EventSource {
  const address = contracts.map(lowerCaseAddress);
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
        reader.getLogs({ address, blockHash: hash }),
      );
      return logs.map(eventOf);
    },
    eventsBetween: async (from, to) => {
      const logs = await chainRequest(`read events of blocks ${from} to ${to}`, () =>
        reader.getLogs({ address, fromBlock: BigInt(from), toBlock: BigInt(to) }),
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
