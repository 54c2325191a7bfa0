import { expect } from 'chai';
import { BallastError } from '../../../protocol/errors.ts';
import { createDataClock, generateVenue } from '../../data/index.ts';
import { createTrainer, defaultModelSpec, TRAINING_DEFAULTS, type WorkerSetup } from '../index.ts';

const feed = generateVenue(1, 0, 120);

const setup: WorkerSetup = {
  source: { kind: 'generator', seed: 1, venue: 1, days: 120 },
  model: defaultModelSpec({ feed, fitting: createDataClock(feed, { rounds: 1 }).fitting }),
  engine: 'float64',
  entropy: { kind: 'seeded', seed: 7 },
};
const request = {
  weights: new Float64Array(39),
  range: { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY },
  options: TRAINING_DEFAULTS,
};

async function refusal(work: Promise<unknown>): Promise<BallastError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('trainer', () => {
  it('trains in a thread and leaves this one free', async () => {
    const trainer = createTrainer(setup);
    try {
      const ready = await trainer.ready();
      expect(ready).to.include({ engine: 'float64', hours: 120 * 24 });
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      const long = { ...request, options: { ...TRAINING_DEFAULTS, localSteps: 100 } };
      const update = await trainer.train(long);
      clearInterval(timer);
      expect(update).to.have.length(39);
      expect(update.some((value) => value !== 0)).to.equal(true);
      expect(ticks).to.be.greaterThan(5);
    } finally {
      await trainer.close();
    }
  });

  it('counts its records and trains on them, be they days or blocks of days', async () => {
    const clock = createDataClock(feed, { rounds: 1 });
    const range = clock.training(1);
    const market = { own: setup.source, reference: { ...setup.source, venue: 0 } } as const;
    const counts: number[] = [];
    for (const record of [undefined, { kind: 'block', days: 7 }] as const) {
      const trainer = createTrainer({ ...setup, market, ...(record === undefined ? {} : { record }) });
      try {
        counts.push(await trainer.records(range));
        const update = await trainer.train({ ...request, range });
        expect(update.some((value) => value !== 0)).to.equal(true);
        expect(await trainer.records({ from: 0, to: 0 })).to.equal(0);
      } finally {
        await trainer.close();
      }
    }
    // 72 days of which the first fourteen warm the averages up, and their eleven spans of seven.
    const days = (range.to - feed.startHour) / 24;
    expect(counts[0]).to.be.within(days - 15, days - 13);
    expect(counts[1]).to.be.within(days / 7 - 1, days / 7 + 1);
  });

  it('takes one run at a time and says what was wrong with a request', async () => {
    const trainer = createTrainer(setup);
    try {
      const first = trainer.train(request);
      expect((await refusal(trainer.train(request))).code).to.equal('TRAINER_BUSY');
      await first;
      const wrong = await refusal(trainer.train({ ...request, weights: new Float64Array(5) }));
      expect(wrong.code).to.equal('MODEL_SIZE');
      expect(await trainer.train(request)).to.have.length(39);
    } finally {
      await trainer.close();
    }
    expect((await refusal(trainer.train(request))).code).to.equal('TRAINER_CLOSED');
  });

  it('stops at once when aborted and works again afterwards', async () => {
    const trainer = createTrainer(setup);
    try {
      await trainer.ready();
      const abort = new AbortController();
      const endless = { ...request, options: { ...TRAINING_DEFAULTS, localSteps: 1_000_000_000 } };
      const run = trainer.train(endless, abort.signal);
      const reason = new BallastError('ROUND_OVER', 'round over');
      abort.abort(reason);
      expect(await refusal(run)).to.equal(reason);
      expect(await trainer.train(request)).to.have.length(39);
    } finally {
      await trainer.close();
    }
  });

  it('names its input: equal sources have one version, others another', async () => {
    const versionOf = async (seed: number) => {
      const trainer = createTrainer({ ...setup, source: { kind: 'generator', seed, venue: 1 } });
      try {
        return (await trainer.ready()).version;
      } finally {
        await trainer.close();
      }
    };
    const version = await versionOf(5);
    expect(version).to.match(/^[0-9a-f]{64}$/);
    expect(await versionOf(5)).to.equal(version);
    expect(await versionOf(6)).not.to.equal(version);
  });

  it('reports data that cannot be loaded as the operator’s mistake', async () => {
    const source = { kind: 'csv', format: 'chainlink', file: '/nonexistent/rounds.csv' } as const;
    const trainer = createTrainer({ ...setup, source });
    try {
      const error = await refusal(trainer.ready());
      expect(error).to.include({ code: 'DATA_FILE_UNREADABLE', name: 'UsageError' });
      expect(error.message).to.contain('/nonexistent/rounds.csv');
    } finally {
      await trainer.close();
    }
  });
});
