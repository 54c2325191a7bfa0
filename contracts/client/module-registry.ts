import type { Hex } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { moduleRegistryAbi as abi } from './generated/module-registry.ts';
import { digestFromWord, lowerCaseAddress } from './words.ts';

/** A module as it runs. */
export type ModuleRecord = {
  /** keccak256 of its name. */
  readonly key: Digest;
  readonly proxy: string;
  readonly implementation: string;
  /** Such as `1.2.0`. */
  readonly version: string;
  readonly codeHash: Digest;
  readonly interfaceId: Hex;
  /** Unix seconds. */
  readonly upgradedAt: number;
};

/** A row of the journal: a registration (`from` undefined) or an upgrade. */
export type ModuleChange = {
  readonly key: Digest;
  readonly from?: string;
  readonly to: string;
  readonly implementation: string;
  readonly codeHash: Digest;
  readonly block: bigint;
  readonly transaction: Digest;
};

const PAGE = 50n;
const PART = (1n << 32n) - 1n;
const VERSION = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** All modules, page by page. */
export async function readModules(reader: ChainReader, registry: string): Promise<ModuleRecord[]> {
  const address = lowerCaseAddress(registry);
  const records: ModuleRecord[] = [];
  for (let offset = 0n; ; offset += PAGE) {
    const args = [offset, PAGE] as const;
    const [keys, page] = await chainRequest('read the modules', () =>
      reader.readContract({ abi, address, functionName: 'modules', args }),
    );
    for (const [i, record] of page.entries()) {
      records.push({
        key: digestFromWord(keys[i] ?? '0x'),
        proxy: lowerCaseAddress(record.proxy),
        implementation: lowerCaseAddress(record.implementation),
        version: versionText(record.version),
        codeHash: digestFromWord(record.codeHash),
        interfaceId: record.interfaceId,
        upgradedAt: Number(record.upgradedAt),
      });
    }
    if (BigInt(page.length) < PAGE) return records;
  }
}

/**
 * The whole history of the modules, from the registry's events alone.
 *
 * @param fromBlock the registry's own block or an earlier one.
 */
export async function moduleJournal(
  reader: ChainReader,
  registry: string,
  fromBlock: bigint,
): Promise<ModuleChange[]> {
  const address = lowerCaseAddress(registry);
  const events = await chainRequest('read the journal of modules', () =>
    reader.getContractEvents({ abi, address, fromBlock, strict: true }),
  );
  return events.flatMap((event) => {
    if (event.eventName !== 'ModuleRegistered' && event.eventName !== 'ModuleUpgraded') return [];
    const { key, version, implementation, codeHash } = event.args;
    return [
      {
        key: digestFromWord(key),
        ...(event.eventName === 'ModuleUpgraded' ? { from: versionText(event.args.from) } : {}),
        to: versionText(version),
        implementation: lowerCaseAddress(implementation),
        codeHash: digestFromWord(codeHash),
        block: event.blockNumber,
        transaction: digestFromWord(event.transactionHash),
      },
    ];
  });
}

/** `major.minor.patch` of the number that a module answers. */
export function versionText(version: bigint): string {
  return [version >> 64n, (version >> 32n) & PART, version & PART].join('.');
}

/** @throws BallastError `MODULE_VERSION` unless it is `major.minor.patch`. */
export function versionNumber(text: string): bigint {
  const [, major, minor, patch] = VERSION.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) {
    throw new BallastError('MODULE_VERSION', `version: got ${JSON.stringify(text)}, expected such as 1.2.0`);
  }
  return (BigInt(major) << 64n) | (BigInt(minor) << 32n) | BigInt(patch);
}
