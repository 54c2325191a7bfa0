import { expect } from 'chai';
import { openTrainingPool, SIMULATION_DEFAULTS, simulate, simulateCases } from '../index.ts';

const FEDERATION = { ...SIMULATION_DEFAULTS, nodes: 3, byzantine: 1, rounds: 1, rule: 'median' } as const;

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return undefined;
};

describe('training in threads', function () {
  this.timeout(120_000);

  it('makes what one thread makes, poisoned data and losses among it, whatever the next task', async () => {
    const cases = [
      { rule: 'median', attack: 'label-flip' },
      { rule: 'q-fedavg', attack: 'gaussian' },
    ];
    const pool = openTrainingPool({ threads: 2 });
    try {
      for (const seed of [11, 12]) {
        const alone = await simulateCases({ ...FEDERATION, seed }, cases);
        expect(await simulateCases({ ...FEDERATION, seed }, cases, { pool })).to.deep.equal(alone);
      }
    } finally {
      await pool.close();
    }
  });

  it('stops where it is told to, and starts again', async () => {
    const pool = openTrainingPool({ threads: 1 });
    try {
      const stop = new AbortController();
      const reason = new Error('enough');
      const stopped = simulate(FEDERATION, {
        pool,
        signal: stop.signal,
        onProgress: () => stop.abort(reason),
      });
      expect(await codeOf(stopped)).to.equal(reason);
      expect((await simulate(FEDERATION, { pool })).rounds).to.have.length(1);
    } finally {
      await pool.close();
    }
  });

  it('says what went wrong in a thread, and refuses threads out of range', async () => {
    const pool = openTrainingPool({ threads: 1 });
    const training = { unit: 'none' } as never;
    const lanes = [{ weights: new Float64Array(1), honest: 1, members: 1, poisonedBy: undefined }];
    const broken = pool.train(FEDERATION, { round: 1, lanes, training, asksLoss: false });
    expect(await codeOf(broken)).to.equal('TRAINING_THREAD');
    for (const threads of [0, 1.5, 257]) {
      expect(() => openTrainingPool({ threads })).to.throw('expected a whole number from 1 to 256');
    }
  });
});
