/**
 * What the reporter inside a mocha process tells the runner outside: one JSON object a line, appended to a
 * file as it happens, so that the counts are right even when the process dies in the middle.
 */
export type TestEvent =
  | { readonly type: 'begin'; readonly total: number }
  | { readonly type: 'start'; readonly title: string }
  | { readonly type: 'pass'; readonly title: string; readonly ms: number }
  | { readonly type: 'fail'; readonly title: string }
  | { readonly type: 'skip'; readonly title: string }
  | { readonly type: 'end' }
  /** Nothing is open any more, and the process leaves. */
  | { readonly type: 'exit' };

/** The whole lines of `text` as events, and what is left of a line that is still being written. */
export function parseEvents(text: string): { events: TestEvent[]; rest: string } {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  return { events: lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TestEvent), rest };
}
