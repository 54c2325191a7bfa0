import {
  ContractRevertError,
  offenceStatus,
  type PunishmentStatus,
  reportEquivocation,
  reportOffence,
  slasherOf,
  votesStatus,
  type WaitOptions,
} from '../../contracts/client/index.ts';
import { type Committee, decisionOf, type OffenceReport, positionsOf } from '../../coordinator/index.ts';
import { fromHex } from '../../protocol/digest.ts';
import { type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ChainLink } from './chain-link.ts';

/** What the reporting of an offence needs of a chain. */
export type ReportLink = Pick<ChainLink, 'reader' | 'writer' | 'document' | 'network'>;

export type ReportOutcome =
  | { readonly status: 'reported'; readonly transaction: string }
  /** Nothing was sent; `reason` is the contract's code where it refused. */
  | { readonly status: Exclude<PunishmentStatus, 'open'> | 'refused'; readonly reason?: string };

/** Refusals that say that somebody else was first. */
const PUNISHED: ReadonlySet<string> = new Set(['ALREADY_PUNISHED', 'ALREADY_PUNISHED_IN_EPOCH']);

/**
 * What the chain has made of an offence.
 *
 * @param committee of the report's epoch.
 * @returns `free` as well where the network has no slasher.
 */
export async function reportStatus(
  { reader, document }: Pick<ReportLink, 'reader' | 'document'>,
  report: OffenceReport,
  committee: Committee,
): Promise<PunishmentStatus> {
  const { nodeRegistry } = document.contracts;
  const slasher = await slasherOf(reader, nodeRegistry);
  if (slasher === undefined) return 'free';
  if (report.basis === 'certified') return offenceStatus(reader, { slasher, nodeRegistry }, report);
  const member = committee.members.find(({ node }) => node === report.node);
  return member === undefined ? 'free' : votesStatus(reader, slasher, member.signer, report.decisions[0]);
}

/**
 * Hands an offence to the slasher unless the chain has acted on it; to say so again is no mistake, whoever did it.
 *
 * @param committee of the report's epoch.
 * @throws BallastError what the chain's endpoints and the transaction manager throw; a refusal is an outcome.
 */
export async function submitReport(
  link: ReportLink,
  report: OffenceReport,
  committee: Committee,
  wait: WaitOptions = {},
): Promise<ReportOutcome> {
  const status = await reportStatus(link, report, committee);
  if (status !== 'open') return { status };
  try {
    return { status: 'reported', transaction: await send(link, report, committee, wait) };
  } catch (error) {
    if (!(error instanceof ContractRevertError)) throw error;
    return { status: PUNISHED.has(error.code) ? 'punished' : 'refused', reason: error.code };
  }
}

async function send(
  { reader, writer, document, network }: ReportLink,
  report: OffenceReport,
  { members }: Committee,
  wait: WaitOptions,
): Promise<string> {
  const slasher = (await slasherOf(reader, document.contracts.nodeRegistry)) ?? '';
  const committee = members.map(({ signer }) => signer);
  if (report.basis === 'votes') {
    const { decisions, votes, node } = report;
    const blsKey = members.find((member) => member.node === node)?.blsKey;
    const key = blsKey === undefined ? {} : { key: fromHex(blsKey) };
    const proof = { decisions, votes, committee, ...key };
    return (await reportEquivocation(reader, writer, slasher, proof, wait)).transactionHash;
  }
  const { entry, view, signatures, aggregate } = report.certificate;
  const decision = decisionOf(network, entry, view);
  const certificate =
    aggregate === undefined
      ? { decision, committee, signatures }
      : {
          decision,
          keys: members.map(({ blsKey }) => fromHex(requireKey(blsKey))),
          aggregate: { signers: positionsOf(aggregate.signers), signature: aggregate.signature },
        };
  const shown = { certificate, entry: encodeCanonical(entry as Encodable), offence: report.index };
  return (await reportOffence(reader, writer, slasher, shown, wait)).transactionHash;
}

function requireKey(key: string | undefined): string {
  if (key !== undefined) return key;
  throw new BallastError(
    'COMMITTEE_MISMATCH',
    'committee: got a BLS certificate and a member without a BLS key',
  );
}
