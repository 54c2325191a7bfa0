import { parseEther } from 'viem';
import {
  type AddressOf,
  addCollateral,
  type ChainReader,
  type ChainWriter,
  coreActions,
  GLOBAL_PARAMETERS,
  mintDevnetToken,
  type ReferenceDeployment,
  referenceDeployment,
} from '../../contracts/client/index.ts';
import { COLLATERAL } from './suite.ts';

/** What the devnet's one vault holds and owes at first: a million coins, on which a fee shows within seconds. */
const [AMOUNT, COINS] = [parseEther('1000'), parseEther('1000000')];

/** The core and the vault that a devnet watches. */
export type DevnetCore = ReferenceDeployment & { readonly vault: bigint };

/** Sets the reference core to work and takes a loan from it, as the devnet's keeper. */
export async function openReferenceCore(
  reader: ChainReader,
  keeper: ChainWriter,
  addressOf: AddressOf,
): Promise<DevnetCore> {
  const reference = referenceDeployment(addressOf, [COLLATERAL]);
  const { core } = reference;
  const actions = coreActions(reader, keeper, core);
  await actions.sync(GLOBAL_PARAMETERS);
  let vault = 0n;
  for (const collateral of reference.collaterals) {
    await addCollateral(reader, keeper, core, collateral);
    vault = await actions.open(collateral.name);
    await mintDevnetToken(reader, keeper, collateral.token, keeper.account.address, AMOUNT);
    await actions.deposit(vault, collateral.token, AMOUNT);
    await actions.mint(vault, COINS);
  }
  return { ...reference, vault };
}
