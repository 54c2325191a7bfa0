import { expect } from 'chai';
import fc from 'fast-check';
import {
  type CollateralState,
  collateralRisk,
  governanceRisk,
  liquidityRisk,
  type MarketRiskNumbers,
  marketRisk,
  oracleRisk,
  RISK_COMPONENTS,
  totalRisk,
} from '../index.ts';

const usual = { mean: 0, deviation: 1 };
const numbers: MarketRiskNumbers = {
  usual: {
    volatility: { mean: 0.5, deviation: 0.25 },
    correlation: usual,
    sentiment: usual,
    volumeChange: { mean: 0.2, deviation: 0.4 },
  },
  weight: { volatility: 0.2, correlation: 0.1, sentiment: -0.15, volumeChange: 0.05 },
};
const market = fc.record({
  volatility: fc.double({ min: 0, max: 3, noNaN: true }),
  correlation: fc.double({ min: -1, max: 1, noNaN: true }),
  sentiment: fc.double({ min: -2, max: 2, noNaN: true }),
  volumeChange: fc.double({ min: -1, max: 4, noNaN: true }),
});
const step = fc.double({ min: 0, max: 1, noNaN: true });

const weights = { shortfall: 0.4, volatility: 0.2, concentration: 0.1, proximity: 0.3 };
const sound: CollateralState = {
  ratio: 2,
  targetRatio: 1.5,
  volatility: 0.02,
  fullVolatility: 0.2,
  values: [50, 50],
  vaults: [
    { debt: 30, distance: 0.1 },
    { debt: 10, distance: 0.3 },
  ],
};
const codeOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe('risk formulas', () => {
  it('market: the sum of what stands out, by hand', () => {
    const state = { volatility: 1, correlation: 0.5, sentiment: -1, volumeChange: -1 };
    expect(marketRisk(state, numbers)).to.be.closeTo(0.2 * 2 + 0.1 * 0.5 + 0.15 + 0.05 * 2, 1e-12);
  });

  it('market: more volatility, correlation and turnover never lower it, better sentiment never raises it', () => {
    fc.assert(
      fc.property(market, step, (state, more) => {
        const now = marketRisk(state, numbers);
        const changed = (change: Partial<typeof state>) => marketRisk({ ...state, ...change }, numbers);
        expect(now).to.be.within(0, 1);
        expect(changed({ volatility: state.volatility + more })).to.be.at.least(now);
        expect(changed({ correlation: state.correlation + more })).to.be.at.least(now);
        expect(changed({ sentiment: state.sentiment + more })).to.be.at.most(now);
        const away = state.volumeChange + Math.sign(state.volumeChange || 1) * more;
        expect(changed({ volumeChange: away })).to.be.at.least(now);
      }),
    );
  });

  it('market: weights of the wrong sign are refused', () => {
    const wrong = { ...numbers, weight: { ...numbers.weight, sentiment: 0.1 } };
    expect(codeOf(() => marketRisk({ ...numbers.weight, sentiment: 0 }, wrong))).to.equal('RISK_NUMBERS');
    const flat = { ...numbers, usual: { ...numbers.usual, volatility: { mean: 0, deviation: 0 } } };
    expect(codeOf(() => marketRisk(numbers.weight, flat))).to.equal('RISK_NUMBERS');
  });

  it('collateral: four terms, by hand', () => {
    // No shortfall; a tenth of full volatility; HHI of two halves; 30 of 40 at half, 10 of 40 at a quarter.
    const expected = 0.2 * 0.1 + 0.1 * 0.5 + 0.3 * (0.75 * 0.5 + 0.25 * 0.25);
    expect(collateralRisk(sound, weights)).to.be.closeTo(expected, 1e-12);
    expect(collateralRisk({ ...sound, ratio: 1.2 }, weights)).to.be.closeTo(expected + 0.4 * 0.2, 1e-12);
  });

  it('collateral: a surplus is never a negative risk, nor hides another', () => {
    const ratio = fc.double({ min: 1.5, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(ratio, (given) => {
        const risk = collateralRisk({ ...sound, ratio: given }, weights);
        expect(risk)
          .to.equal(collateralRisk({ ...sound, ratio: 1.5 }, weights))
          .and.be.above(0);
      }),
    );
    expect(collateralRisk({ ...sound, values: [100] }, weights)).to.be.above(collateralRisk(sound, weights));
    const near = [{ debt: 30, distance: 0.01 }, sound.vaults[1] ?? { debt: 0, distance: 0 }];
    expect(collateralRisk({ ...sound, vaults: near }, weights)).to.be.above(collateralRisk(sound, weights));
    expect(codeOf(() => collateralRisk(sound, { ...weights, shortfall: 0.5 }))).to.equal('RISK_NUMBERS');
  });

  it('liquidity, governance and oracle: 0 where all is well, 1 at the worst or where nothing is known', () => {
    expect([liquidityRisk(0, 0.1), liquidityRisk(0.05, 0.1), liquidityRisk(9, 0.1)]).to.deep.equal([
      0, 0.5, 1,
    ]);
    expect(liquidityRisk(Number.NaN, 0.1)).to.equal(1);
    expect([governanceRisk([1, 1, 1], 0, 4), governanceRisk([1, 1], 2, 4)]).to.deep.equal([0, 0.25]);
    expect(governanceRisk([], 9, 4)).to.equal(1);
    expect([oracleRisk([1, 1], 0.02, 0, 3600), oracleRisk([1, 1.25], 0.5, 1800, 3600)]).to.deep.equal([
      0, 0.5,
    ]);
    expect(oracleRisk([], 0.02, 0, 3600)).to.equal(1);
  });

  it('in all: between the least and the largest component, by shares of one alone', () => {
    const component = fc.double({ min: 0, max: 1, noNaN: true });
    const six = fc.tuple(component, component, component, component, component, component);
    const cuts = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 5, maxLength: 5 });
    const named = (values: readonly number[]) =>
      Object.fromEntries(RISK_COMPONENTS.map((name, i) => [name, values[i] ?? 0])) as Parameters<
        typeof totalRisk
      >[0];
    fc.assert(
      fc.property(six, cuts, (values, at) => {
        const edges = [0, ...at.toSorted((a, b) => a - b), 1_000_000];
        const shares = edges.slice(1).map((edge, i) => edge - (edges[i] ?? 0));
        const total = totalRisk(named(values), named(shares));
        expect(total).to.be.within(100 * Math.min(...values) - 1e-6, 100 * Math.max(...values) + 1e-6);
      }),
    );
    const all = named([1, 1, 1, 1, 1, Number.NaN]);
    expect(totalRisk(all, named([500_000, 100_000, 100_000, 100_000, 100_000, 100_000]))).to.be.closeTo(
      100,
      1e-9,
    );
    expect(codeOf(() => totalRisk(all, named([999_999, 0, 0, 0, 0, 0])))).to.equal('RISK_NUMBERS');
    expect(codeOf(() => totalRisk(all, named([1_500_000, -500_000, 0, 0, 0, 0])))).to.equal('RISK_NUMBERS');
    expect(codeOf(() => totalRisk(all, named([0.5, 999_999.5, 0, 0, 0, 0])))).to.equal('RISK_NUMBERS');
  });
});
