import { BallastError } from '../../protocol/errors.ts';
import { requireInteger } from '../parameters.ts';

/** Who may take part when: what the sensitivity of a run rests on, and what {@link Participations} keep. */
export type ParticipationSchema = {
  /** n: rounds of the whole run. */
  readonly rounds: number;
  /** b: a unit that took part in round t takes part again in round t + b at the earliest. 1 allows every round. */
  readonly minSeparation: number;
  /** k: how often one unit takes part in the whole run; ⌈n/b⌉ where left out. */
  readonly participations?: number;
};

/** A run of correlated noise, fixed before its first round. */
export type CorrelatedPlan = Required<ParticipationSchema> & {
  /**
   * c₀ = 1, c₁, …: the first column of the lower triangular Toeplitz matrix C in A = B·C, A the matrix of running
   * sums. Every one is a multiple of 2^−{@link COEFFICIENT_BITS} of magnitude at most 1.
   */
  readonly coefficients: readonly number[];
};

/** Binary digits after the point of a coefficient: with them C·G of integers is integers, on a grid finer by 2^12. */
export const COEFFICIENT_BITS = 12;
const SCALE = 2 ** COEFFICIENT_BITS;

/** The longest run; the square-root factorisation keeps as many rows of noise. */
const MAX_ROUNDS = 65_536;

/** Coefficients rounded to what a plan takes; ties upward. */
export function roundedCoefficients(coefficients: Iterable<number>): number[] {
  return Array.from(coefficients, (value) => Math.floor(value * SCALE + 0.5) / SCALE);
}

/** The coefficients times 2^12, as the integers that they are. */
export function integerCoefficients({ coefficients }: Pick<CorrelatedPlan, 'coefficients'>): number[] {
  return coefficients.map((value) => value * SCALE);
}

/** @throws BallastError `PRIVACY_PARAMETER`. */
export function checkedSchema(schema: ParticipationSchema): Required<ParticipationSchema> {
  const rounds = requireInteger('rounds', schema.rounds, 1, MAX_ROUNDS);
  const minSeparation = requireInteger('minimum separation', schema.minSeparation, 1, MAX_ROUNDS);
  const most = Math.ceil(rounds / minSeparation);
  const participations = requireInteger('participations', schema.participations ?? most, 1, most);
  return { rounds, minSeparation, participations };
}

/**
 * A plan whose fields are in range; coefficients beyond the last round are cut off, they touch nothing.
 *
 * @throws BallastError `PRIVACY_PARAMETER`, also for a c₀ other than 1 and a coefficient off the 2^−12 grid.
 */
export function correlatedPlan(
  plan: ParticipationSchema & Pick<CorrelatedPlan, 'coefficients'>,
): CorrelatedPlan {
  const schema = checkedSchema(plan);
  const coefficients = plan.coefficients.slice(0, schema.rounds);
  if (coefficients[0] !== 1) throw refused(0, coefficients[0], '1');
  for (const [i, value] of coefficients.entries()) {
    if (!(Math.abs(value) <= 1 && Number.isInteger(value * SCALE))) {
      throw refused(i, value, `a multiple of 2^-${COEFFICIENT_BITS} from -1 to 1`);
    }
  }
  return { ...schema, coefficients };
}

function refused(index: number, got: number | undefined, expected: string): BallastError {
  return new BallastError(
    'PRIVACY_PARAMETER',
    `coefficients[${index}]: got ${String(got)}, expected ${expected}`,
    { metadata: { index }, hint: 'round them with roundedCoefficients' },
  );
}
