import { Admission } from '../../coordinator/admission.ts';
import { createRoster } from '../../coordinator/roster.ts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import { decodeCanonical, type Encodable } from '../../protocol/encoding.ts';
import { openEnvelope, signEnvelope, type UnsignedEnvelope } from '../../protocol/envelope.ts';
import { FUZZED_MEMBER, FUZZED_PARAMETERS, FUZZED_SIZE, type HonestRun } from './honest-run.ts';
import { type FuzzRandom, pick } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** Who signs nothing that anybody waits for. */
export const OUTSIDER = nodeSigner(new Uint8Array(32).fill(0xee));

/**
 * Messages as strangers make them: changed, then signed anew by somebody outside the network or by the one member that
 * is theirs, or with the old signature.
 */
export function resigned(input: Uint8Array, signers: readonly NodeSigner[], random: FuzzRandom): Uint8Array {
  const signer = random.uniform() < 0.2 ? undefined : pick(random, signers);
  if (signer === undefined) return input;
  try {
    const { v, sig, sender, ...unsigned } = decodeCanonical(input) as { readonly [key: string]: Encodable };
    return signEnvelope(unsigned as UnsignedEnvelope, signer).bytes;
  } catch {
    return input;
  }
}

/** The door of a member: of strangers nothing is taken, and of a member only what it signed. */
export function doorTarget(run: HonestRun): FuzzTarget {
  const honest = new Set(run.said.map((bytes) => openEnvelope(bytes).digest));
  const member = run.signers[FUZZED_MEMBER];
  const first = run.said[0];
  const now = first === undefined ? 0 : openEnvelope(first).envelope.ts + 5_000;
  const context = {
    network: run.network,
    epochs: { at: () => ({ committee: run.committee, roster: createRoster(run.committee) }) },
    parameters: FUZZED_PARAMETERS,
    layout: run.layout,
    rowSize: FUZZED_SIZE,
  };
  return {
    name: 'door',
    corpus: run.said,
    finish: (input, random) => resigned(input, member === undefined ? [] : [OUTSIDER, member], random),
    feed: (input) => {
      const door = new Admission(context, { onEquivocation: () => undefined });
      const message = door.admit(input, now, { round: 1, view: 0 });
      if (honest.has(message.digest) || message.sender === member?.nodeId) return undefined;
      return `took a ${message.type} that ${message.sender} never signed`;
    },
  };
}
