import { EventParser, type StreamEvent } from '../event-parser.ts';
import { headers, TOKEN_KEPT } from './ask.ts';

const RETRY_MS = 3_000;
/** A node sends a line every 15 s at the least. */
const SILENT_MS = 40_000;

export type StreamHearer = {
  readonly onEvent: (event: StreamEvent) => void;
  /** Whether events come now. */
  readonly onState: (isLive: boolean) => void;
};

/** Follows the node's events for as long as the page is open, and goes on after the last one when the stream breaks. */
export async function follow({ onEvent, onState }: StreamHearer): Promise<never> {
  let last: string | undefined;
  for (;;) {
    try {
      await read(
        last,
        (event) => {
          last = event.id ?? last;
          onEvent(event);
        },
        () => onState(true),
      );
    } catch {
      // The node is away, or has no place for another stream: it is asked again.
    }
    onState(false);
    await retry();
  }
}

async function read(
  last: string | undefined,
  onEvent: (event: StreamEvent) => void,
  onOpen: () => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENT_MS);
  const resumed: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  try {
    const response = await fetch('/v1/events', {
      headers: { ...headers(), ...resumed, accept: 'text/event-stream' },
      signal: silence.signal,
    });
    if (!response.ok || response.body === null) return;
    onOpen();
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENT_MS);
      for (const event of parser.push(value)) onEvent(event);
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** Resolves after a while, or as soon as there is another token. */
function retry(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener(TOKEN_KEPT, done);
      resolve();
    };
    const timer = setTimeout(done, RETRY_MS);
    addEventListener(TOKEN_KEPT, done);
  });
}
