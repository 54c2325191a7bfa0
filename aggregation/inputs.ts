import { isDigest } from '../protocol/digest.ts';
import { AggregationError } from './errors.ts';
import type { AggregateOptions, Rows } from './rule.ts';

/** What a rule may be given beside rows and weights. */
export type InputName = 'steps' | 'losses' | 'reference' | 'seed';

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
  given: AggregateOptions,
  rows: Rows,
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
