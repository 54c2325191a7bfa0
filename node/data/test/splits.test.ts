import { expect } from 'chai';
import fc from 'fast-check';
import { eventSplit, type HourRange, hourOfDate, STRESS_EVENTS, timeSplit } from '../index.ts';

/** Which part each hour of the range is in; fails when an hour is in none or in two. */
function assign(range: HourRange, parts: readonly (readonly [string, HourRange])[]): string[] {
  const names = Array.from({ length: range.to - range.from }, () => '');
  for (const [name, { from, to }] of parts) {
    expect(from).to.be.at.least(range.from);
    expect(to).to.be.at.most(range.to);
    for (let hour = from; hour < to; hour++) {
      expect(names[hour - range.from], `hour ${hour} of ${name}`).to.equal('');
      names[hour - range.from] = name;
    }
  }
  expect(names).not.to.include('');
  return names;
}

describe('time split', () => {
  it('accounts for every row once, and no label reads a later part', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 300, max: 900 }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0.3, max: 0.6, noNaN: true }),
        fc.double({ min: 0.2, max: 0.25, noNaN: true }),
        (from, length, horizonHours, trainShare, testShare) => {
          fc.pre(length * 0.15 > horizonHours + 2);
          const range = { from, to: from + length };
          const { train, gate, test, embargo } = timeSplit(range, { trainShare, testShare, horizonHours });
          assign(range, [
            ['train', train],
            ['gate', gate],
            ['test', test],
            ...embargo.map((part) => ['embargo', part] as const),
          ]);
          // The last row's label is known before the next part begins.
          expect(train.to - 1 + horizonHours).to.be.lessThan(gate.from);
          expect(gate.to - 1 + horizonHours).to.be.lessThan(test.from);
          expect(test.to - 1 + horizonHours).to.be.lessThan(range.to);
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  it('refuses parts that would be empty and horizons that are none', () => {
    const code = (work: () => unknown) => expect(work).to.throw().with.property('code', 'DATA_SPLIT');
    code(() => timeSplit({ from: 0, to: 100 }, { horizonHours: 24 }));
    code(() => timeSplit({ from: 0, to: 1000 }, { horizonHours: 0 }));
    code(() => timeSplit({ from: 0, to: 1000 }, { horizonHours: 1.5 }));
    code(() => timeSplit({ from: 0, to: 1000 }, { horizonHours: 24, trainShare: 0 }));
    code(() => timeSplit({ from: 0, to: 1000 }, { horizonHours: 24, trainShare: 0.8, testShare: 0.3 }));
    code(() => eventSplit({ from: 0, to: 9 }, { from: 5, to: 5 }, { horizonHours: 1, lookbackHours: 1 }));
    code(() => eventSplit({ from: 0, to: 9 }, { from: 5, to: 6 }, { horizonHours: 1, lookbackHours: -1 }));
  });
});

describe('event split', () => {
  it('accounts for every row once, and training never reads the event or its horizon on either side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: -200, max: 800 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 200 }),
        (length, begin, duration, horizonHours, lookbackHours) => {
          const range = { from: 0, to: length };
          const event = { from: begin, to: begin + duration };
          const { train, test, embargo } = eventSplit(range, event, { horizonHours, lookbackHours });
          const names = assign(range, [
            ...train.map((part) => ['train', part] as const),
            ['test', test],
            ...embargo.map((part) => ['embargo', part] as const),
          ]);
          for (const [hour, name] of names.entries()) {
            const reads = { from: hour - lookbackHours, to: hour + horizonHours };
            const labelled = reads.to < length;
            const touches = reads.to >= event.from - horizonHours && reads.from < event.to + horizonHours;
            const within = hour >= event.from && hour < event.to;
            // Both ways: nothing that touches is trained on, and nothing else is thrown away.
            expect(name === 'train', `hour ${hour}`).to.equal(labelled && !touches);
            expect(name === 'test', `hour ${hour}`).to.equal(labelled && within);
          }
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });

  it('knows the four stress windows, apart from each other', () => {
    const events = Object.values(STRESS_EVENTS);
    expect(events).to.have.length(4);
    const order = [...events].sort((a, b) => a.from - b.from);
    for (const [i, { from, to }] of order.entries()) {
      expect(from).to.be.lessThan(to);
      if (i > 0) expect(from).to.be.at.least(order[i - 1]?.to ?? Number.NaN);
    }
    expect(STRESS_EVENTS.terra.from).to.equal(hourOfDate('2022-05-07'));
  });
});
