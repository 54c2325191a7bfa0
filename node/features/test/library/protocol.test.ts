import { expect } from 'chai';
import {
  type ActivityEvent,
  type Collateral,
  computeFeatureMatrix,
  featuresAt,
  giniOf,
  liquidationDistance,
  type NamedValues,
  namedValues,
  openHistory,
  type Position,
  PROTOCOL_FEATURES,
  type ProtocolState,
  stability,
} from '../../library/index.ts';
import { HOUR_MS } from '../../series.ts';
import { roughBars } from '../support/vectors.ts';

const now = 1_700_000_000_000;
const DAY = 24 * HOUR_MS;

const asset = (i: number, value = 100): Collateral => ({
  id: `asset-${i}`,
  value,
  debt: 40,
  debtCeiling: 80,
  riskScore: 0.2,
  volatility: 0.03,
});

function state(changes: Partial<ProtocolState>): ProtocolState {
  return { time: now, supply: 1_000, collaterals: [asset(0)], correlation: null, positions: [], ...changes };
}

function at(lists: Parameters<typeof openHistory>[0]): NamedValues {
  const row = featuresAt(PROTOCOL_FEATURES, openHistory(lists), now, { barSeconds: 3_600 });
  return namedValues(row.columns, row);
}

describe('features of a protocol', () => {
  it('have one width for 1, 4 and 30 collaterals, whatever their names and order', () => {
    const of = (count: number) => Array.from({ length: count }, (_, i) => asset(i));
    const widths = [1, 4, 30].map((count) =>
      Object.keys(at({ states: [state({ collaterals: of(count) })] })),
    );
    expect(widths[0]).to.deep.equal(widths[1]).and.deep.equal(widths[2]);
    const unlike = of(30).map((one, i) => ({ ...one, debt: i, riskScore: null }));
    const reversed = at({ states: [state({ collaterals: [...unlike].reverse() })] });
    expect(reversed['collateral-utilisation-1']).to.equal(0);
    expect(reversed).to.deep.equal(at({ states: [state({ collaterals: unlike })] }));
    const shuffled = at({ states: [state({ collaterals: of(30).reverse() })] });
    expect(shuffled).to.deep.equal(at({ states: [state({ collaterals: of(30) })] }));
  });

  it('see the concentration of n equal collaterals as 1/n, and take correlations', () => {
    for (const n of [1, 4, 30]) {
      const correlation = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => (i === j ? 1 : i + j === 1 ? 0.9 : 0.3)),
      );
      const collaterals = Array.from({ length: n }, (_, i) => asset(i));
      const values = at({ states: [state({ collaterals, correlation })] });
      expect(values['collateral-concentration']).to.be.closeTo(1 / n, 1e-12);
      expect(values['effective-collaterals']).to.be.closeTo(n, 1e-9);
      expect(values.utilisation).to.be.closeTo(0.5, 1e-12);
      expect(values['max-correlation']).to.equal(n === 1 ? null : 0.9);
    }
  });

  it('see a position 0.7 % from liquidation as 0.007, and its debt at risk', () => {
    const debt = 1_000;
    const near: Position = { collateralValue: (debt * 1.5) / 0.993, debt, liquidationRatio: 1.5 };
    expect(liquidationDistance(near)).to.be.closeTo(0.007, 1e-12);
    const safe: Position = { collateralValue: 6_000, debt, liquidationRatio: 1.5 };
    const values = at({ states: [state({ positions: [near, safe] })] });
    expect(values['debt-at-risk']).to.equal(0.5);
    expect(values['liquidation-distance']).to.be.closeTo((0.007 + 0.75) / 2, 1e-12);
    expect(values['debt-ratio-above-5']).to.equal(0.5);
    const edge = { collateralValue: 1_500, debt, liquidationRatio: 1.2 };
    expect(at({ states: [state({ positions: [edge] })] })['debt-ratio-to-1.5']).to.equal(1);
    expect(liquidationDistance({ ...near, collateralValue: 0 })).to.equal(-1);
    expect(liquidationDistance({ ...near, debt: 0 })).to.equal(1);
  });

  it('see a mint and an equal burn as no supply flow, which deposits never change', () => {
    const event = (activity: ActivityEvent['activity'], value: number): ActivityEvent => ({
      time: now - HOUR_MS / 2,
      activity,
      value,
    });
    const supply = [event('mint', 50), event('burn', 50)];
    const quiet = at({ states: [state({})], activity: supply });
    const busy = at({
      states: [state({})],
      activity: [...supply, event('deposit', 90), event('withdraw', 10)],
    });
    for (const values of [quiet, busy]) {
      expect(values).to.include({ 'supply-flow-1h': 0, 'supply-balance-1h': 0, 'mint-value-1h': 0.05 });
    }
    expect(busy['collateral-flow-1h']).to.be.closeTo(0.8, 1e-12);
    expect(at({ states: [state({})], activity: supply.slice(0, 1) })['supply-balance-1h']).to.equal(1);
  });

  it('leave open proposals out of the approval rate, also those that will be approved', () => {
    const proposal = (id: string, closedAt: number | null, isApproved: boolean | null) => ({
      time: now - 3 * DAY,
      id,
      closedAt,
      isApproved,
    });
    const values = at({
      proposals: [
        proposal('a', now - DAY, true),
        proposal('b', now - DAY, false),
        proposal('c', null, null),
        proposal('d', now + DAY, true),
      ],
      votes: [
        { time: now - 2 * DAY, proposal: 'a', voter: 'x', power: 100 },
        { time: now - DAY, proposal: 'b', voter: 'x', power: 5 },
        { time: now - DAY, proposal: 'unheard of', voter: 'y', power: 5 },
      ],
    });
    expect(values).to.include({
      'proposals-7d': 4,
      'approval-rate-7d': 0.5,
      'voters-7d': 1,
      'voting-power-7d': 5,
    });
    expect(at({ proposals: [proposal('c', null, null)] })['approval-rate-7d']).to.equal(null);
  });

  it('measure voting power as 0 for equals and (n − 1)/n for one holder', () => {
    for (const n of [1, 3, 50]) {
      expect(giniOf(new Array(n).fill(7))).to.be.closeTo(0, 1e-12);
      expect(giniOf([...new Array(n - 1).fill(0), 7])).to.be.closeTo((n - 1) / n, 1e-12);
    }
    expect(giniOf([0, 0])).to.be.NaN;
  });

  it('deviate from the peg as eighteen decimals on a chain do, to 1e-9', () => {
    const WAD = 10n ** 18n;
    const target = 1.05;
    const [bar] = roughBars(1);
    if (bar === undefined) throw new Error('no bar');
    const bars = [0.99, 1, 1.0000000001, 0.2, 1.05].map((close, t) => ({
      ...bar,
      time: t * HOUR_MS,
      close,
      open: close,
      high: close,
      low: close,
    }));
    const { columns, values } = computeFeatureMatrix([stability(target)], bars, { barSeconds: 3_600 });
    for (const [t, { close }] of bars.entries()) {
      const [price, peg] = [BigInt(Math.round(close * 1e10)), BigInt(Math.round(target * 1e10))];
      const chain = Number(((price - peg) * WAD) / peg) / 1e18;
      expect(values[t * columns.length]).to.be.closeTo(chain, 1e-9);
    }
    const onPeg = computeFeatureMatrix([stability(1)], bars.slice(0, 1), { barSeconds: 3_600 });
    expect(onPeg.values[0]).to.be.closeTo(-0.01, 1e-15);
    expect(onPeg.values[1]).to.be.closeTo(0.01, 1e-15);
  });
});
