import { expect } from 'chai';
import {
  compose,
  createPreAggregator,
  createRule,
  defineRule,
  type PreAggregator,
  type RuleContext,
} from '../index.ts';
import { errorOf, toRows } from './support.ts';

/** Two rows become their sum, in order; an odd last one stays. Asks for `least` rows. */
function pairs(least: number, f?: number): PreAggregator {
  return {
    name: 'pairs',
    f,
    condition: { text: `n ≥ ${least}`, minRows: () => least },
    rowsAfter: (n) => Math.ceil(n / 2),
    apply: (rows) => {
      const members = Array.from({ length: Math.ceil(rows.length / 2) }, (_, i) =>
        [2 * i, 2 * i + 1].filter((row) => row < rows.length),
      );
      const summed = members.map((of) =>
        of.reduce((sum, row) => sum.map((x, k) => x + (rows[row]?.[k] ?? 0)), new Float64Array(1)),
      );
      return { rows: summed, members };
    },
  };
}

/** Doubles every row and hands them on in the opposite order. */
const mirrored: PreAggregator = {
  name: 'mirrored',
  f: undefined,
  condition: { text: 'n ≥ 1', minRows: () => 1 },
  rowsAfter: (n) => n,
  apply: (rows) => ({
    rows: rows.map((row) => row.map((x) => 2 * x)).reverse(),
    members: rows.map((_, i) => [i]).reverse(),
  }),
};

/** Takes its first row; tells of every row all that a rule can tell. */
const first = defineRule({
  name: 'first',
  f: 1,
  condition: { text: 'n ≥ f + 2', minRows: (f) => f + 2 },
  apply: (rows) => ({
    vector: Float64Array.from(rows[0] ?? []),
    selected: [0],
    leftOut: rows.slice(1).map((_, i) => ({ row: i + 1, reason: `row ${i + 1}` })),
    scores: Float64Array.from(rows.keys()),
    trimmedShare: Float64Array.from(rows.keys(), (i) => i / 10),
    weights: Float64Array.from(rows.keys(), (i) => 10 + i),
  }),
});

describe('composition of an aggregation rule', () => {
  const rows = toRows([[1], [2], [4], [8], [16], [32]]);

  it('is the rule itself without pre-aggregators', () => {
    expect(compose(first)).to.equal(first);
  });

  it('applies the parts in the order given', () => {
    expect([...compose(mirrored, pairs(1), first).aggregate(rows).vector]).to.deep.equal([96]);
    expect([...compose(pairs(1), mirrored, first).aggregate(rows).vector]).to.deep.equal([96]);
    // Of five rows the odd one goes first or last.
    expect([...compose(mirrored, pairs(1), first).aggregate(rows.slice(0, 5)).vector]).to.deep.equal([48]);
    expect([...compose(pairs(1), mirrored, first).aggregate(rows.slice(0, 5)).vector]).to.deep.equal([32]);
  });

  it('tells the fate of the rows given, through every part', () => {
    const result = compose(mirrored, pairs(1), first).aggregate(rows.slice(0, 5));
    // Mirrored: 4 3 2 1 0; paired: (4 3) (2 1) (0).
    expect(result.selected).to.deep.equal([3, 4]);
    expect(result.leftOut).to.deep.equal([
      { row: 0, reason: 'row 2' },
      { row: 1, reason: 'row 1, in a bucket of 2' },
      { row: 2, reason: 'row 1, in a bucket of 2' },
    ]);
    expect([...(result.scores ?? [])]).to.deep.equal([2, 1, 1, 0, 0]);
    expect([...(result.trimmedShare ?? [])]).to.deep.equal([0.2, 0.1, 0.1, 0, 0]);
    expect([...(result.weights ?? [])]).to.deep.equal([12, 11, 11, 10, 10]);
  });

  it('holds where every condition holds on the rows that reach the part', () => {
    // `first` needs 3 rows for f = 1: five to six given, four of which would be two pairs.
    const rule = compose(pairs(2), first);
    expect(rule.minRows).to.equal(5);
    expect(rule.requirement).to.equal('pairs: n ≥ 2; first: n ≥ f + 2');
    const error = errorOf(() => rule.aggregate(rows.slice(0, 4)));
    expect(error.code).to.equal('RULE_CONDITION');
    expect(error.message).to.equal(
      'pairs+first needs pairs: n ≥ 2; first: n ≥ f + 2, that is 5 rows for f = 1; given n = 4',
    );
    expect(compose(pairs(40), first).minRows).to.equal(40);
    expect(compose(pairs(1), pairs(1), pairs(1), first).minRows).to.equal(17);
    expect(compose(createPreAggregator('nnm', { f: 3 }), createRule('median', { f: 3 })).minRows).to.equal(7);
  });

  it('finds its least number of rows without counting up to it, or says that there is none', () => {
    const buckets = createPreAggregator('bucketing', { size: 1e9 });
    const rule = compose(buckets, createRule('median', { f: 1000 }));
    expect(rule.minRows).to.equal(2000 * 1e9 + 1);
    const act = () => compose(buckets, buckets, createRule('krum', { f: 1 }));
    expect(errorOf(act).code).to.equal('RULE_CONDITION_NEVER');
  });

  it('was made for one number of liars', () => {
    const error = errorOf(() => compose(pairs(1, 2), first));
    expect(error.code).to.equal('RULE_OPTION');
    expect(error.message).to.include('f = 2').and.include('f = 1');
    expect(compose(pairs(1, 1), first).f).to.equal(1);
    expect(compose(pairs(1, 2), createRule('fedavg')).f).to.equal(0);
  });

  it('hands on every input but weights, and takes no others', () => {
    let seen: RuleContext | undefined;
    const curious = defineRule({
      name: 'curious',
      f: 0,
      condition: { text: 'n ≥ 1', minRows: () => 1 },
      takes: ['reference', 'seed'],
      needs: ['seed'],
      weigh: (_, n) => new Float64Array(n).fill(1),
      apply: (given, context) => {
        seen = context;
        return { vector: Float64Array.from(given[0] ?? []), selected: [0], leftOut: [] };
      },
    });
    const rule = compose(mirrored, curious);
    expect(rule.takes).to.deep.equal(['reference', 'seed']);
    expect(rule.needs).to.deep.equal(['seed']);
    const given = { seed: 'a'.repeat(64), reference: Float64Array.of(3) };
    rule.aggregate(rows, given as Parameters<typeof rule.aggregate>[1]);
    expect(seen).to.include(given);
    expect(errorOf(() => rule.aggregate(rows)).code).to.equal('INPUT_MISSING');
    const weighted = { ...given, weights: rows.map(() => 1) } as Parameters<typeof rule.aggregate>[1];
    expect(errorOf(() => rule.aggregate(rows, weighted)).code).to.equal('WEIGHTS_NOT_TAKEN');
  });

  it('keeps rules that need steps or losses apart from parts that merge rows', () => {
    const clipped = compose(createPreAggregator('clipping', { radius: 5 }), createRule('fednova'));
    expect([...clipped.aggregate(rows.slice(0, 4), { steps: [1, 1, 1, 1] }).vector]).to.deep.equal([3]);
    // Steps stay with their rows where a part changes the order: 8/1 and 4/2, times 3/2.
    const turned = compose(mirrored, createRule('fednova')).aggregate(rows.slice(1, 3), { steps: [2, 1] });
    expect([...turned.vector]).to.deep.equal([((4 / 2 + 8) / 2) * 1.5]);
    for (const name of ['fednova', 'q-fedavg']) {
      const error = errorOf(() => compose(createPreAggregator('bucketing'), createRule(name)));
      expect(error.code).to.equal('RULE_ORDER');
      expect(error.message).to.include('bucketing makes one row of several').and.include(name);
    }
    expect(compose(createPreAggregator('bucketing', { size: 1 }), createRule('fednova')).minRows).to.equal(1);
  });
});
