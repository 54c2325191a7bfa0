import { type Address, getAbiItem, type Hex, isAddressEqual } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { type HaltScope, type Resumption, SCOPE_CODES, scopeKey } from './breaker.ts';
import { TRIP_CAUSES, type TripCause } from './breaker-keeping.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { circuitBreakerAbi as abi } from './generated/circuit-breaker.ts';
import { IN_ONE_CALL } from './multicall.ts';
import { digestFromWord, lowerCaseAddress } from './words.ts';

/** What made a halt: a person, or what the breaker saw. */
export type HaltKind = 'guardian' | 'governance' | TripCause;

/** Something that is halted, and since when. */
export type Halt = {
  readonly target: HaltScope;
  readonly kind: HaltKind;
  /** Who called, an account or the contract that it called through; the breaker itself where it tripped. */
  readonly by: Address;
  readonly height: number;
  /** Unix seconds. */
  readonly since: number;
  readonly transactionHash: Hex;
};

const EVENTS = [
  getAbiItem({ abi, name: 'AllHalted' }),
  getAbiItem({ abi, name: 'RiskRaisingHalted' }),
  getAbiItem({ abi, name: 'MintingHalted' }),
  getAbiItem({ abi, name: 'VulnerableMintingHalted' }),
  getAbiItem({ abi, name: 'BurningHalted' }),
  getAbiItem({ abi, name: 'ClassHalted' }),
  getAbiItem({ abi, name: 'ParameterHalted' }),
  getAbiItem({ abi, name: 'Resumed' }),
  getAbiItem({ abi, name: 'Tripped' }),
] as const;

const SCOPES = Object.keys(SCOPE_CODES) as (keyof typeof SCOPE_CODES)[];

/**
 * All that is halted, the longest-standing first, from the breaker's events: one question for logs from `fromBlock` on,
 * and one or two for each halt that stands.
 *
 * @param fromBlock where to begin; the breaker's own block suffices.
 * @throws BallastError `CHAIN_REQUEST_FAILED`, also for an endpoint that gives no logs of so many blocks.
 */
export async function standingHalts(
  reader: ChainReader,
  breaker: string,
  fromBlock = 0n,
): Promise<readonly Halt[]> {
  const address = lowerCaseAddress(breaker);
  return chainRequest('read the halts of the breaker', async () => {
    const [governance, logs] = await Promise.all([
      reader.readContract({ abi, address, functionName: 'GOVERNANCE' }),
      reader.getLogs({ address, events: EVENTS, fromBlock, strict: true }),
    ]);
    const standing = new Map<string, Stood>();
    let trip: { readonly cause: TripCause; readonly transactionHash: Hex } | undefined;
    for (const log of logs) {
      const { blockNumber, transactionHash } = log;
      if (log.eventName === 'Tripped') {
        trip = { cause: TRIP_CAUSES[log.args.cause] ?? 'severity', transactionHash };
      } else if (log.eventName === 'Resumed') {
        standing.delete(keyOf(resumedTarget(log.args)));
      } else {
        const target = haltedTarget(log);
        if (standing.has(keyOf(target))) continue;
        // The breaker says what tripped it before it says what it halts.
        const cause = trip?.transactionHash === transactionHash ? trip.cause : undefined;
        standing.set(keyOf(target), { target, cause, blockNumber, transactionHash });
      }
    }
    return Promise.all([...standing.values()].map((halt) => attributed(reader, address, governance, halt)));
  });
}

type Stood = {
  readonly target: HaltScope;
  readonly cause: TripCause | undefined;
  readonly blockNumber: bigint;
  readonly transactionHash: Hex;
};

/** The events name nobody, so that halting is cheap: the transaction does. */
async function attributed(
  reader: ChainReader,
  breaker: Address,
  governance: Address,
  { target, cause, blockNumber, transactionHash }: Stood,
): Promise<Halt> {
  const { timestamp } = await reader.getBlock({ blockNumber });
  const at = { target, height: Number(blockNumber), since: Number(timestamp), transactionHash };
  if (cause !== undefined) return { ...at, kind: cause, by: breaker };
  const { from, to, logs } = await reader.getTransactionReceipt({ hash: transactionHash });
  // A timelock says what it has executed.
  if (logs.some(({ address }) => isAddressEqual(address, governance)))
    return { ...at, kind: 'governance', by: lowerCaseAddress(governance) };
  const by = lowerCaseAddress(to ?? breaker) === breaker ? from : (to ?? from);
  return { ...at, kind: 'guardian', by: lowerCaseAddress(by) };
}

/** Of each target, at one block: whether exactly that is halted, and what governance has decided about it. */
export async function standingOf(
  reader: ChainReader,
  breaker: string,
  targets: readonly HaltScope[],
): Promise<readonly { readonly isHalted: boolean; readonly resumption: Resumption | undefined }[]> {
  if (targets.length === 0) return [];
  const of = { abi, address: lowerCaseAddress(breaker) } as const;
  const keys = targets.map((target) => [SCOPE_CODES[target.scope], scopeKey(target)] as const);
  const [halted, resumptions] = await chainRequest('read the resumptions', async () => {
    const blockNumber = await reader.getBlockNumber();
    return Promise.all([
      reader.multicall({
        contracts: keys.map((args) => ({ ...of, functionName: 'isHalted' as const, args })),
        ...IN_ONE_CALL,
        blockNumber,
      }),
      reader.multicall({
        contracts: keys.map((args) => ({ ...of, functionName: 'resumption' as const, args })),
        ...IN_ONE_CALL,
        blockNumber,
      }),
    ]);
  });
  return targets.map((_, i) => {
    const [readyAt, isCancelled] = resumptions[i] ?? [0n, false];
    const resumption = readyAt === 0n ? undefined : { readyAt: Number(readyAt), isCancelled };
    return { isHalted: halted[i] === true, resumption };
  });
}

type HaltLog =
  | { readonly eventName: 'AllHalted' | 'RiskRaisingHalted' | 'VulnerableMintingHalted' }
  | {
      readonly eventName: 'MintingHalted' | 'BurningHalted';
      readonly args: { readonly collateral: Hex };
    }
  | { readonly eventName: 'ClassHalted'; readonly args: { readonly class: number } }
  | { readonly eventName: 'ParameterHalted'; readonly args: { readonly id: Hex } };

function haltedTarget(log: HaltLog): HaltScope {
  switch (log.eventName) {
    case 'AllHalted':
      return { scope: 'all' };
    case 'RiskRaisingHalted':
      return { scope: 'riskRaising' };
    case 'VulnerableMintingHalted':
      return { scope: 'vulnerableMinting' };
    case 'MintingHalted':
      return { scope: 'minting', ...collateralOf(log.args.collateral) };
    case 'BurningHalted':
      return { scope: 'burning', ...collateralOf(log.args.collateral) };
    case 'ClassHalted':
      return { scope: 'class', class: log.args.class };
    case 'ParameterHalted':
      return { scope: 'parameter', parameter: digestFromWord(log.args.id) };
  }
}

function resumedTarget({ scope: code, key }: { readonly scope: number; readonly key: Hex }): HaltScope {
  const scope = SCOPES.find((name) => SCOPE_CODES[name] === code) ?? 'all';
  if (scope === 'class') return { scope, class: Number(BigInt(key)) };
  if (scope === 'parameter') return { scope, parameter: digestFromWord(key) };
  if (scope === 'minting' || scope === 'burning') return { scope, ...collateralOf(key) };
  return { scope };
}

const collateralOf = (word: Hex): { readonly collateral?: Digest } =>
  BigInt(word) === 0n ? {} : { collateral: digestFromWord(word) };

const keyOf = (target: HaltScope): string => `${target.scope}/${scopeKey(target)}`;
