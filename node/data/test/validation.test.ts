import { expect } from 'chai';
import fc from 'fast-check';
import { createPrng, type HourRange, MAX_FOLDS, type ValidationPlan, validationFolds } from '../index.ts';

const hours = (ranges: readonly HourRange[]) => ranges.reduce((sum, { from, to }) => sum + to - from, 0);

const plans: fc.Arbitrary<ValidationPlan> = fc.oneof(
  fc.record({
    kind: fc.constant('expanding' as const),
    folds: fc.integer({ min: 1, max: 6 }),
    firstTrainHours: fc.integer({ min: 1, max: 200 }),
    maxTrainHours: fc.integer({ min: 1, max: 300 }),
  }),
  fc.record({
    kind: fc.constant('sliding' as const),
    folds: fc.integer({ min: 1, max: 6 }),
    trainHours: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({ kind: fc.constant('blocked' as const), blocks: fc.integer({ min: 2, max: 5 }) }),
  fc.record({
    kind: fc.constant('purged-k-fold' as const),
    folds: fc.integer({ min: 2, max: 6 }),
    embargoHours: fc.integer({ min: 0, max: 40 }),
  }),
);

describe('validation folds', () => {
  it('account for every row once, and no training row reads what a test row reads', () => {
    let checked = 0;
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 400, max: 900 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 60 }),
        fc.boolean(),
        (plan, from, length, horizonHours, lookbackHours, sharesPast) => {
          const range = { from, to: from + length };
          let folds: ReturnType<typeof validationFolds>;
          try {
            folds = validationFolds(range, plan, { horizonHours, lookbackHours, sharesPast });
          } catch (error) {
            expect(error).to.have.property('code', 'VALIDATION_PLAN');
            return;
          }
          for (const { train, test, embargo, unused } of folds) {
            checked++;
            const all = [...train, test, ...embargo, ...unused].sort((a, b) => a.from - b.from);
            // One after the other from the first row to the last.
            expect(all[0]?.from).to.equal(range.from);
            for (const [i, part] of all.entries()) {
              expect(part.from).to.be.lessThan(part.to);
              expect(part.to).to.equal(all[i + 1]?.from ?? range.to);
            }
            const back = sharesPast ? 0 : lookbackHours;
            const read = { from: test.from - back, to: test.to - 1 + horizonHours };
            expect(read.to).to.be.lessThan(range.to);
            for (const part of train) {
              const [first, last] = [part.from - lookbackHours, part.to - 1 + horizonHours];
              expect(last < read.from || first > read.to, 'training reads the test').to.equal(true);
            }
          }
          const tests = folds.map(({ test }) => test);
          for (const [i, test] of tests.entries()) {
            if (i > 0) expect(test.from).to.equal(tests[i - 1]?.to);
          }
          expect(tests.at(-1)?.to).to.equal(range.to - horizonHours);
        },
      ),
      { seed: 4, numRuns: 300 },
    );
    expect(checked).to.be.greaterThan(300);
  });

  const range = { from: 0, to: 1_000 };
  const near = { horizonHours: 24, lookbackHours: 48, sharesPast: true };

  it('grow from one start, and a cap moves the start and not the end', () => {
    const free = validationFolds(range, { kind: 'expanding', folds: 4, firstTrainHours: 400 }, near);
    expect(free.map(({ train }) => train[0]?.from)).to.deep.equal([0, 0, 0, 0]);
    const ends = free.map(({ train }) => train[0]?.to ?? 0);
    expect(ends).to.deep.equal([400, 538, 676, 814]);
    const capped = validationFolds(
      range,
      { kind: 'expanding', folds: 4, firstTrainHours: 400, maxTrainHours: 450 },
      near,
    );
    expect(capped.map(({ train }) => train[0]?.to)).to.deep.equal(ends);
    expect(capped.map(({ train }) => hours(train))).to.deep.equal([400, 450, 450, 450]);
  });

  it('slide with training of one length', () => {
    const folds = validationFolds(range, { kind: 'sliding', folds: 5, trainHours: 300 }, near);
    expect(folds.map(({ train }) => hours(train))).to.deep.equal([300, 300, 300, 300, 300]);
    expect(folds[4]?.unused[0]).to.deep.equal({ from: 0, to: (folds[4]?.train[0]?.from ?? 0) - 0 });
  });

  it('train each block for the next, and refuse a gap as long as a block', () => {
    const folds = validationFolds(range, { kind: 'blocked', blocks: 4 }, near);
    expect(folds.map(({ train, test }) => [train[0], test])).to.deep.equal([
      [
        { from: 0, to: 220 },
        { from: 244, to: 488 },
      ],
      [
        { from: 244, to: 464 },
        { from: 488, to: 732 },
      ],
      [
        { from: 488, to: 708 },
        { from: 732, to: 976 },
      ],
    ]);
    expect(() => validationFolds({ from: 0, to: 120 }, { kind: 'blocked', blocks: 4 }, near))
      .to.throw()
      .with.property('code', 'VALIDATION_PLAN');
  });

  it('purge what looks ahead: it seems to forecast noise in plain folds, and does not here', () => {
    const { normal } = createPrng(6);
    const horizonHours = 24;
    const noise = Float64Array.from({ length: 20_000 + horizonHours }, normal);
    const label = Float64Array.from({ length: 20_000 }, (_, t) =>
      noise.subarray(t + 1, t + 1 + horizonHours).reduce((sum, value) => sum + value, 0),
    );
    /** Correlation of each test row's label with that of the training row nearest in time. */
    const skill = (folds: readonly { train: readonly HourRange[]; test: HourRange }[]) => {
      let [both, own, other] = [0, 0, 0];
      for (const { train, test } of folds) {
        for (let t = test.from; t < test.to; t++) {
          const ends = train.flatMap(({ from, to }) => [from, to - 1]);
          const nearest = ends.reduce((a, b) => (Math.abs(b - t) < Math.abs(a - t) ? b : a));
          const [y, told] = [label[t] ?? 0, label[nearest] ?? 0];
          both += y * told;
          own += y * y;
          other += told * told;
        }
      }
      return both / Math.sqrt(own * other);
    };
    const edges = Array.from({ length: 500 }, (_, k) => 40 * k);
    const plain = edges.map((from) => ({
      test: { from, to: from + 40 },
      train: [
        { from: 0, to: from },
        { from: from + 40, to: 20_000 },
      ].filter((part) => part.from < part.to),
    }));
    const whole = { from: 0, to: 20_000 + horizonHours };
    const purged = validationFolds(
      whole,
      { kind: 'purged-k-fold', folds: 500 },
      { horizonHours, lookbackHours: 0 },
    );
    expect(skill(plain)).to.be.greaterThan(0.4);
    expect(Math.abs(skill(purged))).to.be.lessThan(0.1);
  });

  it('are refused beyond their limits', () => {
    for (const plan of [
      { kind: 'purged-k-fold', folds: 1 },
      { kind: 'purged-k-fold', folds: MAX_FOLDS + 1 },
      { kind: 'sliding', folds: 2, trainHours: 0 },
      { kind: 'sliding', folds: 2, trainHours: 5_000 },
      { kind: 'expanding', folds: 2.5, firstTrainHours: 10 },
      { kind: 'blocked', blocks: 1 },
    ] as const) {
      expect(() => validationFolds(range, plan, near), JSON.stringify(plan))
        .to.throw()
        .with.property('code', 'VALIDATION_PLAN');
    }
    const plan = { kind: 'blocked', blocks: 2 } as const;
    expect(() => validationFolds(range, plan, { ...near, horizonHours: 0 })).to.throw();
    expect(() => validationFolds(range, plan, { ...near, lookbackHours: -1 })).to.throw();
  });
});
