import { expect } from 'chai';
import fc from 'fast-check';
import { isDigest } from '../digest.ts';
import { type Layout, layoutHash, layoutSize } from '../layout.ts';
import { seeded } from './arbitraries.ts';
import { codeOf } from './expect-error.ts';

const tensor = fc.record({
  name: fc.string({ maxLength: 12 }),
  shape: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
});
const layouts: fc.Arbitrary<Layout> = fc.record({
  tensors: fc.uniqueArray(tensor, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
});

const MLP: Layout = {
  tensors: [
    { name: 'hidden/kernel', shape: [8, 16] },
    { name: 'hidden/bias', shape: [16] },
    { name: 'temperature', shape: [] },
  ],
};

describe('layout', () => {
  it('counts the weights; a scalar is one', () => {
    expect(layoutSize(MLP)).to.equal(8 * 16 + 16 + 1);
  });

  it('has a hash that depends on names, shapes and their order alone', () => {
    fc.assert(
      fc.property(layouts, layouts, (a, b) => {
        const same = JSON.stringify(a.tensors.map((t) => [t.name, t.shape]));
        const other = JSON.stringify(b.tensors.map((t) => [t.name, t.shape]));
        expect(layoutHash(a) === layoutHash(b)).to.equal(same === other);
        expect(isDigest(layoutHash(a))).to.equal(true);
      }),
      seeded(300),
    );
  });

  it('changes its hash with every part', () => {
    const [kernel, bias, scalar] = MLP.tensors as [Tensor, Tensor, Tensor];
    const others: Layout[] = [
      { tensors: [bias, kernel, scalar] },
      { tensors: [kernel, bias] },
      { tensors: [{ ...kernel, shape: [16, 8] }, bias, scalar] },
      { tensors: [{ ...kernel, shape: [128] }, bias, scalar] },
      { tensors: [{ ...kernel, name: 'hidden/kernel2' }, bias, scalar] },
      { tensors: [kernel, bias, { ...scalar, shape: [1] }] },
    ];
    expect(new Set([MLP, ...others].map(layoutHash)).size).to.equal(others.length + 1);
  });

  it('ignores fields that are not part of a layout', () => {
    const noted = { tensors: MLP.tensors.map((t) => ({ ...t, note: 'x' })), version: 2 };
    expect(layoutHash(noted)).to.equal(layoutHash(MLP));
  });

  const MALFORMED: Readonly<Record<string, Layout['tensors']>> = {
    'no tensors': [],
    'a name twice': [
      { name: 'a', shape: [1] },
      { name: 'a', shape: [2] },
    ],
    'a zero': [{ name: 'a', shape: [2, 0] }],
    'a negative': [{ name: 'a', shape: [-1] }],
    'a fraction': [{ name: 'a', shape: [1.5] }],
    NaN: [{ name: 'a', shape: [Number.NaN] }],
    Infinity: [{ name: 'a', shape: [Number.POSITIVE_INFINITY] }],
    'a size beyond 2^53 − 1': [{ name: 'a', shape: [2 ** 27, 2 ** 27] }],
    'a size that overflows': [{ name: 'a', shape: new Array<number>(100).fill(2 ** 31) }],
  };
  for (const [name, tensors] of Object.entries(MALFORMED)) {
    it(`refuses ${name}`, () => {
      expect(codeOf(() => layoutSize({ tensors }))).to.equal('LAYOUT_MALFORMED');
      expect(codeOf(() => layoutHash({ tensors }))).to.equal('LAYOUT_MALFORMED');
    });
  }
});

type Tensor = Layout['tensors'][number];
