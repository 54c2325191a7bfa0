import { BallastError } from '../../protocol/errors.ts';
import type { RecordGradients } from './engine.ts';

export type PersonalizeOptions = {
  /** Full-batch gradient steps on the node's own rows: few. 0 gives the network's weights back. */
  readonly steps: number;
  /** μ ≥ 0: each step is pulled back to the network's weights by μ · (w − w₀). */
  readonly mu: number;
  readonly learningRate: number;
  /** Coordinates that may move, such as one head; all where left out. The others stay the network's. */
  readonly head?: { readonly offset: number; readonly size: number };
};

/** What a node must know before it uses weights of its own; a node that does says it at its start. */
export const PERSONAL_WARNING =
  'personal weights: fitted to own rows alone, by no privacy and for this node alone. After a calm history they are worse in stress than the network’s: keep the steps few and μ large, or use none.';

/** Most steps: more is training, not tuning. */
const MOST_PERSONAL_STEPS = 200;

/**
 * The network's weights after a few proximal steps on a node's own rows:
 * w ← w − η · (g(w) + μ · (w − w₀)), g the mean of the records' gradients (the local step of FedProx, Li et al. 2020, and
 * of personal models by a proximal term, Dinh et al., pFedMe, 2020). For the node's own forecasts alone: nothing is clipped
 * or noised, so the weights must never leave it, and they enter no round.
 *
 * @param own gradients of the node's own records.
 * @param weights w₀, the network's.
 * @param warn told {@link PERSONAL_WARNING} whenever a step is taken.
 * @throws BallastError `PERSONAL_OPTION` for steps, μ or a rate out of range, or a head outside the weights.
 */
export function personalize(
  own: RecordGradients,
  weights: Float64Array,
  { steps, mu, learningRate, head = { offset: 0, size: weights.length } }: PersonalizeOptions,
  warn: (message: string) => void,
): Float64Array {
  const refuse = (field: string, got: number, expected: string): never => {
    throw new BallastError('PERSONAL_OPTION', `${field}: got ${got}, expected ${expected}`, {
      metadata: { field, got },
    });
  };
  if (!(Number.isInteger(steps) && steps >= 0 && steps <= MOST_PERSONAL_STEPS))
    refuse('steps', steps, `a whole number from 0 to ${MOST_PERSONAL_STEPS}`);
  if (!(mu >= 0 && Number.isFinite(mu))) refuse('mu', mu, '0 or more');
  if (!(learningRate > 0 && learningRate * mu <= 1))
    refuse('learningRate', learningRate, 'above 0 and 1/μ at most');
  const end = head.offset + head.size;
  if (!(head.offset >= 0 && head.size >= 1 && end <= weights.length))
    refuse('head', end, `coordinates within ${weights.length}`);
  const local = Float64Array.from(weights);
  if (steps === 0) return local;
  warn(PERSONAL_WARNING);
  for (let k = 0; k < steps; k++) {
    const rows = own.perRecord(local);
    const records = rows.length / weights.length;
    if (records === 0) return local;
    for (let j = head.offset; j < end; j++) {
      let sum = 0;
      for (let r = 0; r < records; r++) sum += rows[r * weights.length + j]!;
      local[j]! -= learningRate * (sum / records + mu * (local[j]! - weights[j]!));
    }
  }
  return local;
}
