import { expect } from 'chai';
import {
  CONVERGENCE_DEFAULTS,
  type ConvergenceOptions,
  convergenceOf,
  observeRound,
} from '../convergence.ts';
import { roundMetrics } from '../round-metrics.ts';

const history = (...losses: number[]) => losses.map((holdoutLoss, i) => ({ round: i + 1, holdoutLoss }));
const statusOf = (...losses: number[]) => convergenceOf(history(...losses)).status;

describe('convergence', () => {
  it('stops after `patience` flat rounds and not before', () => {
    expect(statusOf(2, 1, 1, 1)).to.equal('improving');
    expect(statusOf(2, 1, 1, 1, 1)).to.equal('converged');
    const options: ConvergenceOptions = { ...CONVERGENCE_DEFAULTS, patience: 5 };
    expect(convergenceOf(history(1, 1, 1, 1, 1), options).status).to.equal('improving');
    expect(convergenceOf(history(1, 1, 1, 1, 1, 1), options).status).to.equal('converged');
  });

  it('counts from the last gain, and a gain smaller than `minGain` is none', () => {
    expect(statusOf(1, 1, 1, 0.9, 0.9, 0.9)).to.equal('improving');
    expect(statusOf(1, 0.999_5, 0.999_5, 0.999_4)).to.equal('converged');
    // Steps too small one by one that add up: each is compared with the last gain, not with the round before.
    expect(statusOf(1, 0.999_6, 0.999_2, 0.998_8, 0.998_4)).to.equal('improving');
  });

  it('is over for good, with the round to go back to', () => {
    const over = convergenceOf(history(2, 1, 1.01, 1.02, 1.01, 0.1));
    expect(over.status).to.equal('converged');
    expect(over.best).to.deep.equal({ round: 2, loss: 1 });
  });

  it('aborts where the loss rises, and does not call a rise a plateau', () => {
    expect(statusOf(1, 1.2, 1.4)).to.equal('improving');
    expect(statusOf(1, 1.2, 1.4, 1.6)).to.equal('diverged');
    expect(statusOf(1, 1, 1, 1.2)).to.equal('improving');
    expect(statusOf(1, 1.2, 1.2, 1.05)).to.equal('converged');
    expect(statusOf(1, Number.NaN)).to.equal('diverged');
    expect(statusOf(Number.POSITIVE_INFINITY)).to.equal('diverged');
  });

  it('stops at a loss of 0 as at any other', () => {
    expect(statusOf(1, 0, 0, 0)).to.equal('improving');
    expect(statusOf(1, 0, 0, 0, 0)).to.equal('converged');
    expect(statusOf(0, 0.1, 0.1, 0.1)).to.equal('diverged');
  });

  it('refuses a round that is no later, and options that make no sense', () => {
    const code = (run: () => unknown, expected: string) =>
      expect(run).to.throw().with.property('code', expected);
    const started = convergenceOf(history(1, 1));
    code(() => observeRound(started, { round: 2, holdoutLoss: 1 }), 'CONVERGENCE_ROUND');
    for (const wrong of [
      { patience: 2 },
      { patience: 3.5 },
      { minGain: 1 },
      { minGain: -1 },
      { divergence: 0 },
    ])
      code(() => convergenceOf(history(1), { ...CONVERGENCE_DEFAULTS, ...wrong }), 'CONVERGENCE_OPTIONS');
  });
});

describe('round metrics', () => {
  const figures = {
    round: 3,
    outcome: 'accepted' as const,
    sealed: 7,
    accepted: 7,
    selected: 5,
    holdoutLoss: 1.1,
  };
  const honest = [1.08, 1.09, 1.1, 1.1, 1.11, 1.12];
  const metrics = (...losses: number[]) =>
    roundMetrics({ ...figures, reports: new Map(losses.map((loss, i) => [`node-${i}`, loss])) });

  it('lets one liar shift the reported loss by less than 5 %', () => {
    const truth = metrics(...honest, 1.1).reportedLoss?.median ?? Number.NaN;
    for (const lie of [1e9, Number.MAX_VALUE, 0]) {
      const told = metrics(...honest, lie).reportedLoss;
      expect(Math.abs((told?.median ?? Number.NaN) / truth - 1)).to.be.lessThan(0.05);
      expect(told?.deviation).to.be.lessThan(0.05);
    }
    for (const lie of [Number.NaN, Number.POSITIVE_INFINITY, -1])
      expect(metrics(...honest, lie).reportedLoss?.reports).to.equal(6);
  });

  it('shows sums over five nodes or more, and nothing of one', () => {
    expect(metrics(1, 2, 3, 4).reportedLoss).to.equal(null);
    const shown = metrics(5, 1, 3, 2, 4);
    expect(shown).to.deep.equal({ ...figures, reportedLoss: { median: 3, deviation: 1, reports: 5 } });
    expect(JSON.stringify(shown)).not.to.include('node-');
  });

  it('has no say in convergence: what peers report does not reach it', () => {
    const run = (lie: number) =>
      convergenceOf(
        [1.3, 1.2, 1.2, 1.2, 1.2].map((holdoutLoss, i) => {
          const { round, holdoutLoss: own } = roundMetrics({
            ...figures,
            round: i + 1,
            holdoutLoss,
            reports: new Map([['liar', lie / (i + 1)]]),
          });
          return { round, holdoutLoss: own ?? Number.NaN };
        }),
      );
    expect(run(1e9)).to.deep.equal(run(0));
    expect(run(1e9).status).to.equal('converged');
  });
});
