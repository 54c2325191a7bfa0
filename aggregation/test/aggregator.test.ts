import { expect } from 'chai';
import { digestOf } from '../../protocol/digest.ts';
import { type AggregatorState, createAggregator, createRule, plainKernels } from '../index.ts';
import { bytesOf, errorOf, toRows } from './support.ts';

describe('aggregation of a round', () => {
  const rows = toRows([
    [1, 10],
    [2, 20],
    [3, 60],
    [4, 30],
    [5, 50],
  ]);

  it('is named by the text that makes it again', () => {
    for (const [text, name] of [
      ['fedadam', 'fedavg+fedadam'],
      ['clipping:radius=2+nnm', 'clipping:radius=2+nnm+trimmed-mean'],
      ['krum:f=1', 'krum:f=1'],
    ] as const) {
      const aggregator = createAggregator(text, { f: 1 });
      expect(aggregator.name).to.equal(name);
      expect(createAggregator(name, { f: 1 }).name).to.equal(name);
    }
  });

  it('without a server step is its rule, and carries a count alone', () => {
    const aggregator = createAggregator('multi-krum', { f: 1 });
    expect(aggregator.stateShape(2)).to.deep.equal({});
    expect(aggregator.rowSize(2)).to.equal(2);
    const before = aggregator.initialState(2);
    const { update, state, result } = aggregator.aggregate(rows, before);
    expect(result).to.deep.equal(createRule('multi-krum', { f: 1 }).aggregate(rows));
    expect(update).to.deep.equal(result.vector);
    expect(state).to.deep.equal({ step: 1, vectors: {} });
    expect(before).to.deep.equal({ step: 0, vectors: {} });
  });

  it('gives f to the parts that take it, and none to rules that bear none', () => {
    const one = createAggregator('nnm+krum+fedavgm', { f: 1 });
    expect([one.f, one.minRows]).to.deep.equal([1, 5]);
    expect(one.requirement).to.equal('nnm: n > 2f; krum: n ≥ 2f + 3');
    expect(createAggregator('nnm:f=2+krum:f=2', { f: 1 }).f).to.equal(2);
    expect(errorOf(() => createAggregator('nnm:f=2+krum', { f: 1 })).code).to.equal('RULE_OPTION');
    const mean = createAggregator('fedavg', { f: 3 });
    expect([mean.f, mean.minRows]).to.deep.equal([0, 1]);
    expect(createAggregator('fednova', { f: 3 }).f).to.equal(0);
    expect(errorOf(() => createAggregator('krum')).message).to.include('f is undefined');
  });

  it('applies pre-aggregators, rule and server step one after the other', () => {
    const aggregator = createAggregator('bucketing:size=2+median+fedavgm:lr=0.5,beta1=0', { f: 1 });
    // Buckets (1.5, 15), (3.5, 45), (5, 50).
    const { update, result } = aggregator.aggregate(rows, aggregator.initialState(2));
    expect([...result.vector]).to.deep.equal([3.5, 45]);
    expect([...update]).to.deep.equal([1.75, 22.5]);
  });

  it('says how many rows are missing in the words of every part', () => {
    const aggregator = createAggregator('nnm+krum', { f: 2 });
    aggregator.check(7);
    const error = errorOf(() => aggregator.check(6));
    expect(error.code).to.equal('RULE_CONDITION');
    expect(error.message).to.equal(
      'nnm+krum needs nnm: n > 2f; krum: n ≥ 2f + 3, that is 7 rows for f = 2; given n = 6',
    );
    const thrown = errorOf(() => aggregator.aggregate(rows, aggregator.initialState(2)));
    expect(thrown.code).to.equal('RULE_CONDITION');
  });

  it('leaves the state of the last version as it was, accepted or rejected', () => {
    const aggregator = createAggregator('fedadam');
    const genesis = aggregator.initialState(2);
    const second = aggregator.aggregate(rows, genesis).state;
    const kept = structuredClone(second);
    const rejected = aggregator.aggregate(toRows([[1e9, -1e9]]), second);
    expect(errorOf(() => aggregator.aggregate(toRows([[Number.NaN, 0]]), second)).code).to.equal(
      'ROW_NOT_FINITE',
    );
    expect(second).to.deep.equal(kept);
    const again = aggregator.aggregate(rows, second);
    expect(bytesOf(again.update)).not.to.equal(bytesOf(rejected.update));
    expect(again.state.step).to.equal(2);
    expect(again).to.deep.equal(aggregator.aggregate(rows, kept));
  });

  it('begins with the state that its server step begins with', () => {
    const aggregator = createAggregator('fedyogi:tau=0.5');
    expect(aggregator.stateShape(2)).to.deep.equal({ momentum: 2, secondMoment: 2 });
    expect(aggregator.initialState(2)).to.deep.equal({
      step: 0,
      vectors: { momentum: Float64Array.of(0, 0), secondMoment: Float64Array.of(0.25, 0.25) },
    });
  });

  it('takes rows of both halves for SCAFFOLD', () => {
    const aggregator = createAggregator('median+scaffold:clients=10', { f: 1 });
    expect(aggregator.rowSize(1)).to.equal(2);
    expect(aggregator.stateShape(1)).to.deep.equal({ control: 1 });
    const { update, state } = aggregator.aggregate(rows, aggregator.initialState(1));
    expect([...update]).to.deep.equal([3]);
    expect([...(state.vectors.control ?? [])]).to.deep.equal([15]);
  });

  it('refuses a state of another aggregation or another size', () => {
    const adam = createAggregator('fedadam');
    const states: AggregatorState[] = [
      createAggregator('fedavg').initialState(2),
      createAggregator('fedavgm').initialState(2),
      adam.initialState(1),
      adam.initialState(3),
    ];
    for (const state of states) {
      const error = errorOf(() => adam.aggregate(rows, state));
      expect(error.code).to.equal('STATE_INVALID');
      expect(error.message).to.include('vector ').and.include('expected a vector for rows of 2');
    }
    const scaffold = createAggregator('scaffold');
    expect(errorOf(() => scaffold.aggregate(rows, scaffold.initialState(2))).code).to.equal('STATE_INVALID');
    const odd = toRows([[1, 2, 3]]);
    expect(errorOf(() => scaffold.aggregate(odd, scaffold.initialState(1))).code).to.equal('STATE_INVALID');
  });

  it('takes the middle of the rows for a root reference that nobody gave', () => {
    const monna = createAggregator('monna', { f: 1 });
    expect(monna.needs).to.deep.equal([]);
    const { result } = monna.aggregate(rows, monna.initialState(2));
    const middle = createRule('median', { f: 1 }).aggregate(rows).vector;
    expect(result).to.deep.equal(createRule('monna', { f: 1 }).aggregate(rows, { reference: middle }));
    const even = rows.slice(0, 4);
    const reference = createRule('median', { f: 1 }).aggregate(even).vector;
    expect(monna.aggregate(even, monna.initialState(2)).result.vector).to.deep.equal(
      createRule('monna', { f: 1 }).aggregate(even, { reference }).vector,
    );
    const root = Float64Array.of(1, 0);
    const trusted = monna.aggregate(rows, monna.initialState(2), { reference: root });
    expect(trusted.result.leftOut.map(({ row }) => row)).to.deep.equal([2]);
  });

  it('hands the last accepted aggregate to rules that begin from it', () => {
    const aggregator = createAggregator('centred-clipping:radius=1+fedavgm:lr=0.5', { f: 1 });
    expect(aggregator.stateShape(2)).to.deep.equal({ last: 2, momentum: 2 });
    const first = aggregator.aggregate(rows, aggregator.initialState(2));
    expect(first.state.vectors.last).to.deep.equal(first.result.vector);
    expect(first.update).not.to.deep.equal(first.result.vector);
    const second = aggregator.aggregate(rows, first.state);
    const rule = createRule('centred-clipping', { f: 1, radius: 1 });
    const reference = first.result.vector;
    expect(second.result.vector).to.deep.equal(rule.aggregate(rows, { reference }).vector);
    expect(second.result.vector).not.to.deep.equal(first.result.vector);
    const without = { step: 1, vectors: { momentum: new Float64Array(2) } };
    expect(errorOf(() => aggregator.aggregate(rows, without)).message).to.include('vector last: got none');
  });

  it('offers a rule no more than it takes, and asks for what it needs', () => {
    const given = {
      steps: [1, 1, 1, 1, 1],
      losses: [1, 1, 1, 1, 1],
      seed: digestOf('test', 1),
      kernels: plainKernels,
    };
    for (const text of ['median', 'nnm+median', 'fedavg', 'fednova', 'q-fedavg+fedadam']) {
      const aggregator = createAggregator(text, { f: 1 });
      expect(aggregator.aggregate(rows, aggregator.initialState(2), given).update.length).to.equal(2);
    }
    const nova = createAggregator('fednova');
    expect(nova.needs).to.deep.equal(['steps']);
    expect(errorOf(() => nova.aggregate(rows, nova.initialState(2))).code).to.equal('INPUT_MISSING');
    const weights = [1, 2, 3, 4, 5];
    const capped = createAggregator('fedavg:weightCap=2');
    expect([
      ...(capped.aggregate(rows, capped.initialState(2), { weights }).result.weights ?? []),
    ]).to.deep.equal([1, 2, 2, 2, 2]);
  });

  it('refuses unknown names, options and orders as its text does', () => {
    expect(errorOf(() => createAggregator('fedadm')).hint).to.equal('did you mean fedadam?');
    expect(errorOf(() => createAggregator('median+nnm', { f: 1 })).code).to.equal('RULE_ORDER');
    expect(errorOf(() => createAggregator('fedadam:lr=0')).code).to.equal('RULE_OPTION');
    expect(errorOf(() => createAggregator('fedadam:f=1')).code).to.equal('RULE_OPTION');
  });
});
