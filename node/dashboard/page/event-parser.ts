/** A server-sent event: its kind, its data, and the id to go on from. */
export type StreamEvent = { readonly kind: string; readonly data: string; readonly id: string | undefined };

/** What one event may have; a node sends 16 KiB of data at most. */
export const MAX_EVENT_CHARACTERS = 64 * 1024;

/**
 * Reads events out of a stream's text as it comes (WHATWG HTML, section 9.2), for streams that need a header, which
 * `EventSource` cannot send.
 *
 * @throws RangeError where an event is longer than {@link MAX_EVENT_CHARACTERS}.
 */
export class EventParser {
  #rest = '';

  /** @returns the events that end in this piece. */
  push(piece: string): StreamEvent[] {
    const parts = (this.#rest + piece).split('\n\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > MAX_EVENT_CHARACTERS || parts.some(({ length }) => length > MAX_EVENT_CHARACTERS))
      throw new RangeError(`event: more than ${MAX_EVENT_CHARACTERS} characters`);
    return parts.flatMap((part) => {
      const fields = new Map<string, string>();
      for (const line of part.split('\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
      }
      const [kind, data] = [fields.get('event'), fields.get('data')];
      return kind === undefined || data === undefined ? [] : [{ kind, data, id: fields.get('id') }];
    });
  }
}
