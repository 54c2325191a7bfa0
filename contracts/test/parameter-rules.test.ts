import { expect } from 'chai';
import fc from 'fast-check';
import { DRIFT_DAYS, OTHERS, pushedFor, worstDrift } from '../client/drift.ts';
import { ContractRevertError } from '../client/errors.ts';
import { decodeLimits, encodeLimits, type ParameterLimits } from '../client/parameter-limits.ts';
import { bandOf, budgetCost, budgetLeft, changeParameter } from '../client/parameter-rules.ts';
import { PARAMETER_SETTINGS } from '../client/parameter-settings.ts';
import { parameterId } from '../client/parameters.ts';

const seeded = { seed: 20_260_101, numRuns: 200 };
const FEE = PARAMETER_SETTINGS.find(({ name }) => name === 'STABILITY_FEE');

describe('parameter rules', () => {
  it('admit exactly what is left of a budget', () => {
    const amounts = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
    const spans = fc.bigInt({ min: 1n, max: 31_536_000n });
    fc.assert(
      fc.property(amounts, spans, spans, spans, (budget, window, level, now) => {
        const left = budgetLeft(now + level, budget, window, now);
        const room = level >= window ? 0n : window - level;
        if (left > 0n) expect(budgetCost(left, budget, window) <= room).to.equal(true);
        expect(budgetCost(left + 1n, budget, window) > room).to.equal(true);
      }),
      seeded,
    );
  });

  it('shrink the range toward the value of governance with the severity, never beyond it', () => {
    const limits = { ...(FEE?.limits as ParameterLimits), min: 100n, max: 900n };
    const bands = [0, 1, 2, 3, 4].map((severity) => bandOf(limits, 300n, severity));
    expect(bands.map(({ lowest }) => lowest)).to.deep.equal([100n, 150n, 200n, 250n, 300n]);
    expect(bands.map(({ highest }) => highest)).to.deep.equal([900n, 750n, 600n, 450n, 300n]);
    expect(bandOf({ ...limits, risk: 'up' }, 300n, 4)).to.deep.equal({ lowest: 100n, highest: 300n });
    expect(bandOf({ ...limits, risk: 'down' }, 2_000n, 4)).to.deep.equal({ lowest: 900n, highest: 900n });
  });

  it('refuse with the contract’s error and arguments', () => {
    if (FEE === undefined) throw new Error('the fee has settings');
    const motion = { value: FEE.initial, raisedAt: 0n, upDrainedAt: 0n, downDrainedAt: 0n };
    const band = bandOf(FEE.limits, FEE.initial, 0);
    const change = (value: bigint, now: bigint) => () =>
      changeParameter(parameterId(FEE.name), motion, FEE.limits, band, { value, now });
    expect(change(FEE.initial + 1n, 28_799n)).to.throw(ContractRevertError, 'CooldownActive');
    expect(change(FEE.limits.max + 1n, 28_800n)).to.throw(ContractRevertError, String(FEE.limits.max));
    expect(change(FEE.initial + 1n, 28_800n)()).to.include({ value: FEE.initial + 1n, raisedAt: 28_800n });
  });

  it('carry limits to the chain and back, and refuse what does not fit', () => {
    for (const { limits } of PARAMETER_SETTINGS)
      expect(decodeLimits(encodeLimits(limits))).to.deep.equal(limits);
    const limits = FEE?.limits as ParameterLimits;
    for (const max of [-1n, 2n ** 64n])
      expect(() => encodeLimits({ ...limits, max })).to.throw('expected 0 or more and below 2^64');
    expect(() => decodeLimits({ ...encodeLimits(limits), risk: 3 })).to.throw('risk: got 3');
  });
});

describe('drift of the default settings', () => {
  for (const setting of PARAMETER_SETTINGS) {
    it(`${setting.name} stays within what is declared, whatever is pushed`, () => {
      const { limits, initial, drift } = setting;
      expect(initial >= limits.min && initial <= limits.max).to.equal(true);
      for (const rises of [true, false]) {
        const [, week, month] = DRIFT_DAYS.map((days) => worstDrift(setting, rises, days, true));
        expect((week ?? 0n) <= drift.week, `7 days: ${week}`).to.equal(true);
        expect((month ?? 0n) <= drift.month, `30 days: ${month}`).to.equal(true);
        // The leaky bucket: one budget at once and what drains, whatever the bounds.
        const budget = rises ? limits.budgetUp : limits.budgetDown;
        for (const days of DRIFT_DAYS) {
          const most = budget + (budget * BigInt(days * 86_400)) / BigInt(limits.windowSeconds);
          expect(worstDrift(setting, rises, days, false) <= most, `${days} days`).to.equal(true);
        }
      }
    });
  }

  it('stands beside the figures that other protocols’ rules give', () => {
    expect(OTHERS.map((updater) => DRIFT_DAYS.map((days) => pushedFor(updater, days)))).to.deep.equal([
      [1_000, 3_000, 3_000],
      [1_210, 5_000, 5_000],
      [2, 8, 2_048],
      [1.2, 1.2 ** 2 * 1.2, 7.430083706879999],
      [50, 150, 550],
    ]);
  });
});
