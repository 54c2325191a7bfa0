import * as z from 'zod';
import type { Certificate } from '../../coordinator/certificate.ts';
import type { Member } from '../../coordinator/committee.ts';
import type { Roll } from '../../coordinator/roll.ts';
import type { ProvenRow } from '../../coordinator/roll-row.ts';
import { bitmapOf } from '../../coordinator/signers.ts';
import { fromHex } from '../../protocol/digest.ts';
import { MAX_MERKLE_DEPTH } from '../../protocol/merkle.ts';
import {
  certificate as certificateSchema,
  fate,
  MAX_COMMITTEE,
  MAX_ROSTER,
} from '../../protocol/round-entry.ts';
import { count, digest, firstIssue, nodeId } from '../../protocol/schema.ts';
import { NodeFailure } from './errors.ts';

/** Fields that a later node adds are passed over; those that the client reads are checked. */
const networkAnswer = z.object({ document: z.unknown() });

const certificateAnswer = z
  .object({
    entry: z.unknown(),
    view: z.unknown(),
    signatures: z
      .array(
        z.object({
          index: z.unknown(),
          signature: z.string().regex(/^[0-9a-f]{130}$/, 'expected 65 bytes in hex'),
        }),
      )
      .max(MAX_COMMITTEE),
    aggregate: z
      .object({
        signers: z.array(count.max(MAX_COMMITTEE - 1)).max(MAX_COMMITTEE),
        signature: z.string().regex(/^[0-9a-f]{192}$/, 'expected 96 bytes in hex'),
      })
      .refine(({ signers }) => new Set(signers).size === signers.length, 'expected distinct signers')
      .exactOptional(),
  })
  .transform(({ entry, view, signatures, aggregate }) => ({
    entry,
    view,
    signatures: signatures.map(({ index, signature }) => ({ index, signature: fromHex(signature) })),
    ...(aggregate === undefined
      ? {}
      : {
          aggregate: {
            signers: bitmapOf(aggregate.signers),
            signature: fromHex(aggregate.signature),
          },
        }),
  }))
  .pipe(certificateSchema);

const committeeAnswer = z.object({
  epoch: count,
  members: z
    .array(
      z.object({
        node: z.string().max(64),
        signer: z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{40}$/)]),
        blsKey: z
          .string()
          .regex(/^[0-9a-f]{96}$/, 'expected 48 bytes in hex')
          .exactOptional(),
      }),
    )
    .min(1)
    .max(MAX_COMMITTEE),
});

const rowSchema = z.object({ node: nodeId, digest, fate });

const rollAnswer = z.object({
  updates: z.array(rowSchema).max(MAX_ROSTER),
});

const rowAnswer = z.object({
  row: rowSchema,
  proof: z.object({ index: count, count, path: z.array(digest).max(MAX_MERKLE_DEPTH) }),
});

/** `GET /v1/network`: the document as it came. */
export const readNetworkAnswer = (node: string, bytes: Uint8Array): unknown =>
  read(node, 'network', networkAnswer, bytes).document;

/** `GET /v1/models/{version}/certificate`. */
export const readCertificateAnswer = (node: string, bytes: Uint8Array): Certificate =>
  read(node, 'certificate', certificateAnswer, bytes);

/** `GET /v1/rounds/{round}/roll`. */
export const readRollAnswer = (node: string, bytes: Uint8Array): Roll =>
  read(node, 'roll', rollAnswer, bytes).updates;

/** `GET /v1/rounds/{round}/roll/{node}`. */
export function readRowAnswer(node: string, bytes: Uint8Array): ProvenRow {
  const { row, proof } = read(node, 'row', rowAnswer, bytes);
  return { row, proof: { ...proof, path: proof.path.map(fromHex) } };
}

/** `GET /v1/committees/{epoch}`. */
export const readCommitteeAnswer = (
  node: string,
  bytes: Uint8Array,
): { readonly epoch: number; readonly members: readonly Member[] } =>
  read(node, 'committee', committeeAnswer, bytes);

/** @throws NodeFailure `NODE_RESPONSE_MALFORMED` naming the field. */
function read<T>(node: string, what: string, schema: z.ZodType<T>, bytes: Uint8Array): T {
  const parsed = schema.safeParse(readJson(node, what, bytes));
  if (parsed.success) return parsed.data;
  const { field, expectation } = firstIssue(parsed.error);
  throw new NodeFailure('NODE_RESPONSE_MALFORMED', node, `${what}: ${field}: ${expectation}`, {
    metadata: { what, field },
  });
}

function readJson(node: string, what: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new NodeFailure('NODE_RESPONSE_MALFORMED', node, `${what}: got something else than JSON`, {
      metadata: { what },
      cause,
    });
  }
}
