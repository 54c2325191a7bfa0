import {
  bondTerms,
  depositCall,
  describeProposal,
  explanationDigest,
  type ProposalCall,
  proposalCall,
  proposalId,
} from '../../contracts/client/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { openSender, type SenderFlags, sendAs } from './sender.ts';
import { printResult } from './spending.ts';
import type { GovernedChain } from './suite-chain.ts';

/** Characters of a justification: it goes whole into the description on the chain. */
const MAX_JUSTIFICATION = 2_000;

/**
 * Puts an emergency action before governance, with the bond where the sender has not deposited one.
 *
 * @param justification what people say about it; the digest that the contracts keep is made of it.
 * @throws UsageError `JUSTIFICATION`; what {@link sendAs} throws.
 */
export async function proposeEmergency(
  chain: GovernedChain,
  flags: SenderFlags,
  what: string,
  { calls, justification }: { readonly calls: readonly ProposalCall[]; readonly justification: string },
): Promise<void> {
  const { reader, governor, directory } = chain;
  const sender = await openSender(flags);
  const draft = {
    type: 'emergency_action',
    calls,
    justification: explanationDigest(justification),
    text: justification,
  } as const;
  const proposal = { calls, description: describeProposal(draft, directory) };
  const { bond, deposit } = await bondTerms(reader, governor, sender.address);
  if (deposit < bond) {
    const missing = depositCall(governor, bond - deposit);
    const deposited = await sendAs(sender, reader, flags, `deposit the bond of a proposal`, missing);
    // The proposal itself can only be tried when the bond is there.
    if (deposited === undefined && sender.kind === 'here') return;
  }
  if (sender.kind === 'elsewhere' && deposit < bond) {
    printResult(
      {
        chainId: reader.chain.id,
        from: sender.address,
        ...proposalCall(governor, proposal),
        value: 0n,
      },
      true,
    );
    return;
  }
  const receipt = await sendAs(sender, reader, flags, what, proposalCall(governor, proposal));
  if (receipt === undefined) return;
  const id = proposalId(proposal);
  const { transactionHash } = receipt;
  const text = `proposed: ${transactionHash}\nproposal ${id}\nnext: identities vote with ballast proposal vote, then ballast proposal advance`;
  printResult(flags.json ? { proposalId: id, transactionHash } : text, flags.json);
}

/** @throws UsageError `JUSTIFICATION`. */
export function requireJustification(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length >= 1 && trimmed.length <= MAX_JUSTIFICATION) return trimmed;
  throw new UsageError(
    'JUSTIFICATION',
    `--justification: got ${trimmed.length} characters, expected 1 to ${MAX_JUSTIFICATION}`,
  );
}
