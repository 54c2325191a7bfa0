import { expect } from 'chai';
import { type FeeRule, nextFee, toMicroBp } from '../fee-controller.ts';
import { deviationOf, nextGap, type ToyMarket } from './toy-market.ts';

const WAD = 10n ** 18n;
const MARKETS = 250;
const DAYS = 120;
const JUDGED = 40;

/** 50 bp below the target raise the fee by 0.1 points a day. */
const RULE: FeeRule = {
  gain: WAD / 5n,
  target: 0n,
  deadBand: 0n,
  maxStep: WAD / 100n,
  minimum: WAD / 200n,
  maximum: (15n * WAD) / 100n,
};

type Control = 'none' | 'ours' | 'reversed';

/** Mean distance from the target over the last days, bp. The forecast is that the coin stays where it is. */
function unrest(market: ToyMarket, firstGap: number, control: Control): number {
  let gap = firstGap;
  let fee = WAD / 20n;
  let sum = 0;
  for (let day = 0; day < DAYS; ++day) {
    const deviation = deviationOf(market, gap);
    if (day >= DAYS - JUDGED) sum += Math.abs(deviation);
    const sign = control === 'ours' ? 1 : -1;
    if (control !== 'none') fee = nextFee(fee, toMicroBp(sign * deviation), RULE).value;
    gap = Math.max(-9_000, Math.min(9_000, nextGap(market, gap, Number(fee) / 1e16)));
  }
  return sum / JUDGED;
}

/** Whole numbers below 2^32 from a fixed sequence (Numerical Recipes' congruential generator). */
function drawer(seed: number): (low: number, high: number) => number {
  let state = seed;
  return (low, high) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return low + ((high - low) * state) / 2 ** 32;
  };
}

describe('the sign of the fee', () => {
  it('brings a coin back to its target, where the reversed sign drives it away', () => {
    const draw = drawer(7);
    const count = { oursBetterThanNone: 0, reversedWorseThanNone: 0 };
    for (let i = 0; i < MARKETS; ++i) {
      const market: ToyMarket = {
        depth: draw(0.5, 1.5),
        response: draw(5, 25),
        arbitrage: draw(0.05, 0.2),
        neutral: 5 + (i % 2 === 0 ? 1 : -1) * draw(0.5, 3),
      };
      const first = draw(-100, 100);
      const none = unrest(market, first, 'none');
      if (unrest(market, first, 'ours') < none) ++count.oursBetterThanNone;
      if (unrest(market, first, 'reversed') > none) ++count.reversedWorseThanNone;
    }
    console.log(
      `      of ${MARKETS} markets: better than a fixed fee in ${count.oursBetterThanNone}, ` +
        `the reversed sign worse in ${count.reversedWorseThanNone}`,
    );
    expect(count.reversedWorseThanNone).to.equal(MARKETS);
    expect(count.oursBetterThanNone).to.be.at.least(0.99 * MARKETS);
  });
});
