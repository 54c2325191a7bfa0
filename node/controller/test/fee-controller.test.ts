import { expect } from 'chai';
import fc from 'fast-check';
import { wadFromBps } from '../../../protocol/units.ts';
import { type FeeRule, nextFee, toMicroBp } from '../index.ts';

const RULE: FeeRule = {
  gain: 5n * 10n ** 17n,
  target: 0n,
  deadBand: wadFromBps(2n),
  maxStep: wadFromBps(25n),
  minimum: wadFromBps(20n),
  maximum: wadFromBps(80n),
};
const fee = wadFromBps(50n);

describe('fee controller', () => {
  it('raises the fee when the coin is forecast below its target', () => {
    const { value, heldBy, wish } = nextFee(fee, toMicroBp(-10), RULE);
    expect(value).to.equal(wadFromBps(55n));
    expect(wish).to.equal(value);
    expect(heldBy).to.deep.equal([]);
  });

  it('lowers the fee when the coin is forecast above its target', () => {
    const { value, explanation } = nextFee(fee, toMicroBp(10), RULE);
    expect(value).to.equal(wadFromBps(45n));
    expect(explanation).to.equal('forecast 10 bp in 24 h, above target: fee falls from 0.50 % to 0.45 %');
  });

  it('does nothing within the dead band, and says what it would have done', () => {
    for (const bp of [-2, 2]) {
      const decision = nextFee(fee, toMicroBp(bp), RULE);
      expect(decision).to.include({ value: fee, wish: fee - BigInt(Math.sign(bp)) * wadFromBps(1n) });
      expect(decision.heldBy).to.deep.equal(['dead-band']);
    }
    expect(nextFee(fee, toMicroBp(-2.000001), RULE).value > fee).to.equal(true);
  });

  it('is held by the step and by either bound, and keeps the wish', () => {
    expect(nextFee(fee, toMicroBp(-100), RULE)).to.deep.include({
      value: wadFromBps(75n),
      wish: wadFromBps(100n),
      heldBy: ['step'],
    });
    expect(nextFee(wadFromBps(70n), toMicroBp(-100), RULE)).to.deep.include({
      value: RULE.maximum,
      heldBy: ['step', 'maximum'],
    });
    const low = nextFee(wadFromBps(22n), toMicroBp(8), RULE);
    expect(low).to.deep.include({ value: RULE.minimum, wish: wadFromBps(18n), heldBy: ['minimum'] });
    expect(low.explanation).to.equal(
      'forecast 8 bp in 24 h, above target: fee falls from 0.22 % to 0.20 %; wished 0.18 %, held by minimum',
    );
  });

  it('aims for the target it is given', () => {
    const rule = { ...RULE, target: wadFromBps(10n) };
    expect(nextFee(fee, toMicroBp(10), rule)).to.include({ value: fee, wish: fee });
    expect(nextFee(fee, 0n, rule).value).to.equal(wadFromBps(55n));
  });

  it('keeps every law for any rule and forecast', () => {
    const wad = (max: bigint) => fc.bigInt({ min: 0n, max });
    const rules = fc
      .record({
        gain: fc.bigInt({ min: 1n, max: 10n ** 20n }),
        target: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
        deadBand: wad(10n ** 16n),
        maxStep: fc.bigInt({ min: 1n, max: 10n ** 17n }),
        minimum: wad(10n ** 17n),
        range: wad(10n ** 17n),
      })
      .map(({ range, ...rule }): FeeRule => ({ ...rule, maximum: rule.minimum + range }));
    const forecasts = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    fc.assert(
      fc.property(rules, wad(2n * 10n ** 17n), forecasts, wad(10n ** 11n), (rule, any, a, gap) => {
        const inside = rule.minimum + (any % (rule.maximum - rule.minimum + 1n));
        const low = nextFee(inside, a, rule);
        const high = nextFee(inside, a + gap, rule);
        for (const { value, wish, heldBy } of [low, high]) {
          expect(value >= rule.minimum && value <= rule.maximum).to.equal(true);
          expect(value - inside <= rule.maxStep && inside - value <= rule.maxStep).to.equal(true);
          expect(heldBy.length === 0).to.equal(value === wish);
          // Never against the wish.
          expect((wish - inside) * (value - inside) >= 0n).to.equal(true);
        }
        // A lower forecast never means a lower fee.
        expect(low.value >= high.value).to.equal(true);
        expect(low.wish >= high.wish).to.equal(true);
        // From outside the bounds it comes back inside.
        const back = nextFee(any, a, rule).value;
        expect(back >= rule.minimum && back <= rule.maximum).to.equal(true);
      }),
      { seed: 20, numRuns: 500 },
    );
  });

  it('refuses rules that would be dangerous and inputs that are none', () => {
    const code = (work: () => unknown, expected: string) =>
      expect(work).to.throw().with.property('code', expected);
    code(() => nextFee(fee, 0n, { ...RULE, gain: -1n }), 'FEE_RULE');
    code(() => nextFee(fee, 0n, { ...RULE, maxStep: 0n }), 'FEE_RULE');
    code(() => nextFee(fee, 0n, { ...RULE, deadBand: -1n }), 'FEE_RULE');
    code(() => nextFee(fee, 0n, { ...RULE, minimum: RULE.maximum + 1n }), 'FEE_RULE');
    code(() => nextFee(-1n, 0n, RULE), 'FEE_INPUT');
    code(() => toMicroBp(Number.NaN), 'FEE_INPUT');
    code(() => toMicroBp(2e6), 'FEE_INPUT');
  });
});
