import { encodeFunctionData, type Hex, type TransactionReceipt } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { chainRequest } from './errors.ts';
import { circuitBreakerAbi as abi } from './generated/circuit-breaker.ts';
import { transact, type WaitOptions } from './transact.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** What a guardian may halt; a collateral is named by the digest of its name, as a parameter is. */
export type GuardianScope =
  | { readonly scope: 'all' | 'riskRaising' }
  | { readonly scope: 'minting' | 'burning'; readonly collateral?: Digest }
  | { readonly scope: 'class'; readonly class: number }
  | { readonly scope: 'parameter'; readonly parameter: Digest };

/** What may be halted: minting against vulnerable collateral is halted by observations alone. */
export type HaltScope = GuardianScope | { readonly scope: 'vulnerableMinting' };

export type BreakerStatus = {
  /** Every write by a model. */
  readonly all: boolean;
  readonly riskRaising: boolean;
  /** Whether some single parameter is halted. */
  readonly anyParameter: boolean;
  /** Classes that are halted, ascending. */
  readonly classes: readonly number[];
  /** 0 normal, 1 elevated, 2 high, 3 severe, 4 critical. */
  readonly severity: number;
  readonly isMintingHalted: boolean;
  readonly isBurningHalted: boolean;
  /** Number of halts so far. */
  readonly trips: number;
  /** Unix seconds; 0 before the first observation. */
  readonly observedAt: number;
};

export type Resumption = {
  /** Unix seconds from which it may be carried out. */
  readonly readyAt: number;
  /** Whether something halted since it was asked for. */
  readonly isCancelled: boolean;
};

/** Names of the severities, from 0 on. */
export const SEVERITIES = ['normal', 'elevated', 'high', 'severe', 'critical'] as const;

const ZERO_WORD: Hex = `0x${'00'.repeat(32)}`;
/** The contract's numbers of scopes. */
export const SCOPE_CODES = {
  all: 0,
  riskRaising: 1,
  minting: 2,
  vulnerableMinting: 3,
  burning: 4,
  class: 5,
  parameter: 6,
} as const;

/**
 * Halts as a guardian, at once.
 *
 * @throws ContractRevertError `NOT_GUARDIAN`, `CLASS_OUT_OF_RANGE` or `ZERO_KEY`.
 */
export function halt(
  reader: ChainReader,
  writer: ChainWriter,
  breaker: string,
  target: GuardianScope,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const call = { to: lowerCaseAddress(breaker), data: haltData(target) };
  return transact(reader, writer, `halt ${target.scope}`, call, wait);
}

/** Calldata of {@link halt}, for a guardian that signs elsewhere. */
export function haltData(target: GuardianScope): Hex {
  switch (target.scope) {
    case 'all':
      return encodeFunctionData({ abi, functionName: 'haltAll' });
    case 'riskRaising':
      return encodeFunctionData({ abi, functionName: 'haltRiskRaising' });
    case 'class':
      return encodeFunctionData({ abi, functionName: 'haltClass', args: [target.class] });
    case 'parameter':
      return encodeFunctionData({ abi, functionName: 'haltParameter', args: [scopeKey(target)] });
    case 'minting':
      return encodeFunctionData({ abi, functionName: 'haltMinting', args: [scopeKey(target)] });
    case 'burning':
      return encodeFunctionData({ abi, functionName: 'haltBurning', args: [scopeKey(target)] });
  }
}

/** Calldata with which governance asks for a resumption. */
export function requestResumeData(target: HaltScope): Hex {
  const args = [SCOPE_CODES[target.scope], scopeKey(target)] as const;
  return encodeFunctionData({ abi, functionName: 'requestResume', args });
}

/**
 * Carries out a resumption that governance has asked for; anyone may.
 *
 * @throws ContractRevertError `RESUMPTION_UNKNOWN`, `RESUMPTION_CANCELLED`, `RESUMPTION_TOO_EARLY`,
 *   `RESUMPTION_EXPIRED`, `CAUSE_STANDS` or `OBSERVATION_STALE`.
 */
export function resume(
  reader: ChainReader,
  writer: ChainWriter,
  breaker: string,
  target: HaltScope,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const call = { to: lowerCaseAddress(breaker), data: resumeData(target) };
  return transact(reader, writer, `resume ${target.scope}`, call, wait);
}

/** Calldata of {@link resume}. */
export function resumeData(target: HaltScope): Hex {
  const args = [SCOPE_CODES[target.scope], scopeKey(target)] as const;
  return encodeFunctionData({ abi, functionName: 'resume', args });
}

/** @returns undefined when none was asked for. */
export async function resumptionOf(
  reader: ChainReader,
  breaker: string,
  target: HaltScope,
): Promise<Resumption | undefined> {
  const [readyAt, isCancelled] = await chainRequest('read a resumption', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(breaker),
      functionName: 'resumption',
      args: [SCOPE_CODES[target.scope], scopeKey(target)],
    }),
  );
  return readyAt === 0n ? undefined : { readyAt: Number(readyAt), isCancelled };
}

/** What is halted, all at one block; the latest unless given. */
export async function breakerStatus(
  reader: ChainReader,
  breaker: string,
  height?: number,
): Promise<BreakerStatus> {
  return chainRequest('read the breaker', async () => {
    const blockNumber = height === undefined ? await reader.getBlockNumber() : BigInt(height);
    const at = { abi, address: lowerCaseAddress(breaker), blockNumber } as const;
    const [status, [trips, observedAt], isMintingHalted, isBurningHalted] = await Promise.all([
      reader.readContract({ ...at, functionName: 'status' }),
      reader.readContract({ ...at, functionName: 'history' }),
      reader.readContract({ ...at, functionName: 'isMintingHalted', args: [ZERO_WORD] }),
      reader.readContract({ ...at, functionName: 'isBurningHalted', args: [ZERO_WORD] }),
    ]);
    const classes = haltedClasses(status.classes);
    return { ...status, classes, isMintingHalted, isBurningHalted, trips, observedAt };
  });
}

/** The classes whose bits are set, ascending. */
export const haltedClasses = (bits: number): number[] =>
  Array.from({ length: 32 }, (_, i) => i).filter((i) => (bits >>> i) % 2 === 1);

/** What is halted as a whole, in words: `all`, `risk-raising`, `class 3`, `single parameters`, `minting`, `burning`. */
export function haltedWords(
  status: Pick<
    BreakerStatus,
    'all' | 'riskRaising' | 'anyParameter' | 'classes' | 'isMintingHalted' | 'isBurningHalted'
  >,
): string[] {
  return [
    ...(status.all ? ['all'] : []),
    ...(status.riskRaising ? ['risk-raising'] : []),
    ...status.classes.map((number) => `class ${number}`),
    ...(status.anyParameter ? ['single parameters'] : []),
    ...(status.isMintingHalted ? ['minting'] : []),
    ...(status.isBurningHalted ? ['burning'] : []),
  ];
}

/** Whether this parameter is halted by itself; a wider halt does not count. */
export function isParameterHalted(
  reader: ChainReader,
  breaker: string,
  parameter: Digest,
  height?: number,
): Promise<boolean> {
  return chainRequest(`read whether ${parameter} is halted`, () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(breaker),
      functionName: 'isParameterHalted',
      args: [wordFromDigest(parameter)],
      ...(height === undefined ? {} : { blockNumber: BigInt(height) }),
    }),
  );
}

/** What names one of a scope to the contract: the class, the id; 0 for the scope as a whole. */
export function scopeKey(target: HaltScope): Hex {
  if (target.scope === 'class') return `0x${target.class.toString(16).padStart(64, '0')}`;
  if (target.scope === 'parameter') return wordFromDigest(target.parameter);
  if (target.scope === 'minting' || target.scope === 'burning')
    return target.collateral === undefined ? ZERO_WORD : wordFromDigest(target.collateral);
  return ZERO_WORD;
}
