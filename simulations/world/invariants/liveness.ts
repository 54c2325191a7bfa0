import type { Invariant, InvariantContext } from './invariant.ts';

/**
 * How many views a round may take that begin after the network has healed: F leaders may be Byzantine. Where honest
 * gates are split, one view more is needed to learn of it; the rejection that then follows needs no further one.
 */
export function viewsOwed(faults: number, isSplit: boolean): number {
  return faults + 1 + (isSplit ? 1 : 0);
}

/** Every round that is in progress when the network heals, and every later one, ends within `owed` views begun then. */
export function liveness(context: InvariantContext, healMs: number, owed: number) {
  const done = new Set<number>();
  let healed: { readonly round: number; readonly view: number } | undefined;
  const honest = context.nodes.filter(({ isByzantine }) => !isByzantine);

  const snapshot = () => {
    const states = honest.flatMap(({ state }) => state ?? []);
    const round = Math.max(1, ...states.map((state) => state.round));
    const view = Math.max(0, ...states.filter((state) => state.round === round).map((state) => state.view));
    healed = { round, view };
  };

  const invariant: Invariant = {
    onDecided: (_, { certificate: { entry, view } }) => {
      if (done.has(entry.round)) return;
      done.add(entry.round);
      if (healed === undefined || entry.round < healed.round) return;
      const last = entry.round === healed.round ? healed.view : -1;
      if (view - last > owed)
        context.report(
          'TOO_MANY_VIEWS',
          `round ${entry.round} ended in view ${view}; ${view - last} views were begun after the network healed, expected at most ${owed}`,
        );
    },
  };
  return {
    invariant,
    healMs,
    snapshot,
    /** The first round that begins after the network has healed; undefined before. */
    firstAfter: () => (healed === undefined ? undefined : healed.round + 1),
  };
}
