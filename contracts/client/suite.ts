import { type Address, getAbiItem } from 'viem';
import type { ChainReader } from './clients.ts';
import { chainRequest } from './errors.ts';
import { decisionLogAbi } from './generated/decision-log.ts';
import { parameterRegistryAbi as abi } from './generated/parameter-registry.ts';
import { timelockAbi } from './generated/timelock.ts';
import { IN_ONE_CALL } from './multicall.ts';
import { lowerCaseAddress } from './words.ts';

/** The contracts that a parameter registry names for ever, in lower case. */
export type SuiteAddresses = {
  readonly controller: Address;
  /** The governance bridge. */
  readonly governance: Address;
  readonly overrideModule: Address;
  readonly circuitBreaker: Address;
  readonly decisionLog: Address;
};

/**
 * The contracts around a parameter registry: it is the one address of them that a network document names.
 *
 * @throws BallastError `CHAIN_REQUEST_FAILED`.
 */
export async function suiteOf(reader: ChainReader, parameterRegistry: string): Promise<SuiteAddresses> {
  const of = { abi, address: lowerCaseAddress(parameterRegistry) } as const;
  const [controller, governance, overrideModule, circuitBreaker, decisionLog] = await chainRequest(
    'read the suite of contracts',
    () =>
      reader.multicall({
        contracts: [
          { ...of, functionName: 'CONTROLLER' },
          { ...of, functionName: 'GOVERNANCE' },
          { ...of, functionName: 'OVERRIDES' },
          { ...of, functionName: 'BREAKER' },
          { ...of, functionName: 'LOG' },
        ],
        ...IN_ONE_CALL,
      }),
  );
  return {
    controller: lowerCaseAddress(controller),
    governance: lowerCaseAddress(governance),
    overrideModule: lowerCaseAddress(overrideModule),
    circuitBreaker: lowerCaseAddress(circuitBreaker),
    decisionLog: lowerCaseAddress(decisionLog),
  };
}

/**
 * The account that all contracts of a network obey, through the bridge where it comes to parameters: the timelock.
 *
 * @throws BallastError `CHAIN_REQUEST_FAILED`.
 */
export async function governanceOf(reader: ChainReader, parameterRegistry: string): Promise<Address> {
  const { decisionLog: address } = await suiteOf(reader, parameterRegistry);
  const reviewer = await chainRequest('read who governs', () =>
    reader.readContract({ abi: decisionLogAbi, address, functionName: 'REVIEWER' }),
  );
  return lowerCaseAddress(reviewer);
}

/**
 * The governor of a network: the one account that the timelock lets propose.
 *
 * @param timelock as {@link governanceOf} gives it.
 * @returns undefined where nobody or more than one may propose.
 * @throws BallastError `CHAIN_REQUEST_FAILED`.
 */
export async function governorOf(reader: ChainReader, timelock: string): Promise<Address | undefined> {
  const of = { abi: timelockAbi, address: lowerCaseAddress(timelock) } as const;
  return chainRequest('read who may propose', async () => {
    const role = await reader.readContract({ ...of, functionName: 'PROPOSER_ROLE' });
    const granted = await reader.getLogs({
      address: of.address,
      event: getAbiItem({ abi: timelockAbi, name: 'RoleGranted' }),
      args: { role },
      fromBlock: 0n,
      strict: true,
    });
    const accounts = [...new Set(granted.map(({ args }) => lowerCaseAddress(args.account)))];
    const have = await Promise.all(
      accounts.map((account) =>
        reader.readContract({ ...of, functionName: 'hasRole', args: [role, account] }),
      ),
    );
    const holders = accounts.filter((_, i) => have[i] === true);
    return holders.length === 1 ? holders[0] : undefined;
  });
}
