import { type StoredReport, storedReports } from '../../coordinator/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { existingDatabase } from '../data-folder/index.ts';
import type { ChainLink } from '../runtime/index.ts';
import { type ReportOutcome, reportStatus, submitReport } from '../runtime/offence-reports.ts';
import { LevelStore, StoreError } from '../store/index.ts';

/** One proof as a person reads it. */
export type EvidenceLine = {
  readonly round: number;
  readonly node: string;
  readonly kind: string;
  /** Digest of the proof. */
  readonly evidence: string;
  /** `votes` proves itself; `certified` is a quorum's word. */
  readonly basis: 'votes' | 'certified';
  readonly status: string;
  readonly transaction?: string;
  /** The contract's code, where it refused. */
  readonly reason?: string;
};

/**
 * What a stopped node's folder holds against others. Nothing is made for a mistyped one.
 *
 * @throws UsageError `DATA_DIR`, `EVIDENCE_NODE_RUNNING`; StoreError; BallastError for a damaged log.
 */
export async function readEvidence(
  dataDir: string,
  document: NetworkDocument,
): Promise<readonly StoredReport[]> {
  const database = await existingDatabase(dataDir);
  const store = await LevelStore.open(database).catch((cause: unknown) => {
    if (!(cause instanceof StoreError) || cause.code !== 'DATA_DIR_LOCKED') throw cause;
    throw new UsageError('EVIDENCE_NODE_RUNNING', `data folder ${dataDir}: a node runs on it`, {
      hint: 'stop it; one that runs reports by itself where its configuration has evidence.report, and lists its proofs under /v1/evidence',
      cause,
    });
  });
  try {
    return await storedReports(store.sub('round'), networkId(document));
  } finally {
    await store.close();
  }
}

/** What the chain has made of each. @throws BallastError what the chain throws. */
export async function evidenceLines(
  link: ChainLink,
  stored: readonly StoredReport[],
): Promise<EvidenceLine[]> {
  const lines: EvidenceLine[] = [];
  for (const each of stored) {
    const committee = await committeeOf(link, each);
    lines.push({ ...lineOf(each), status: await reportStatus(link, each.report, committee) });
  }
  return lines;
}

/** Hands one proof to the slasher, once: see `submitReport`. @throws BallastError what the chain throws. */
export async function submitEvidence(
  link: ChainLink,
  stored: StoredReport,
  signal?: AbortSignal,
): Promise<EvidenceLine> {
  const committee = await committeeOf(link, stored);
  const wait = signal === undefined ? {} : { signal };
  const outcome: ReportOutcome = await submitReport(link, stored.report, committee, wait);
  return { ...lineOf(stored), ...outcome };
}

/** For people. */
export function evidenceText({
  round,
  node,
  kind,
  evidence,
  status,
  transaction,
  reason,
}: EvidenceLine): string {
  const more = [transaction, reason].filter((each) => each !== undefined).map((each) => ` ${each}`);
  return `round ${round} ${node} ${kind} ${evidence.slice(0, 16)}: ${status}${more.join('')}`;
}

function lineOf({ report }: StoredReport): Omit<EvidenceLine, 'status'> {
  const { round, node, kind, evidence, basis } = report;
  return { round, node, kind, evidence, basis };
}

async function committeeOf(link: ChainLink, { report, committee }: StoredReport) {
  const found = committee ?? (await link.committeeAt(report.epoch));
  if (found !== undefined) return found;
  const { epoch, round } = report;
  throw new BallastError(
    'COMMITTEE_UNKNOWN',
    `committee of epoch ${epoch}: neither the chain nor the folder says who voted in round ${round}`,
    { metadata: { epoch, round } },
  );
}
