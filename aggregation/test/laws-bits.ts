import { expect } from 'chai';
import { type Kernels, plainKernels, simdKernels } from '../index.ts';
import { aggregate, drawCase, expectAgree, forCases, mapped, type Subject, wildRows } from './law-cases.ts';
import { bytesOf } from './support.ts';

/** Every implementation of the kernels; each gives the bits of the plain ones. */
const kernelsUnderTest: readonly Kernels[] = [plainKernels, simdKernels()];

export function describeBits(subject: Subject): void {
  it('gives the same bits twice and with every kernel, no negative zero, and leaves what it was given', () => {
    forCases((draws) => {
      const given = drawCase(subject, draws, wildRows);
      const before = bytesOfAll(given.rows, given.options);
      const first = aggregate(given);
      for (const x of first) if (Object.is(x, -0)) expect.fail('a negative zero in the result');
      for (const kernels of kernelsUnderTest) {
        const copy = mapped(given, (row) => row.slice());
        expectAgree(copy.rule.aggregate(copy.rows, { ...copy.options, kernels }).vector, first, 0);
      }
      if (bytesOfAll(given.rows, given.options) !== before) expect.fail('the rule changed what it was given');
    });
  });

  it('all that it says is the same twice', () => {
    forCases((draws) => {
      const { rule, rows, options } = drawCase(subject, draws, wildRows);
      const [first, second] = [rule, rule].map((each) => JSON.stringify(each.aggregate(rows, options)));
      if (first !== second) expect(first).to.equal(second);
    });
  });
}

function bytesOfAll(rows: readonly Float64Array[], options: object): string {
  return rows.map(bytesOf).join() + JSON.stringify(options);
}
