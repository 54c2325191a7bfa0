import { expect } from 'chai';
import { createAggregator, encodeState } from '../../../aggregation/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { isInline, type NodeAggregator, openNodeAggregator } from '../node-aggregator.ts';
import { parametersOf } from './fixtures.ts';

const SEED = 'ab'.repeat(32);

const parametersFor = (name: string, f = 1) => ({ ...parametersOf(), rule: { name, f } });

/** Rows that differ, the same at every call. */
const rowsOf = (n: number, d: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: d }, (_, k) => ((i * 7_919 + k * 104_729) % 1_009) / 1_009 - 0.5),
  );

const inputsOf = (n: number) => ({ steps: Array.from({ length: n }, () => 1), seed: SEED });

describe('a node’s aggregator', function () {
  this.timeout(20_000);
  const [n, d] = [20, 2_000];
  let aggregator: NodeAggregator;

  beforeEach(() => {
    aggregator = openNodeAggregator(parametersFor('nnm+trimmed-mean+fedadam', 2), { threads: 2 });
  });
  afterEach(() => aggregator.close());

  it('gives the same bits at once, in its thread, and with plain loops', async () => {
    const plain = createAggregator('nnm+trimmed-mean+fedadam', {
      f: 2,
      radius: parametersOf().update.clipNorm,
    });
    expect(isInline(n, d)).to.equal(false);
    for (const [rows, size] of [
      [rowsOf(n, d), d],
      [rowsOf(7, 50), 50],
    ] as const) {
      let state = aggregator.initialState(size);
      let expected = state;
      for (let round = 0; round < 2; round++) {
        const step = await aggregator.aggregate(rows, state, inputsOf(rows.length));
        const reference = plain.aggregate(rows, expected, inputsOf(rows.length));
        expect(step.update).to.deep.equal(reference.update);
        expect(encodeState(step.state)).to.deep.equal(encodeState(reference.state));
        [state, expected] = [step.state, reference.state];
      }
    }
  });

  it('lets other work run while a long aggregation is under way', async () => {
    const done: string[] = [];
    const other = new Promise<void>((resolve) =>
      setImmediate(() => {
        done.push('vote');
        resolve();
      }),
    );
    const computing = Promise.resolve(
      aggregator.aggregate(rowsOf(n, d), aggregator.initialState(d), inputsOf(n)),
    );
    await Promise.all([other, computing.then(() => done.push('aggregate'))]);
    expect(done).to.deep.equal(['vote', 'aggregate']);
  });

  it('gives up what a round no longer waits for, and answers the next', async () => {
    const over = new AbortController();
    const inputs = { ...inputsOf(n), signal: over.signal };
    const moot = Promise.resolve(aggregator.aggregate(rowsOf(n, d), aggregator.initialState(d), inputs));
    over.abort();
    expect(await moot.catch((reason: unknown) => reason)).to.equal(over.signal.reason);
    const { result } = await aggregator.aggregate(rowsOf(n, d), aggregator.initialState(d), inputsOf(n));
    expect(result.selected).to.have.length(n);
  });

  it('says what it computes with', async () => {
    expect(aggregator.kernels).to.include('2 threads');
    const plain = openNodeAggregator(parametersFor('median'), { kind: 'plain', threads: 1 });
    expect(plain.kernels).to.equal('plain');
    await plain.close();
  });

  const refused: readonly (readonly [string, string])[] = [
    ['krumm', 'RULE_UNKNOWN'],
    ['median+krum', 'RULE_ORDER'],
    ['fedadam:q=1', 'RULE_OPTION'],
    ['q-fedavg', 'RULE_NEEDS_LOSSES'],
  ];
  for (const [name, code] of refused) {
    it(`refuses ${name} before anything starts`, () => {
      expect(() => openNodeAggregator(parametersFor(name)))
        .to.throw(BallastError)
        .with.property('code', code);
    });
  }
});
