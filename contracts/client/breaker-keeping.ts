import { encodeFunctionData, type Hex, parseEventLogs, type TransactionReceipt } from 'viem';
import { haltedClasses, haltedWords } from './breaker.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { circuitBreakerAbi as abi } from './generated/circuit-breaker.ts';
import { stabilityOracleAbi } from './generated/stability-oracle.ts';
import { IN_ONE_CALL } from './multicall.ts';
import { transact, type WaitOptions } from './transact.ts';
import { lowerCaseAddress } from './words.ts';

/** What a keeper looks after. */
export type KeptContracts = { readonly breaker: string; readonly oracle: string };

/** Why the oracle has no price of the coin, in the order of the contract's numbers. */
export const FEED_FAILURES = [
  'none',
  'call failed',
  'not positive',
  'too large',
  'time invalid',
  'stale',
  'sources disagree',
  'sequencer down',
  'sequencer just up',
] as const;

export type FeedFailure = (typeof FEED_FAILURES)[number];

/** What made a breaker trip by itself, in the order of the contract's numbers. */
export const TRIP_CAUSES = ['severity', 'oracle-failure', 'update-rate', 'model-dispute'] as const;

export type TripCause = (typeof TRIP_CAUSES)[number];

/** What a keeper has to do; times in Unix seconds. */
export type KeeperDuties = {
  /** Time of the last block. */
  readonly now: number;
  /** From when the oracle may record, and the breaker observe. */
  readonly recordAt: number;
  readonly observeAt: number;
  /** Least seconds between two observations. */
  readonly interval: number;
  /** Why the coin's price may not be used now. */
  readonly feed: FeedFailure;
  /** Number of halts so far. */
  readonly trips: number;
  /** Of the breaker, 0 to 4. */
  readonly severity: number;
  /** What is halted, in words: `all`, `class 3`. */
  readonly halted: readonly string[];
  /** Whether all that failed observations halt is halted: further ones change nothing. */
  readonly isFailureHalted: boolean;
};

/** What an observation saw and did. */
export type Observation = {
  /** Of this observation alone, 0 to 4. */
  readonly level: number;
  /** Of the breaker after it. */
  readonly severity: number;
  /** Whether every source answered: it is a failed one else. */
  readonly isUsable: boolean;
  /** 18 decimals; 0 where it is not usable. */
  readonly pegPrice: bigint;
  /** What tripped the breaker with it. */
  readonly causes: readonly TripCause[];
};

const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`;

/** The oracle that a breaker reads, for ever. */
export async function oracleOf(reader: ChainReader, breaker: string): Promise<string> {
  const address = lowerCaseAddress(breaker);
  const oracle = await chainRequest('read the oracle of the breaker', () =>
    reader.readContract({ abi, address, functionName: 'ORACLE' }),
  );
  return lowerCaseAddress(oracle);
}

/** @throws BallastError `CHAIN_REQUEST_FAILED`, also for an oracle that refuses to be read. */
export function keeperDuties(reader: ChainReader, { breaker, oracle }: KeptContracts): Promise<KeeperDuties> {
  const ofOracle = { abi: stabilityOracleAbi, address: lowerCaseAddress(oracle) } as const;
  const ofBreaker = { abi, address: lowerCaseAddress(breaker) } as const;
  return chainRequest('read what a keeper has to do', async () => {
    const { number, timestamp } = await reader.getBlock();
    const [recordAt, failure, observeAt, [trips], status, isMintingHalted, isBurningHalted, [settings]] =
      await reader.multicall({
        contracts: [
          { ...ofOracle, functionName: 'nextRecordAt' },
          { ...ofOracle, functionName: 'pegFailure' },
          { ...ofBreaker, functionName: 'nextObservationAt' },
          { ...ofBreaker, functionName: 'history' },
          { ...ofBreaker, functionName: 'status' },
          { ...ofBreaker, functionName: 'isMintingHalted', args: [ZERO_WORD] },
          { ...ofBreaker, functionName: 'isBurningHalted', args: [ZERO_WORD] },
          { ...ofBreaker, functionName: 'configuration' },
        ],
        ...IN_ONE_CALL,
        blockNumber: number,
      });
    return {
      now: Number(timestamp),
      recordAt: Number(recordAt),
      observeAt: Number(observeAt),
      interval: settings.interval,
      feed: FEED_FAILURES[failure] ?? 'call failed',
      trips,
      severity: status.severity,
      halted: haltedWords({
        ...status,
        classes: haltedClasses(status.classes),
        isMintingHalted,
        isBurningHalted,
      }),
      isFailureHalted: status.riskRaising && isMintingHalted,
    };
  });
}

/** Has the oracle record. @throws ContractRevertError `RECORD_TOO_EARLY` when another came first. */
export function recordPrices(
  reader: ChainReader,
  writer: ChainWriter,
  oracle: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi: stabilityOracleAbi, functionName: 'record' });
  return transact(reader, writer, 'record prices', { to: lowerCaseAddress(oracle), data }, wait);
}

/** Has the breaker observe. @throws ContractRevertError `OBSERVATION_TOO_EARLY` when another came first. */
export function observe(
  reader: ChainReader,
  writer: ChainWriter,
  breaker: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi, functionName: 'observe' });
  return transact(reader, writer, 'observe', { to: lowerCaseAddress(breaker), data }, wait);
}

/** What an observation's receipt says; undefined for another transaction's. */
export function observationOf({ logs }: TransactionReceipt): Observation | undefined {
  const events = parseEventLogs({ abi, logs, eventName: ['Observed', 'Tripped'] });
  const seen = events.find(({ eventName }) => eventName === 'Observed');
  if (seen?.eventName !== 'Observed') return undefined;
  const causes = events.flatMap((event) =>
    event.eventName === 'Tripped' ? (TRIP_CAUSES[event.args.cause] ?? []) : [],
  );
  return { ...seen.args, causes };
}

/**
 * Has the oracle record and the breaker observe, where each is due: what a keeper does every few minutes. Whoever else
 * does the same at the same time costs nothing but a refusal.
 *
 * @returns the receipts of what was done.
 * @throws BallastError `CHAIN_REQUEST_FAILED`; ContractRevertError when another came first.
 */
export async function watch(
  reader: ChainReader,
  writer: ChainWriter,
  contracts: KeptContracts,
  wait: WaitOptions = {},
): Promise<{ readonly recorded?: TransactionReceipt; readonly observed?: TransactionReceipt }> {
  const { now, recordAt, observeAt } = await keeperDuties(reader, contracts);
  const { oracle, breaker } = contracts;
  return {
    ...(now < recordAt ? {} : { recorded: await recordPrices(reader, writer, oracle, wait) }),
    ...(now < observeAt ? {} : { observed: await observe(reader, writer, breaker, wait) }),
  };
}
