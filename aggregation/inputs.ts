import { type Digest, isDigest } from '../protocol/digest.ts';
import { AggregationError } from './errors.ts';

/** What a rule may be given beside rows and weights. */
export type Inputs = {
  /** One whole number ≥ 1 a row: the local steps that made it. */
  readonly steps?: readonly number[];
  /** One number > 0 a row: the loss of its node before training. */
  readonly losses?: readonly number[];
  /**
   * A vector of length d that no liar made: the root update (FLTrust), the pivot (MoNNA), the last aggregate
   * (centred clipping).
   */
  readonly reference?: Float64Array;
  /** What nobody could know when the rows were made: the draws of rules that draw follow from it. */
  readonly seed?: Digest;
};

export type InputName = keyof Inputs;

const NAMES: readonly InputName[] = ['steps', 'losses', 'reference', 'seed'];

type Taker = {
  readonly name: string;
  readonly takes?: readonly InputName[];
  readonly needs?: readonly InputName[];
};

/**
 * Checks that nothing was given that the rule does not take, nothing left out that it needs, and that what was given
 * fits the rows.
 *
 * @throws {AggregationError} INPUT_NOT_TAKEN, INPUT_MISSING or INPUT_INVALID.
 */
export function checkInputs(
  { name, takes = [], needs = [] }: Taker,
  given: Inputs,
  rows: readonly Float64Array[],
): void {
  for (const input of NAMES) {
    const isGiven = given[input] !== undefined;
    if (isGiven && !takes.includes(input)) throw inputError('INPUT_NOT_TAKEN', name, input, 'was given');
    if (!isGiven && needs.includes(input)) throw inputError('INPUT_MISSING', name, input, 'was not given');
  }
  checkEach(
    name,
    'steps',
    given.steps,
    rows.length,
    (x) => Number.isSafeInteger(x) && x >= 1,
    'a whole number ≥ 1',
  );
  checkEach(
    name,
    'losses',
    given.losses,
    rows.length,
    (x) => Number.isFinite(x) && x > 0,
    'a finite number > 0',
  );
  const d = rows[0]?.length ?? 0;
  if (given.reference !== undefined) {
    checkEach(name, 'reference', given.reference, d, (x) => Number.isFinite(x), 'a finite number');
  }
  if (given.seed !== undefined && !isDigest(given.seed)) {
    throw new AggregationError(
      'INPUT_INVALID',
      `${name}: seed is ${given.seed}, expected 64 hexadecimal digits`,
      {
        metadata: { rule: name, input: 'seed' },
      },
    );
  }
}

function inputError(
  code: 'INPUT_NOT_TAKEN' | 'INPUT_MISSING',
  rule: string,
  input: InputName,
  what: string,
): AggregationError {
  const verb = code === 'INPUT_MISSING' ? 'needs' : 'takes no';
  return new AggregationError(code, `${rule} ${verb} ${input}; it ${what}`, {
    metadata: { rule, input },
  });
}

function checkEach(
  rule: string,
  input: InputName,
  values: ArrayLike<number> | undefined,
  length: number,
  isValid: (value: number) => boolean,
  expected: string,
): void {
  if (values === undefined) return;
  const fail = (message: string, metadata: object): never => {
    throw new AggregationError('INPUT_INVALID', `${rule}: ${message}`, {
      metadata: { rule, input, ...metadata },
    });
  };
  if (values.length !== length)
    fail(`${input} has ${values.length} values, expected ${length}`, { given: values.length });
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (!isValid(value)) fail(`${input}[${i}] is ${value}, expected ${expected}`, { index: i });
  }
}
