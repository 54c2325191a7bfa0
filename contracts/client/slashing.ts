import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  keccak256,
  type TransactionReceipt,
  toHex,
  zeroAddress,
} from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { type NodeId, publicKeyFromNodeId } from '../../protocol/ids.ts';
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
import { digestFromWord, hexFromBytes, lowerCaseAddress, wordFromDigest } from './words.ts';

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

/** Names two commit votes in one view, whichever two are shown, as the slasher does. */
export function commitOffenceId(
  signer: string,
  { network, epoch, round, view }: Pick<RoundDecision, 'network' | 'epoch' | 'round' | 'view'>,
): Digest {
  const types = ['string', 'address', 'bytes32', 'uint64', 'uint64', 'uint32'] as const;
  const place = [wordFromDigest(network), BigInt(epoch), BigInt(round), view] as const;
  const parameters = types.map((type) => ({ type }));
  return digestFromWord(
    keccak256(encodeAbiParameters(parameters, ['commit', lowerCaseAddress(signer), ...place])),
  );
}

/** Names an offence that a round's committee certified, as the slasher does. */
export function certifiedOffenceId(node: NodeId, evidence: Digest): Digest {
  const parameters = [{ type: 'string' }, { type: 'bytes32' }, { type: 'bytes32' }] as const;
  const key = hexFromBytes(publicKeyFromNodeId(node));
  return digestFromWord(
    keccak256(encodeAbiParameters(parameters, ['certified', key, wordFromDigest(evidence)])),
  );
}

/**
 * - `open`: it would be punished;
 * - `punished`: it was;
 * - `settled`: another certified offence of the operator was punished in that epoch, and one is all that counts;
 * - `free`: offences of the kind cost nothing, or the node is no operator's.
 */
export type PunishmentStatus = 'open' | 'punished' | 'settled' | 'free';

/** Whether the slasher has acted on two votes. */
export async function votesStatus(
  reader: ChainReader,
  slasher: string,
  signer: string,
  decision: RoundDecision,
): Promise<PunishmentStatus> {
  const isDone = await isPunished(reader, slasher, commitOffenceId(signer, decision));
  return isDone ? 'punished' : 'open';
}

/** Whether the slasher has acted, or would act, on a certified offence. */
export async function offenceStatus(
  reader: ChainReader,
  { slasher, nodeRegistry }: { readonly slasher: string; readonly nodeRegistry: string },
  {
    node,
    kind,
    evidence,
    epoch,
  }: {
    readonly node: NodeId;
    readonly kind: string;
    readonly evidence: Digest;
    /** Of the entry that names it. */
    readonly epoch: number;
  },
): Promise<PunishmentStatus> {
  if (await isPunished(reader, slasher, certifiedOffenceId(node, evidence))) return 'punished';
  const [share, owner] = await chainRequest('read what an offence costs', () =>
    Promise.all([
      reader.readContract({
        abi,
        address: lowerCaseAddress(slasher),
        functionName: 'shareOf',
        args: [keccak256(toHex(kind))],
      }),
      reader.readContract({
        abi: nodeRegistryAbi,
        address: lowerCaseAddress(nodeRegistry),
        functionName: 'ownerOfNode',
        args: [hexFromBytes(publicKeyFromNodeId(node))],
      }),
    ]),
  );
  if (share === 0n || owner === zeroAddress) return 'free';
  const parameters = [{ type: 'string' }, { type: 'address' }, { type: 'uint64' }] as const;
  const turn = keccak256(encodeAbiParameters(parameters, ['epoch', owner, BigInt(epoch)]));
  return (await isPunished(reader, slasher, digestFromWord(turn))) ? 'settled' : 'open';
}

async function isPunished(reader: ChainReader, slasher: string, offence: Digest): Promise<boolean> {
  return chainRequest('read what was punished', () =>
    reader.readContract({
      abi,
      address: lowerCaseAddress(slasher),
      functionName: 'isPunished',
      args: [wordFromDigest(offence)],
    }),
  );
}

/**
 * Reports a member that signed two decisions of one view; its whole bond is taken, a tenth of it for the owner of the
 * active operator whose account the writer is; a stranger earns nothing.
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
  const to = lowerCaseAddress(slasher);
  // Three votes in one view are one offence, whoever of them is shown: one transaction for all is enough.
  const id = `punish/${to}/${report.decisions[0].epoch}/${report.decisions[0].round}/${report.decisions[0].view}/${hexFromBytes(votes[0])}`;
  return transact(reader, writer, 'report two votes', { to, data }, wait, id);
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
  const to = lowerCaseAddress(slasher);
  const id = `punish/${to}/${decision.entryDigest}/${report.offence}`;
  return transact(reader, writer, 'report an offence', { to, data }, wait, id);
}

/** Pays the writer's account, an operator's owner, what it is owed for reports. @throws ContractRevertError `NOTHING_OWED`. */
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
