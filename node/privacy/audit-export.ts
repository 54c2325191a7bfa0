import { readFile, stat } from 'node:fs/promises';
import {
  EXPORT_LIMITS,
  exportLedger,
  type LedgerExport,
  requireExportContinues,
  verifyLedgerExport,
} from '../../privacy/index.ts';
import type { NodeSigner } from '../../protocol/ed25519.ts';
import { decodeCanonical } from '../../protocol/encoding.ts';
import { UsageError } from '../../protocol/errors.ts';
import { isNodeId, type NodeId } from '../../protocol/ids.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { writeSecretFile } from '../files/secret-file.ts';
import { systemCode } from '../files/system-code.ts';
import { withLedger } from './read-account.ts';

/** What was written. */
export type WrittenExport = { readonly path: string; readonly node: NodeId; readonly releases: number };

/**
 * Writes a stopped node's ledger for an auditor: every event, signed, without what was released. Mode 0600.
 *
 * @param path must not exist.
 * @throws UsageError `LEDGER_EXPORT_FILE`; as {@link withLedger} and `exportLedger`.
 */
export async function writeLedgerExport(
  place: { readonly dataDir: string; readonly document: NetworkDocument },
  signer: NodeSigner,
  path: string,
): Promise<WrittenExport> {
  const { bytes, releases } = await withLedger(place, (ledger) => ({
    bytes: exportLedger(ledger, signer),
    releases: ledger.position().count,
  }));
  const isWritten = await writeSecretFile(path, bytes).catch((cause: unknown) => {
    throw fileError(path, `cannot be written: ${systemCode(cause)}`, cause);
  });
  if (!isWritten) throw fileError(path, 'exists already, and is never replaced');
  return { path, node: signer.nodeId, releases };
}

/**
 * Reads an export and checks it.
 *
 * @param options.node whose it has to be; whose it says that it is unless given.
 * @param options.earlier an export of the same node that this one has to go on from.
 * @throws UsageError `LEDGER_EXPORT_FILE`; as `verifyLedgerExport` and `requireExportContinues`.
 */
export async function readLedgerExport(
  path: string,
  options: { readonly node?: NodeId | undefined; readonly earlier?: string | undefined } = {},
): Promise<LedgerExport> {
  const bytes = await bytesOf(path);
  const found = verifyLedgerExport(bytes, options.node ?? signerOf(bytes, path));
  if (options.earlier === undefined) return found;
  requireExportContinues(verifyLedgerExport(await bytesOf(options.earlier), found.node), found);
  return found;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    const { maxBytes } = EXPORT_LIMITS;
    if (size > maxBytes) throw fileError(path, `got ${size} bytes, expected at most ${maxBytes}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw fileError(path, `cannot be read: ${systemCode(error)}`, error);
  }
}

/** Only to know whose signature to check. */
function signerOf(bytes: Uint8Array, path: string): NodeId {
  try {
    const value = decodeCanonical(bytes, EXPORT_LIMITS);
    const node = typeof value === 'object' && value !== null && 'node' in value ? value.node : undefined;
    if (isNodeId(node)) return node;
  } catch {
    // What it is not is said below.
  }
  throw fileError(path, 'got something else, expected what ballast privacy export writes');
}

function fileError(path: string, what: string, cause?: unknown): UsageError {
  return new UsageError('LEDGER_EXPORT_FILE', `ledger export ${path}: ${what}`, {
    metadata: { path },
    cause,
  });
}
