import type { Stream, StreamMessageEvent } from '@libp2p/interface';
import type { Admit } from './gossip-door.ts';
import { GOSSIP_PIECE_BYTES, STREAM_WINDOW } from './limits.ts';

const NOTHING = new Uint8Array();

/**
 * Has `take` look at a stream's bytes before the listeners that are added after this. Where the stream is to rest,
 * they get what was taken so far; the rest goes back into the stream, which is not read until then.
 */
export function guardStream(stream: Stream, take: Admit): void {
  keepWindow(stream);
  let timer: NodeJS.Timeout | undefined;
  const rest = (ms: number) => {
    stream.pause();
    const wake = () => {
      if (stream.readStatus !== 'paused') return;
      const more = take(NOTHING) ?? 0;
      if (more > 0) timer = setTimeout(wake, more);
      else stream.resume();
    };
    timer = setTimeout(wake, ms);
  };
  stream.addEventListener('close', () => clearTimeout(timer));
  stream.addEventListener('message', (event) => {
    let taken = 0;
    for (const piece of piecesOf(event.data)) {
      const restMs = take(piece);
      if (restMs === undefined) return event.stopImmediatePropagation();
      taken += piece.length;
      if (restMs === 0) continue;
      if (stream.readStatus === 'readable') rest(restMs);
      // Where it has ended nothing more comes, and what came is little.
      if (stream.readStatus !== 'paused') continue;
      const { data } = event;
      if (taken < data.byteLength) stream.unshift(data.subarray(taken));
      event.data = data.subarray(0, taken);
      return;
    }
  });
}

/** Yamux widens a window that is read fast, as that of a flood is at first. */
function keepWindow(stream: Stream & { maxStreamWindowSize?: number }): void {
  if (stream.maxStreamWindowSize !== undefined) stream.maxStreamWindowSize = STREAM_WINDOW.initial;
}

function* piecesOf(data: StreamMessageEvent['data']): Iterable<Uint8Array> {
  for (const whole of data instanceof Uint8Array ? [data] : data)
    for (let at = 0; at < whole.length; at += GOSSIP_PIECE_BYTES)
      yield whole.subarray(at, at + GOSSIP_PIECE_BYTES);
}
