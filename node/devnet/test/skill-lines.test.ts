import { expect } from 'chai';
import type { HeldOut } from '../../runtime/index.ts';
import { skillLines } from '../skill-lines.ts';

const risk = (scale: number) => ({
  examples: 1_000,
  flagged: 0,
  eventShare: 0.04,
  drawdown: { logLoss: 0.15 * scale, brier: 0.03, auc: 0.7 },
  volatility: { qlike: 0.5 * scale, logError: 0.4 * scale },
});
const interval = (skill: number, low: number, high: number) => ({ skill, low, high });
const HELD: HeldOut = {
  examples: 1_000,
  loss: 1.5,
  baselines: { B0: 2, B2: 1.2, B3: 1 },
  risk: { head: risk(1), persistence: risk(2), ewma: risk(1.1) },
  intervals: {
    peg: { B0: interval(0.25, 0.1, 0.4), B2: interval(-0.25, -0.4, -0.1), B3: interval(0.01, -0.1, 0.1) },
    risk: {
      drawdown: { persistence: interval(0.5, 0.4, 0.6), ewma: interval(0.01, -0.02, 0.04) },
      volatility: { persistence: interval(0.5, 0.4, 0.6), ewma: interval(-0.09, -0.2, -0.01) },
    },
  },
};

describe('skill lines', () => {
  it('call a win a win, a loss a loss, and what holds 0 open', () => {
    expect(skillLines(HELD)).to.deep.equal([
      'peg: held-out pinball loss 1.500 bp; skill 25.0 % [10.0 %, 40.0 %] against B0 (better), −25.0 % [−40.0 %, −10.0 %] against B2 (worse), 1.0 % [−10.0 %, 10.0 %] against B3 (open)',
      'risk, drawdown (4.0 % events): log loss 0.1500, AUC 0.700 (EWMA 0.700); skill 50.0 % [40.0 %, 60.0 %] against persistence (better), 1.0 % [−2.0 %, 4.0 %] against EWMA (open)',
      'risk, volatility: QLIKE 0.5000, log error 0.400 (EWMA 0.440); skill 50.0 % [40.0 %, 60.0 %] against persistence (better), −9.0 % [−20.0 %, −1.0 %] against EWMA (worse)',
    ]);
  });

  it('say only what is there', () => {
    const { examples, loss, baselines, intervals } = HELD;
    expect(skillLines({ examples, loss, baselines })).to.deep.equal([]);
    if (intervals === undefined) throw new Error('no intervals');
    expect(skillLines({ examples, loss, baselines, intervals: { peg: intervals.peg } })).to.have.length(1);
  });
});
