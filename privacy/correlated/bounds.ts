import { checkedSchema, type ParticipationSchema } from './plan.ts';
import type { NoiseError } from './toeplitz.ts';

/**
 * What no factorisation A = B·C falls below, at sensitivity 1: rms² ≥ Σ_t m_t²/n and last ≥ m_n, with
 * m_t = min(k, ⌈t/b⌉) the rounds up to t of the unit that joins at 1, 1 + b, 1 + 2b, …
 *
 * Let x be 1 in those rounds. Row t of A gives m_t = (B·C·x)_t ≤ ‖B_t‖·‖C·x‖, and ‖C·x‖ is at most the sensitivity.
 * It holds in every dimension and for every C, banded or not, Toeplitz or not.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function leastNoiseError(schema: ParticipationSchema): NoiseError {
  const { rounds, minSeparation, participations } = checkedSchema(schema);
  const joined = (t: number) => Math.min(participations, Math.ceil(t / minSeparation));
  let total = 0;
  for (let t = 1; t <= rounds; t++) total += joined(t) ** 2;
  return { rms: Math.sqrt(total / rounds), last: joined(rounds) };
}

/**
 * The same where every unit may join every round and vectors have at least √(2n) coordinates, and then it is reached:
 * rms ≥ Σᵢ √i / √n, i = 1 … n. Against independent noise of one deviation, √(n(n + 1)/2), that is 3/(2√2) = 1.061 for
 * many rounds.
 *
 * With X = CᵀC the squared sensitivity is the largest tr(X·R) over correlation matrices R (some R of rank ≤ √(2n) is
 * among the largest: Barvinok 1995, Pataki 1998), by duality the least tr(D) over diagonal D ⪰ X. The error
 * tr(A·X⁻¹·Aᵀ) only falls as X grows to D, so the best C is diagonal: noise independent from round to round, with
 * D_t ∝ √(n − t), t = 0 … n − 1, since column t of A has squared norm n − t. Correlation gains nothing.
 *
 * @throws BallastError `PRIVACY_PARAMETER`.
 */
export function leastErrorOfFullParticipation(rounds: number): number {
  checkedSchema({ rounds, minSeparation: 1 });
  let total = 0;
  for (let i = 1; i <= rounds; i++) total += Math.sqrt(i);
  return total / Math.sqrt(rounds);
}
