import { type Address, keccak256 } from 'viem';
import * as z from 'zod';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { count, digest, firstIssue } from '../../protocol/schema.ts';
import type { ChainReader } from './clients.ts';
import type { AddressOf } from './deployment-steps.ts';
import { chainRequest } from './errors.ts';
import { checkSuite, type SuiteContracts } from './suite-check.ts';
import { digestFromWord, lowerCaseAddress } from './words.ts';

const MAX_CONTRACTS = 64;
const MAX_TEXT = 65_536;
const address = z.custom<Address>(
  (value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value),
  'expected a lower-case address (0x and 40 hexadecimal digits)',
);

const schema = z.strictObject({
  format: z.literal('ballast-contracts/1'),
  /** CAIP-2. */
  chain: z.string().regex(/^eip155:[1-9]\d{0,17}$/, 'expected a CAIP-2 chain id such as eip155:1'),
  /** Height before the first deployment: readers of events begin there. */
  fromBlock: count,
  deployer: address,
  contracts: z
    .record(
      z.string().regex(/^[a-z][A-Za-z]{0,39}(\/[A-Za-z0-9-]{1,20})?$/),
      z.strictObject({
        address,
        /** keccak256 of the code; a proxy's is that of the proxy. */
        codeHash: digest,
      }),
    )
    .refine(
      (contracts) => Object.keys(contracts).length <= MAX_CONTRACTS,
      `expected at most ${MAX_CONTRACTS} contracts`,
    ),
});

/** The addresses file of a network: where each of its contracts lies, and which code it is. */
export type SuiteRecord = z.infer<typeof schema>;

/** What is written down of a deployment. */
export async function suiteRecord(
  reader: ChainReader,
  contracts: SuiteContracts,
  { fromBlock, deployer }: { readonly fromBlock: number; readonly deployer: string },
): Promise<SuiteRecord> {
  const hashes = await codeHashes(reader, [...contracts.values()]);
  const entries = [...contracts].map(
    ([name, at], place) => [name, { address: at, codeHash: hashes[place] ?? '' }] as const,
  );
  return {
    format: 'ballast-contracts/1',
    chain: `eip155:${reader.chain.id}`,
    fromBlock,
    deployer: lowerCaseAddress(deployer),
    contracts: Object.fromEntries(entries),
  };
}

/** @throws UsageError `CONTRACTS_FILE`: field and what was expected. */
export function parseSuiteRecord(text: string): SuiteRecord {
  if (text.length > MAX_TEXT) throw refused(`got ${text.length} characters, expected at most ${MAX_TEXT}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused('expected JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, expectation } = firstIssue(parsed.error);
  throw refused(`${field}: ${expectation}`);
}

/** @returns throws UsageError `CONTRACTS_FILE` for a contract that the file has not. */
export const recordedAddressOf = ({ contracts }: SuiteRecord): AddressOf => {
  return (name) => contracts[name]?.address ?? raise(refused(`${name}: got nothing, expected its address`));
};

function raise(error: Error): never {
  throw error;
}

export const recordedContracts = ({ contracts }: SuiteRecord): SuiteContracts =>
  new Map(Object.entries(contracts).map(([name, { address: at }]) => [name, at]));

/**
 * Compares an addresses file with the chain: each contract's code, how they are wired, and that the deployer has no
 * power over the timelock.
 *
 * @throws BallastError `SUITE_CHAIN`, `SUITE_CODE` {contract, expected, given}, `SUITE_WIRING`.
 */
export async function verifySuite(reader: ChainReader, record: SuiteRecord): Promise<void> {
  const chain = `eip155:${reader.chain.id}`;
  if (chain !== record.chain)
    throw new BallastError('SUITE_CHAIN', `contracts file: got a chain ${chain}, expected ${record.chain}`);
  const entries = Object.entries(record.contracts);
  const hashes = await codeHashes(
    reader,
    entries.map(([, { address: at }]) => at),
  );
  for (const [place, [contract, { address: at, codeHash: expected }]] of entries.entries()) {
    const given = hashes[place] ?? '';
    if (given === expected) continue;
    throw new BallastError('SUITE_CODE', `${contract} ${at}: got code ${given}, expected ${expected}`, {
      metadata: { contract, address: at, expected, given },
      hint: 'the chain was replaced, or the file is of another network',
    });
  }
  await checkSuite(reader, recordedContracts(record), record.deployer);
}

function codeHashes(reader: ChainReader, addresses: readonly Address[]): Promise<string[]> {
  return chainRequest('read the code of the contracts', () =>
    Promise.all(
      addresses.map(async (at) => digestFromWord(keccak256((await reader.getCode({ address: at })) ?? '0x'))),
    ),
  );
}

const refused = (what: string) =>
  new UsageError('CONTRACTS_FILE', `contracts file: ${what}`, {
    hint: 'ballast deploy writes it beside the network document',
  });
