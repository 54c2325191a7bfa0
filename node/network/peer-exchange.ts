import type { Stream } from '@libp2p/interface';
import { isLocal, type PeerAddress, tryParsePeerAddress } from './addresses.ts';
import { NetworkError } from './errors.ts';
import { EXCHANGE_LIMITS } from './limits.ts';
import { sendAll, withStream } from './stream-io.ts';
import { StreamReader } from './stream-reader.ts';

/**
 * The peer exchange protocol. Request: one byte, the most addresses that are wanted. Answer: addresses of connected
 * peers, as a count (u8) and, for each, its length (u16, big-endian) and text. Bodies are fetched straight from their author, whom a node
 * that knows only a bootstrap peer could not reach otherwise.
 */

/** A request is one byte; a peer that sends more is not listened to. */
const MAX_REQUEST_BUFFER = 64;

/** Answers one stream. Never rejects. */
export async function answerExchange(
  stream: Stream,
  addresses: readonly string[],
  stopped: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(EXCHANGE_LIMITS.timeoutMs)]);
  stream.maxReadBufferLength = MAX_REQUEST_BUFFER;
  const reader = new StreamReader(stream);
  try {
    await withStream(stream, signal, async () => {
      const [wanted = 0] = await reader.read(1);
      await sendAll(stream, encodeAnswer(addresses, wanted), signal);
    });
  } catch {
    // The asker left; it will ask again.
  } finally {
    reader.release();
  }
}

function encodeAnswer(addresses: readonly string[], wanted: number): Uint8Array {
  const texts = addresses
    .map((address) => new TextEncoder().encode(address))
    .filter((text) => text.length <= EXCHANGE_LIMITS.addressBytes)
    .slice(0, Math.min(wanted, EXCHANGE_LIMITS.addresses));
  const parts = texts.flatMap((text) => [Uint8Array.of(text.length >> 8, text.length & 255), text]);
  return Uint8Array.from(Buffer.concat([Uint8Array.of(texts.length), ...parts]));
}

/**
 * Asks over a fresh stream.
 *
 * @param askedLocally whether the asked peer is itself on this machine or site: only then are local addresses
 *   believed, so that no stranger can make this node knock at its neighbours' doors.
 * @returns addresses that can be dialled; names are left out, since they may lead anywhere.
 */
export async function askExchange(
  stream: Stream,
  askedLocally: boolean,
  signal: AbortSignal,
): Promise<PeerAddress[]> {
  const reader = new StreamReader(stream);
  return withStream(stream, signal, async () => {
    await sendAll(stream, Uint8Array.of(EXCHANGE_LIMITS.addresses), signal);
    const [count = 0] = await reader.read(1);
    if (count > EXCHANGE_LIMITS.addresses) throw malformed(`${count} addresses`);
    const found: PeerAddress[] = [];
    for (let i = 0; i < count; i++) {
      const [high = 0, low = 0] = await reader.read(2);
      const length = high * 256 + low;
      if (length > EXCHANGE_LIMITS.addressBytes) throw malformed(`an address of ${length} bytes`);
      const parsed = tryParsePeerAddress(new TextDecoder().decode(await reader.read(length)));
      if (parsed === undefined || /^\/dns/.test(parsed.address.toString())) continue;
      if (askedLocally || !isLocal(parsed.address)) found.push(parsed);
    }
    return found;
  }).finally(() => reader.release());
}

function malformed(what: string): NetworkError {
  return new NetworkError('EXCHANGE_MALFORMED', `the peer's answer breaks the exchange protocol: ${what}`);
}
