import { type Address, encodeFunctionData, type TransactionReceipt, zeroAddress } from 'viem';
import { encodeAggregateVote } from './aggregate-votes.ts';
import { encodeKeyForChain, encodeSignatureForChain } from './bls.ts';
import type { ChainReader, ChainWriter } from './clients.ts';
import { encodeCommittee, encodeSignatures } from './committee.ts';
import type { CommitEquivocation } from './equivocation.ts';
import { chainRequest } from './errors.ts';
import { nodeRegistryAbi } from './generated/node-registry.ts';
import { slasherAbi as abi } from './generated/slasher.ts';
import type { Certificate } from './model-registry.ts';
import { transact } from './transact.ts';
import { type RoundDecision, roundDecisionTypedData } from './typed-data.ts';
import type { WaitOptions } from './waiting.ts';
import { hexFromBytes, lowerCaseAddress } from './words.ts';

/** The one contract that may take from the bonds of a node registry; undefined where there is none. */
export async function slasherOf(reader: ChainReader, nodeRegistry: string): Promise<Address | undefined> {
  const address = await chainRequest('read who may take from bonds', () =>
    reader.readContract({
      abi: nodeRegistryAbi,
      address: lowerCaseAddress(nodeRegistry),
      functionName: 'SLASHER',
    }),
  );
  return address === zeroAddress ? undefined : lowerCaseAddress(address);
}

/**
 * Reports a member that signed two decisions of one view; its whole bond is taken, a tenth of it for the reporter.
 *
 * @param report the votes, the signers of their epoch in ascending order, and the member's BLS key of 48 bytes where
 *   the votes are BLS signatures of 96 bytes.
 * @throws ContractRevertError `NO_CONFLICT`, `VOTE_INVALID`, `SIGNERS_DIFFER`, `NOT_A_MEMBER`, `KEY_UNKNOWN`,
 *   `EVIDENCE_TOO_OLD`, `ALREADY_PUNISHED`, `NOT_REGISTERED`, `COMMITTEE_ROOT_MISMATCH` …
 */
export function reportEquivocation(
  reader: ChainReader,
  writer: ChainWriter,
  slasher: string,
  report: CommitEquivocation & { readonly committee: readonly string[]; readonly key?: Uint8Array },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { decisions, votes, key } = report;
  const [first, second] = [encodeDecision(decisions[0]), encodeDecision(decisions[1])];
  const committee = encodeCommittee(report.committee);
  const data =
    key === undefined
      ? encodeFunctionData({
          abi,
          functionName: 'punishEquivocation',
          args: [first, second, hexFromBytes(votes[0]), hexFromBytes(votes[1]), committee],
        })
      : encodeFunctionData({
          abi,
          functionName: 'punishAggregatedEquivocation',
          args: [
            first,
            second,
            hexFromBytes(encodeKeyForChain(key)),
            hexFromBytes(encodeSignatureForChain(votes[0])),
            hexFromBytes(encodeSignatureForChain(votes[1])),
            committee,
          ],
        });
  return transact(reader, writer, 'report two votes', { to: lowerCaseAddress(slasher), data }, wait);
}

/**
 * Reports an offence that a round's committee certified; a share of the operator's bond is taken by its kind.
 *
 * @param report the certificate, whatever its outcome, the canonical bytes of the round's entry, and the place of the
 *   offence in the entry's list.
 * @throws ContractRevertError `QUORUM_NOT_REACHED`, `ENTRY_MISMATCH`, `KIND_NOT_PUNISHABLE`, `ALREADY_PUNISHED`,
 *   `ALREADY_PUNISHED_IN_EPOCH`, `EVIDENCE_TOO_OLD`, `KEY_UNKNOWN`, `NOT_REGISTERED` …
 */
export function reportOffence(
  reader: ChainReader,
  writer: ChainWriter,
  slasher: string,
  report: { readonly certificate: Certificate; readonly entry: Uint8Array; readonly offence: number },
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const { certificate } = report;
  const decision = encodeDecision(certificate.decision);
  const [entry, index] = [hexFromBytes(report.entry), BigInt(report.offence)];
  const data =
    'aggregate' in certificate
      ? encodeFunctionData({
          abi,
          functionName: 'punishCertifiedAggregated',
          args: [decision, encodeAggregateVote(certificate.keys, certificate.aggregate), entry, index],
        })
      : encodeFunctionData({
          abi,
          functionName: 'punishCertified',
          args: [
            decision,
            encodeCommittee(certificate.committee),
            encodeSignatures(certificate.signatures),
            entry,
            index,
          ],
        });
  return transact(reader, writer, 'report an offence', { to: lowerCaseAddress(slasher), data }, wait);
}

/** Pays the writer's account what it is owed for its reports. @throws ContractRevertError `NOTHING_OWED`. */
export function collectRewards(
  reader: ChainReader,
  writer: ChainWriter,
  slasher: string,
  wait: WaitOptions = {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({ abi, functionName: 'collect' });
  return transact(reader, writer, 'collect rewards', { to: lowerCaseAddress(slasher), data }, wait);
}

function encodeDecision(decision: RoundDecision) {
  // The domain is no part of what is encoded.
  const { view, ...message } = roundDecisionTypedData(
    { chainId: 0, contract: zeroAddress },
    decision,
  ).message;
  return { ...message, viewNumber: view };
}
