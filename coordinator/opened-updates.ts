import { BoundedCache } from '../protocol/cache.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import type { Received } from './received.ts';
import { openUpdate } from './update-body.ts';

/** By the terms that reading depends on, and then by body and header. */
const opened = new WeakMap<NetworkParameters, BoundedCache<Int32Array>>();
const MAX_BYTES = 32 << 20;

/**
 * `openUpdate` of a body whose digest is the header's, once for all who ask: a member reads it when it comes and when
 * it is aggregated. The last 32 MiB are kept.
 *
 * @param bytes whose digest has been checked to be the header's; other bytes would be taken for them from then on.
 * @returns shared: never to be changed.
 * @throws what `openUpdate` throws.
 */
export function openedUpdate(
  bytes: Uint8Array,
  header: Pick<Received<'update-header'>, 'sender' | 'payload'>,
  parameters: NetworkParameters,
): Int32Array {
  const known = opened.get(parameters) ?? new BoundedCache<Int32Array>(MAX_BYTES);
  opened.set(parameters, known);
  const { digest, size, normClass } = header.payload;
  const key = `${header.sender}/${digest}/${size}/${normClass}`;
  const update = known.get(key) ?? openUpdate(bytes, header, parameters);
  known.set(key, update, update.byteLength);
  return update;
}
