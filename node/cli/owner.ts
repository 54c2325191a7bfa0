import { type Address, getAddress, isAddress } from 'viem';
import { UsageError } from '../../protocol/errors.ts';
import { obtainPassphrase, openStakeKeystore, type StakeKey } from '../keys/index.ts';
import { passphraseSources } from './passphrases.ts';

export type OwnerFlags = {
  readonly stakeKeystore?: string;
  readonly stakePassphraseFile?: string;
  readonly owner?: string;
  readonly printTransaction: boolean;
};

/** Who owns the bond: a key that is here, or an address whose wallet gets the transaction handed. */
export type Owner =
  | { readonly kind: 'here'; readonly address: Address; readonly stake: StakeKey }
  | { readonly kind: 'elsewhere'; readonly address: Address };

/** @throws UsageError `OWNER_FLAGS`; KeystoreError. */
export async function openOwner(flags: OwnerFlags): Promise<Owner> {
  const { stakeKeystore, stakePassphraseFile, owner, printTransaction } = flags;
  if (stakeKeystore !== undefined && owner === undefined && !printTransaction) {
    const sources = passphraseSources(
      'BALLAST_STAKE',
      { flag: stakePassphraseFile },
      '--stake-passphrase-file',
    );
    const stake = await openStakeKeystore(stakeKeystore, await obtainPassphrase(sources, stakeKeystore));
    return { kind: 'here', address: stake.account.address, stake };
  }
  if (owner !== undefined && stakeKeystore === undefined && printTransaction) {
    if (isAddress(owner, { strict: false })) return { kind: 'elsewhere', address: getAddress(owner) };
    throw new UsageError('OWNER_FLAGS', `--owner: got ${owner}, expected an address (0x and 40 digits)`);
  }
  throw new UsageError(
    'OWNER_FLAGS',
    'owner: expected either --stake-keystore, or --owner with --print-transaction',
    { hint: 'the second prints what a hardware or multisig wallet then sends' },
  );
}
