import type { RoundContext } from './types.ts';

const MAX_DOUBLINGS = 6;

/**
 * How long a view may last. View 0 includes fetching; later views double, so that after the network calms down
 * some honest leader has time enough.
 */
export function viewTimeout({ parameters }: RoundContext, view: number): number {
  const { fetchMs, viewMs } = parameters.timeouts;
  return view === 0 ? fetchMs + viewMs : viewMs * 2 ** Math.min(view - 1, MAX_DOUBLINGS);
}
