import type { ChainReader, ChainWriter } from './clients.ts';
import { deploySteps, nextNonce } from './deployment-steps.ts';
import { checkSuite, type SuiteContracts } from './suite-check.ts';
import type { SuiteOptions } from './suite-options.ts';
import { suiteSteps } from './suite-steps.ts';
import type { WaitOptions } from './waiting.ts';

export type SuiteDeployment = {
  /** By name: those of the immutable contracts and the proxies, and the modules' first code as `…Code`. */
  readonly contracts: SuiteContracts;
  /** The block of the first deployment, where readers of events may begin; 0 where it was found, not made. */
  readonly block: bigint;
};

/**
 * Deploys every contract of a network and reads back how they are wired. `activateNetwork` comes next: it names the
 * first committee, and is all that is left to the deployer.
 *
 * @param firstNonce the writer's nonce of the first contract; its next one unless given. The same nonce goes on where a
 *   deployment has ended.
 * @throws BallastError `DEPLOYMENT_NONCE_USED`, `SUITE_WIRING`, `CHAIN_REQUEST_FAILED`; ContractRevertError, such as
 *   `TOO_FEW_IDENTITIES` or `DECIMALS_UNEXPECTED`.
 */
export async function deploySuite(
  reader: ChainReader,
  writer: ChainWriter,
  options: SuiteOptions,
  { firstNonce, ...wait }: WaitOptions & { readonly firstNonce?: number } = {},
): Promise<SuiteDeployment> {
  const deployer = writer.account.address;
  const steps = suiteSteps(reader, deployer, options);
  const first = firstNonce ?? (await nextNonce(reader, deployer));
  const { addressOf, block } = await deploySteps(reader, writer, first, steps, wait);
  const contracts = new Map(steps.map(({ name }) => [name, addressOf(name)]));
  await checkSuite(reader, contracts, deployer);
  return { contracts, block };
}
