import { expect } from 'chai';
import { AggregationError, createAggregator } from '../../../aggregation/index.ts';
import { BallastError, UsageError } from '../../../protocol/errors.ts';
import { createPrng } from '../../data/index.ts';
import { allocateRows, MAX_WAITING, openAggregationWorker } from '../index.ts';

function someRows(
  n: number,
  d: number,
  into: Float64Array[] = Array.from({ length: n }, () => new Float64Array(d)),
): Float64Array[] {
  const prng = createPrng(5);
  for (const row of into) for (let k = 0; k < d; k++) row[k] = prng.normal();
  return into;
}

/** The error that a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('expected a rejection'),
    (error: unknown) => error,
  );
}

describe('aggregation worker', () => {
  const setup = { rule: 'trimmed-mean', f: 2 };
  const worker = openAggregationWorker(setup);
  const here = createAggregator('trimmed-mean', { f: 2 });
  after(() => worker.close());

  it('gives the bits of the aggregation itself, from rows of either memory', async () => {
    const state = here.initialState(300);
    const wanted = here.aggregate(someRows(9, 300), state);
    for (const rows of [someRows(9, 300), someRows(9, 300, allocateRows(9, 300))]) {
      expect(await worker.aggregate(rows, state)).to.deep.equal(wanted);
    }
    expect(worker.name).to.equal(here.name);
  });

  it('hands back vectors that own their memory', async () => {
    const { update } = await worker.aggregate(someRows(9, 50, allocateRows(9, 50)), here.initialState(50));
    expect(update.buffer).to.be.instanceOf(ArrayBuffer);
    expect(update.buffer.byteLength).to.equal(50 * 8);
  });

  it('answers calls in the order they were made', async () => {
    const state = here.initialState(40);
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async (i) => {
        await worker.aggregate(someRows(9, 40), state);
        order.push(i);
      }),
    );
    expect(order).to.deep.equal([1, 2, 3]);
  });

  it('passes errors on with their class and code', async () => {
    const error = await rejection(worker.aggregate(someRows(3, 4), here.initialState(4)));
    expect(error).to.be.instanceOf(AggregationError);
    expect(error).to.include({ code: 'RULE_CONDITION' }).and.to.have.property('hint').that.includes('wait');
  });

  it('refuses a text that makes no aggregation at once', () => {
    expect(() => openAggregationWorker({ rule: 'medain', f: 1 })).to.throw(UsageError, 'medain');
  });

  it('drops an aborted call, at work or waiting, and goes on', async () => {
    const state = here.initialState(200);
    const slow = new AbortController();
    const waits = new AbortController();
    const big = someRows(9, 40_000);
    const first = worker.aggregate(big, here.initialState(40_000), { signal: slow.signal });
    const second = worker.aggregate(someRows(9, 200), state, { signal: waits.signal });
    const third = worker.aggregate(someRows(9, 200), state);
    waits.abort(new Error('not wanted'));
    slow.abort(new Error('too slow'));
    expect(await rejection(first)).to.have.property('message', 'too slow');
    expect(await rejection(second)).to.have.property('message', 'not wanted');
    expect(await third).to.deep.equal(here.aggregate(someRows(9, 200), state));
    const late = worker.aggregate(someRows(9, 200), state, { signal: AbortSignal.abort(new Error('late')) });
    expect(await rejection(late)).to.have.property('message', 'late');
  });

  it('bounds its queue, and rejects what is open when it closes', async () => {
    const closing = openAggregationWorker(setup);
    const state = here.initialState(10);
    const calls = Array.from({ length: MAX_WAITING + 2 }, () =>
      rejection(closing.aggregate(someRows(9, 10), state)),
    );
    expect(await calls.at(-1))
      .to.be.instanceOf(BallastError)
      .and.to.include({ code: 'AGGREGATION_BUSY' });
    await closing.close();
    for (const call of calls.slice(0, -1)) expect(await call).to.include({ code: 'AGGREGATION_CLOSED' });
    expect(await rejection(closing.aggregate(someRows(9, 10), state))).to.include({
      code: 'AGGREGATION_CLOSED',
    });
  });
});
