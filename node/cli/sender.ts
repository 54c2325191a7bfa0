import type { Command } from 'commander';
import { type Address, getAddress, isAddress, type LocalAccount, type TransactionReceipt } from 'viem';
import { chainRequest } from '../../contracts/client/errors.ts';
import { type ChainReader, createWriter } from '../../contracts/client/index.ts';
import { type Call, transact } from '../../contracts/client/transact.ts';
import { UsageError } from '../../protocol/errors.ts';
import { obtainPassphrase, openStakeKeystore } from '../keys/index.ts';
import { costOf, requireBalance } from '../operator/index.ts';
import { passphraseSources } from './passphrases.ts';
import { confirmSpending, printResult, type SpendingFlags, withSpendingFlags } from './spending.ts';

/** Who sends: a key that is here, or an address whose wallet gets the transaction handed. */
export type SenderFlags = SpendingFlags & {
  readonly keystore?: string;
  readonly passphraseFile?: string;
  readonly from?: string;
  readonly printTransaction: boolean;
};

/** @param who names the sender in the help. */
export function withSenderFlags(command: Command, who: string): Command {
  return withSpendingFlags(command)
    .option('--keystore <file>', `keystore of ${who}, as init --stake makes them`)
    .option('--passphrase-file <file>', 'file of mode 0600 with its passphrase')
    .option('--from <address>', `${who}, whose key is elsewhere`)
    .option('--print-transaction', 'print the transaction for that wallet and send nothing', false);
}

export type Sender =
  | { readonly kind: 'here'; readonly address: Address; readonly account: LocalAccount }
  | { readonly kind: 'elsewhere'; readonly address: Address };

/** @throws UsageError `SENDER_FLAGS`; KeystoreError. */
export async function openSender(flags: SenderFlags): Promise<Sender> {
  const { keystore, passphraseFile, from, printTransaction } = flags;
  if (keystore !== undefined && from === undefined && !printTransaction) {
    const sources = passphraseSources('BALLAST_STAKE', { flag: passphraseFile });
    const { account } = await openStakeKeystore(keystore, await obtainPassphrase(sources, keystore));
    return { kind: 'here', address: account.address, account };
  }
  if (from !== undefined && keystore === undefined && printTransaction) {
    if (isAddress(from, { strict: false })) return { kind: 'elsewhere', address: getAddress(from) };
    throw new UsageError('SENDER_FLAGS', `--from: got ${from}, expected an address (0x and 40 digits)`);
  }
  throw new UsageError(
    'SENDER_FLAGS',
    'sender: expected either --keystore, or --from with --print-transaction',
    {
      hint: 'the second prints what a hardware or multisig wallet then sends',
    },
  );
}

/**
 * Tries a call as the sender, says what it costs, asks, and sends it; or prints it for a wallet elsewhere.
 *
 * @param what completes "Send: …".
 * @returns undefined where nothing was sent.
 * @throws ContractRevertError when the contract would refuse; what {@link confirmSpending} throws.
 */
export async function sendAs(
  sender: Sender,
  reader: ChainReader,
  flags: SenderFlags,
  what: string,
  call: Call,
): Promise<TransactionReceipt | undefined> {
  const cost = await chainRequest(what, () => costOf(reader, sender.address, call));
  const chainId = reader.chain.id;
  if (sender.kind === 'elsewhere') {
    // JSON in any case: it is made to be pasted.
    printResult({ chainId, from: sender.address, ...call, value: call.value ?? 0n }, true);
    return undefined;
  }
  if (!flags.dryRun) requireBalance(sender.address, cost);
  if (!(await confirmSpending(`${what}, from ${sender.address}`, cost, flags))) return undefined;
  const writer = createWriter(
    { rpcUrl: reader.transport.url ?? '', chainId, pollingIntervalMs: reader.pollingInterval },
    sender.account,
  );
  return transact(reader, writer, what, call);
}
