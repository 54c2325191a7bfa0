import type { LeftOutReasons } from './state.ts';

/** Rounds whose reasons are kept, and nodes of one. */
export const MAX_REASONED = { rounds: 50, nodes: 500 } as const;

/** With what a `decided` event tells of those whose updates got no weight; what is not of that form tells nothing. */
export function withReasons(kept: LeftOutReasons, event: Readonly<Record<string, unknown>>): LeftOutReasons {
  const { round, leftOut } = event;
  if (typeof round !== 'number' || !Array.isArray(leftOut)) return kept;
  const reasons = new Map<string, string>();
  for (const item of leftOut.slice(0, MAX_REASONED.nodes)) {
    const { node, reason } = (item ?? {}) as { readonly node?: unknown; readonly reason?: unknown };
    if (typeof node === 'string' && typeof reason === 'string') reasons.set(node, reason.slice(0, 400));
  }
  return new Map([...kept, [round, reasons] as const].slice(-MAX_REASONED.rounds));
}
