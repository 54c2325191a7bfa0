import type { Digest } from '../../protocol/digest.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import type { Certificate } from '../certificate.ts';
import type { Committee } from '../committee.ts';
import { committeeKey, decodeEpoch } from '../committee-record.ts';
import { readCertificate } from '../log.ts';
import { EVIDENCE_KEY, MAX_EVIDENCES } from './book.ts';
import { decodeEvidence } from './encoding.ts';
import { type OffenceReport, reportsOf } from './reports.ts';

/** So many of the newest rounds with something to report are read. */
export const MAX_REPORTED_ROUNDS = 1_024;

/** A report with the committee of its epoch, as far as the store has it. */
export type StoredReport = { readonly report: OffenceReport; readonly committee: Committee | undefined };

/**
 * Everything that may be reported from a stopped node's store, by round. Whoever acts on it checks it: what is read
 * here is what the node had checked.
 *
 * @throws BallastError what a damaged log or committee throws.
 */
export async function storedReports(store: KeyValueStore, network: Digest): Promise<StoredReport[]> {
  const proofs = new Map<number, Uint8Array[]>();
  let read = 0;
  for await (const [, bytes] of store.entries(EVIDENCE_KEY)) {
    if (++read > MAX_EVIDENCES) break;
    const round = roundOf(bytes);
    if (round !== undefined) proofs.set(round, [...(proofs.get(round) ?? []), bytes]);
  }
  const certificates = new Map<number, Certificate>();
  for await (const [, bytes] of store.entries('log/')) {
    const certificate = readCertificate(bytes);
    const { round, offences } = certificate.entry;
    if (offences.length === 0 && !proofs.has(round)) continue;
    certificates.set(round, certificate);
    const [oldest] = certificates.keys();
    if (certificates.size > MAX_REPORTED_ROUNDS && oldest !== undefined) certificates.delete(oldest);
  }
  const found: StoredReport[] = [];
  for (const round of certificates.keys()) {
    const sources = {
      network,
      certificate: async (of: number) => certificates.get(of),
      proofs: async (of: number) => proofs.get(of) ?? [],
    };
    for (const report of await reportsOf(round, sources))
      found.push({ report, committee: await committeeOf(store, report.epoch) });
  }
  return found;
}

/** The round of a proof about messages of one round; undefined for another, and for one that does not open. */
function roundOf(bytes: Uint8Array): number | undefined {
  try {
    const { kind, proof } = decodeEvidence(bytes);
    const [first] = proof;
    return kind.startsWith('equivocation-') && first !== undefined
      ? openEnvelope(first).envelope.round
      : undefined;
  } catch (error) {
    if (error instanceof BallastError) return undefined;
    throw error;
  }
}

async function committeeOf(store: KeyValueStore, epoch: number): Promise<Committee | undefined> {
  const bytes = await store.get(committeeKey(epoch));
  return bytes === undefined ? undefined : decodeEpoch(bytes, epoch).committee;
}
