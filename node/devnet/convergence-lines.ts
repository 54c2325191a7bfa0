import type { Convergence } from '../../coordinator/index.ts';

/** What the held-out losses of the certified versions say of the training; nothing where none is known. */
export function convergenceLines({ status, best, flat }: Convergence): string[] {
  if (best === undefined) return [];
  const words = {
    improving: flat === 0 ? 'still falls' : `has not fallen for ${flat} rounds`,
    converged: 'has converged',
    diverged: 'diverges',
  };
  return [`held-out loss ${words[status]}; best ${best.loss.toFixed(3)} bp after round ${best.round}`];
}
