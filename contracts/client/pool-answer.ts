import { RpcRequestError } from 'viem';
import { BallastError } from '../../protocol/errors.ts';

/**
 * What an endpoint made of a signed transaction that it did not simply take:
 * - `known`: the pool has it already;
 * - `nonce-used`: a block has another transaction, or this one, with its nonce;
 * - `underpriced`: the pool has another one with its nonce, and asks for more to replace it;
 * - `refused`: it is not in the pool;
 * - `unclear`: no answer came, so that it may be.
 */
export type PoolAnswer = 'known' | 'nonce-used' | 'underpriced' | 'refused' | 'unclear';

/** Clients word it each in its own way; the words are those of geth, Nethermind, Besu, Erigon, reth and anvil. */
const WORDS: readonly (readonly [PoolAnswer, RegExp])[] = [
  ['known', /already known|already imported|known transaction|alreadyknown/i],
  ['nonce-used', /nonce (is )?too low|oldnonce|nonce.*already used/i],
  ['underpriced', /replacement transaction underpriced|replacementnotallowed|replacement.*underpriced/i],
];

export function poolAnswer(error: unknown): PoolAnswer {
  for (let level: unknown = error; level instanceof Error; level = level.cause) {
    // It was not even asked.
    if (level instanceof BallastError) return level.code === 'CHAIN_HELD' ? 'refused' : 'unclear';
    if (level instanceof RpcRequestError) {
      const words = `${level.details} ${level.message}`;
      return WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'refused';
    }
  }
  return 'unclear';
}
