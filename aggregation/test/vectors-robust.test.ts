import { expect } from 'chai';
import { createRule, type RuleOptions } from '../index.ts';
import { BULYAN_CHOICES } from './bulyan-choices.ts';
import { expectClose, inputRows, toRows } from './support.ts';
import robust from './vectors/robust.json' with { type: 'json' };

type VectorCase = {
  readonly rule: string;
  readonly options: RuleOptions & { readonly f: number };
  readonly input: string;
  /** The row that is the reference. */
  readonly reference?: number;
  readonly vector?: readonly number[];
  readonly selected?: readonly number[];
  /** The rows that a Bulyan chooses, in its order. */
  readonly chosen?: readonly number[];
};

function rowsOf(input: string): Float64Array[] {
  return input === 'counter' ? toRows(robust.inputs.counter) : inputRows(input);
}

describe('robust rules against published vectors', () => {
  for (const each of robust.cases as readonly VectorCase[]) {
    const { rule, options, input, reference, vector, selected, chosen } = each;
    const written = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
    it(`${rule} of ${input}, ${written.join(', ')}`, () => {
      const rows = rowsOf(input);
      const given = reference === undefined ? {} : { reference: rows[reference] as Float64Array };
      const result = createRule(rule, options).aggregate(rows, given);
      if (vector !== undefined) expectClose(result.vector, vector);
      if (selected !== undefined) expect(result.selected).to.deep.equal(selected);
      if (chosen !== undefined) expect(BULYAN_CHOICES[rule]?.(rows, options.f)).to.deep.equal(chosen);
    });
  }

  it('CAF and the mean of Flower’s Bulyan as their own documentation has them', () => {
    expectClose(createRule('caf', { f: 1 }).aggregate(inputRows('D1')).vector, [4, 5, 6]);
    const rows = toRows([[0.2], [0.5], [0.7], [12], [0.1], [0.1]]);
    expectClose(createRule('bulyan/flower', { f: 0 }).aggregate(rows).vector, [13.6 / 6]);
  });
});
