import type { CommitScheme, RoundDecision } from '../../coordinator/index.ts';
import { digestOf, domainHash, fromHex } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import type { Operator } from './world.ts';

/** Every node of a world looks at every vote for a decision. */
const digests = new WeakMap<RoundDecision, Uint8Array>();

function digestFor(decision: RoundDecision): Uint8Array {
  const known =
    digests.get(decision) ??
    fromHex(digestOf('ballast/simulation/decision', decision as unknown as Encodable));
  digests.set(decision, known);
  return known;
}

/**
 * Commit votes as a hash of what is voted for and by whom, for worlds in which the signature is not what is tried:
 * anyone could make one, and no behaviour of this simulation does so in another's name.
 */
export function hashedOperatorFor(index: number): Operator {
  const address = `0x${String(index + 1).padStart(40, '0')}` as const;
  const vote = (decision: RoundDecision, signer: string) => {
    const half = domainHash('ballast/simulation/vote', digestFor(decision), new TextEncoder().encode(signer));
    return Uint8Array.from([...half, ...half, 27]);
  };
  const scheme: CommitScheme = {
    sign: async (decision) => vote(decision, address),
    verify: (decision, signer, signature) => Buffer.compare(vote(decision, signer), signature) === 0,
  };
  return { address, scheme };
}
