import type { Bar } from './bars.ts';

/**
 * Bars of one span of hours after the other, so that nothing that is kept from bar to bar (a running median, a last
 * price) reaches from one span into the next. Spans begin at whole multiples of `hours` since the epoch; a bar is in the
 * span of the full hour at which it was known.
 *
 * @param bars by ascending time. One span of them is in memory at a time.
 */
export async function* barsByBlock(bars: AsyncIterable<Bar>, hours: number): AsyncGenerator<Bar[]> {
  let span = Number.NaN;
  let own: Bar[] = [];
  for await (const bar of bars) {
    const next = Math.floor(Math.ceil(bar.second / 3600) / hours);
    if (next !== span && own.length > 0) {
      yield own;
      own = [];
    }
    span = next;
    own.push(bar);
  }
  if (own.length > 0) yield own;
}
