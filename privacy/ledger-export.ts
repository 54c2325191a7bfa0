import { type Digest, domainHash, isDigest } from '../protocol/digest.ts';
import { type NodeSigner, verifyEd25519 } from '../protocol/ed25519.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import { isNodeId, type NodeId, publicKeyFromNodeId } from '../protocol/ids.ts';
import type { PrivacyLedger } from './ledger.ts';
import { type AccountantFactory, gaussianPart, LedgerCost } from './ledger-cost.ts';
import {
  type Debit,
  debitBody,
  LEDGER_ROOT,
  type LedgerPosition,
  readDebit,
  recordChecksum,
} from './ledger-records.ts';
import { historyOf, type LedgerEntry } from './ledger-report.ts';
import { checkedPolicy, type LedgerTerms, type PrivacyPolicy, requireEventOf } from './policy.ts';

const FORMAT = 1;
const DOMAIN = 'ballast/privacy-ledger-export/1';
const FIELDS = 6;

/** Some hundred thousand debits. */
export const MAX_EXPORT_BYTES = 64 << 20;
/** A debit's own record has at most 16 levels; here it stands two levels deeper and without its cover. */
export const EXPORT_LIMITS = { maxBytes: MAX_EXPORT_BYTES, maxDepth: 18, maxItems: 8_000_000 };

/** A ledger as its node signed it: every event in order, and where that ends. */
export type LedgerExport = {
  readonly node: NodeId;
  readonly terms: LedgerTerms;
  readonly debits: readonly Debit[];
  readonly position: LedgerPosition;
  /** What had been spent before and after each release; see `PrivacyLedger.history`. */
  readonly history: (accountant?: AccountantFactory) => readonly LedgerEntry[];
};

/**
 * The whole ledger for an auditor, signed by the node's key: terms, events with their keys, the digests of what was
 * released, and the chain of checksums; none of the released bytes. Equal ledgers give equal bytes.
 *
 * It is the node's word for what it charged. A second export of the same node must contain the first: see
 * {@link requireExportContinues}.
 *
 * @returns canonical bytes.
 * @throws BallastError `LEDGER_UNKNOWN`; `LEDGER_EXPORT_TOO_LARGE`.
 */
export function exportLedger(ledger: PrivacyLedger, signer: NodeSigner): Uint8Array {
  const { terms, debits, last } = ledger.records();
  const body = { format: FORMAT, node: signer.nodeId, terms, debits: debits.map(debitBody), last };
  const sig = signer.sign(domainHash(DOMAIN, encodeCanonical(body)));
  const bytes = encodeCanonical({ ...body, sig });
  if (bytes.length <= MAX_EXPORT_BYTES) return bytes;
  throw new BallastError(
    'LEDGER_EXPORT_TOO_LARGE',
    `ledger export: got ${bytes.length} bytes, expected at most ${MAX_EXPORT_BYTES}`,
  );
}

/**
 * Reads an export and checks all that can be checked without the data: form and limits, the signature of the node that
 * is asked about, the chain of checksums, the running total, that no release is named twice, that each event belongs
 * to the terms and none was charged less than it costs.
 *
 * @throws BallastError `LEDGER_EXPORT_MALFORMED`, `LEDGER_EXPORT_NODE` for another node's, `LEDGER_EXPORT_SIGNATURE`,
 *   `LEDGER_EXPORT_INVALID` naming the debit that is wrong.
 */
export function verifyLedgerExport(bytes: Uint8Array, node: NodeId): LedgerExport {
  const { sig, ...body } = readExport(bytes);
  if (body.node !== node) {
    const message = `ledger export: got one of ${body.node}, expected one of ${node}`;
    throw new BallastError('LEDGER_EXPORT_NODE', message, { metadata: { given: body.node, expected: node } });
  }
  if (!verifyEd25519(publicKeyFromNodeId(node), domainHash(DOMAIN, encodeCanonical(body)), sig)) {
    throw new BallastError('LEDGER_EXPORT_SIGNATURE', `ledger export: got a signature that is not ${node}’s`);
  }
  const policy = policyOf(body.terms);
  const debits = body.debits.map((debit, i) => wellFormed(() => readDebit(debit, `debit ${i}`)));
  const position = { count: debits.length, checksum: requireChained(debits, policy) };
  if (position.checksum !== body.last)
    throw invalid(debits.length, 'an end that its checksums do not lead to');
  return {
    node,
    terms: body.terms,
    debits,
    position,
    history: (accountant) => historyOf(debits, new LedgerCost(policy, accountant, accountant === undefined)),
  };
}

/**
 * Holds a node's later export against an earlier one: a ledger only grows.
 *
 * @throws BallastError `LEDGER_EXPORT_FORKED` where the later one does not begin with the earlier one.
 */
export function requireExportContinues(earlier: LedgerExport, later: LedgerExport): void {
  const { count, checksum } = earlier.position;
  const reached = later.debits[count]?.previous ?? later.position.checksum;
  if (earlier.node === later.node && later.position.count >= count && reached === checksum) return;
  throw new BallastError(
    'LEDGER_EXPORT_FORKED',
    `ledger export: got ${later.position.count} debits that do not begin with the ${count} exported before`,
    { metadata: { earlier: count, later: later.position.count } },
  );
}

type Exported = {
  readonly format: typeof FORMAT;
  readonly node: NodeId;
  readonly terms: LedgerTerms;
  readonly debits: readonly Encodable[];
  readonly last: Digest;
  readonly sig: Uint8Array;
};

function readExport(bytes: Uint8Array): Exported {
  const value = wellFormed(() => decodeCanonical(bytes, EXPORT_LIMITS)) as {
    readonly [key: string]: unknown;
  } | null;
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== FIELDS)
    throw malformed(`something else than a map of ${FIELDS} fields`);
  const { format, node, terms, debits, last, sig } = value;
  if (format !== FORMAT) throw malformed(`format ${String(format).slice(0, 20)}, expected ${FORMAT}`);
  const isWhole =
    isNodeId(node) &&
    typeof terms === 'object' &&
    terms !== null &&
    Array.isArray(debits) &&
    isDigest(last) &&
    sig instanceof Uint8Array;
  if (!isWhole) throw malformed('a field that is missing or of another type');
  return { format, node, terms: terms as LedgerTerms, debits, last, sig };
}

/** The budget is no part of a ledger's terms: an export is read under none. */
function policyOf(terms: LedgerTerms): PrivacyPolicy {
  const unused = { relation: 'replace', delta: 0.5, epsilonBudget: 1e6 } as const;
  return wellFormed(() => checkedPolicy({ ...unused, ...terms }));
}

/** @returns the checksum of the last debit. */
function requireChained(debits: readonly Debit[], policy: PrivacyPolicy): Digest {
  const keys = new Set<string>();
  let total = 0n;
  let last = LEDGER_ROOT;
  for (const [i, debit] of debits.entries()) {
    total += debit.loss;
    if (debit.sequence !== i || debit.previous !== last)
      throw invalid(i, 'a place in the chain that is not its own');
    if (debit.total !== total) throw invalid(i, 'a wrong running total');
    if (keys.has(debit.key)) throw invalid(i, 'a key that was released before');
    if (debit.loss < gaussianPart(debit.event)) throw invalid(i, 'a loss below what its event costs');
    try {
      requireEventOf(policy, debit.event);
    } catch {
      throw invalid(i, 'an event of another unit or relation than the terms');
    }
    keys.add(debit.key);
    last = recordChecksum(debitBody(debit));
  }
  return last;
}

function wellFormed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw malformed(`what does not read: ${reason}`, cause);
  }
}

function malformed(got: string, cause?: unknown): BallastError {
  return new BallastError('LEDGER_EXPORT_MALFORMED', `ledger export: got ${got}`, { cause });
}

function invalid(sequence: number, got: string): BallastError {
  return new BallastError('LEDGER_EXPORT_INVALID', `ledger export: debit ${sequence}: got ${got}`, {
    metadata: { sequence },
  });
}
