import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { decodeCanonical, encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type Evidence, isEvidenceKind } from './kinds.ts';

const DOMAIN = 'ballast/evidence/1';

/** A proof is at most so long: two proposals at their limit. */
export const MAX_EVIDENCE_BYTES = 2 * (1 << 20) + 1_024;
/** A header and the reports of F+1 members of the largest committee. */
const MAX_PROOF_PARTS = 86;

/**
 * A proof's bytes: canonical, and told apart from every other record by their first field, so that their plain
 * SHA-256 is the proof's name and the address under which peers serve it.
 *
 * @throws BallastError `EVIDENCE_INVALID` for one over the limits.
 */
export function encodeEvidence({ kind, proof }: Evidence): Uint8Array {
  const bytes = encodeCanonical({ domain: DOMAIN, kind, proof: [...proof] });
  if (bytes.length > MAX_EVIDENCE_BYTES || proof.length > MAX_PROOF_PARTS)
    throw invalidEvidence(`${proof.length} parts and ${bytes.length} bytes, beyond the limits`);
  return bytes;
}

export function evidenceDigest(bytes: Uint8Array): Digest {
  return digestOfBytes(bytes);
}

/** @throws BallastError `EVIDENCE_INVALID` for anything that {@link encodeEvidence} does not write. */
export function decodeEvidence(bytes: Uint8Array): Evidence {
  const { domain, kind, proof, ...more } = fields(bytes);
  if (domain !== DOMAIN || Object.keys(more).length > 0) throw invalidEvidence('another kind of record');
  if (!isEvidenceKind(kind)) throw invalidEvidence(`the kind ${JSON.stringify(kind)?.slice(0, 40)}`);
  if (!Array.isArray(proof) || proof.length === 0 || proof.length > MAX_PROOF_PARTS)
    throw invalidEvidence('no parts, or too many');
  if (!proof.every((part) => part instanceof Uint8Array)) throw invalidEvidence('a part that is no bytes');
  return { kind, proof };
}

export function invalidEvidence(got: string, cause?: unknown): BallastError {
  return new BallastError('EVIDENCE_INVALID', `evidence: got ${got}, expected a proof that holds by itself`, {
    cause,
  });
}

function fields(bytes: Uint8Array): { readonly [key: string]: unknown } {
  try {
    const value = decodeCanonical(bytes, { maxBytes: MAX_EVIDENCE_BYTES });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw invalidEvidence(cause instanceof BallastError ? cause.message : 'bytes that do not decode', cause);
  }
  throw invalidEvidence('something else than a map');
}
