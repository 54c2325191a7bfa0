import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';

/** Early messages, bases and words that a round may keep: see `coordinator/round/step.ts` and `proposal.ts`. */
const EARLY_PER_MEMBER = 24;
const BASES = 8;
const CANDIDATES = 64;

/** What a round keeps is bounded by the number of members, whatever they send. */
export function memory(context: InvariantContext): Invariant {
  const { size } = context;
  return {
    onState: (node, state, before) => {
      const bounds: readonly (readonly [string, number, number])[] = [
        ['early', state.early.length, EARLY_PER_MEMBER * size],
        ['bases', state.bases.length, BASES],
        ['aggregated', state.aggregated.size, CANDIDATES],
        ['verdicts', state.verdicts.size, CANDIDATES],
        ['headers', state.headers.size, size],
        ['sealReports', state.sealReports.size, size],
        ['bodyReports', state.bodyReports.size, size],
        ['prepares', state.prepares.size, size],
        ['commits', state.commits.size, size],
        ['viewChanges', state.viewChanges.size, size],
        ['certifiers', state.certifiers.size, size],
      ];
      for (const [field, given, most] of bounds)
        if (given > most)
          context.report(
            'MEMORY_BOUND',
            `${nameOf(context, node)}: ${field} has ${given}, expected at most ${most}`,
          );
      if (
        before !== undefined &&
        (state.round < before.round || (state.round === before.round && state.view < before.view))
      )
        context.report(
          'WENT_BACK',
          `${nameOf(context, node)}: from round ${before.round}, view ${before.view} to ${state.round}, ${state.view}`,
        );
    },
  };
}
