import type { CommitScheme, RoundDecision } from '../../coordinator/index.ts';
import { digestOf, fromHex } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import type { Operator } from '../world/world.ts';

/** Votes as a hash of what is voted for and by whom: what is tried here is not the signature. */
export function operatorFor(index: number): Operator {
  const vote = (decision: RoundDecision, signer: string) => {
    const half = fromHex(digestOf('test/vote', { decision, signer } as unknown as Encodable));
    return Uint8Array.from([...half, ...half, 27]);
  };
  const address = `0x${String(index + 1).padStart(40, '0')}` as const;
  const scheme: CommitScheme = {
    sign: async (decision) => vote(decision, address),
    verify: (decision, signer, signature) => Buffer.compare(vote(decision, signer), signature) === 0,
  };
  return { address, scheme };
}
