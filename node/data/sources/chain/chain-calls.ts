import { BaseError } from 'viem';
import { BallastError } from '../../../../protocol/errors.ts';

/**
 * What `call` reads of a chain. The endpoint's address may hold a key: neither it nor the client's error, which repeats
 * it, goes into the error here.
 *
 * @throws BallastError `SOURCE_UNREACHABLE`, or whatever of Ballast's own `call` throws.
 */
export async function chainCall<T>(source: string, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof BallastError) throw error;
    const reason = error instanceof BaseError ? error.name : 'an error';
    throw new BallastError('SOURCE_UNREACHABLE', `${source}: ${what}: got ${reason}, expected an answer`, {
      metadata: { source, what, reason },
      hint: 'check the endpoint and the contract’s address',
    });
  }
}
