import { expect } from 'chai';
import fc from 'fast-check';
import {
  ACCURACY_TESTS,
  accuracyFactors,
  advance,
  adviseRetraining,
  betsOf,
  COOLDOWN_HOURS,
  compareWindow,
  DAYS_KEPT,
  evidenceOf,
  type Finding,
  type ForecastDay,
  findingsOf,
  INPUT_WINDOW_HOURS,
  inputFactors,
  inputReference,
  newDetector,
  newSubject,
  observeDay,
  observeWindow,
  P_BETS,
  SCHEDULE_DAYS,
  SETTLED,
  type SubjectState,
  scheduleFinding,
  sinceOf,
  THRESHOLDS,
  TRIGGERS,
} from '../index.ts';
import { draws } from './support.ts';

const day = (number: number, of: Partial<ForecastDay> = {}): ForecastDay => ({
  day: number,
  rows: 24,
  loss: 0.8,
  baseline: 1,
  missed: 0.2,
  share: 1,
  ...of,
});

describe('monitoring: detectors', () => {
  it('raise no false alarm, on average, before as many observations as their threshold', () => {
    const { uniform } = draws(1);
    const threshold = 20;
    let observations = 0;
    for (let run = 0; run < 60; run++) {
      let detector = newDetector(P_BETS.length, 0);
      while (!detector.isRaised && observations < 1e5) {
        detector = advance(
          detector,
          inputFactors({ p: (1 + Math.floor(uniform() * 100)) / 100 }),
          0,
          threshold,
        );
        observations++;
      }
    }
    expect(observations / 60).to.be.above(threshold);
  });

  it('say since when, begin anew after a loss, and end some time after what raised them', () => {
    let detector = newDetector(1, 0);
    for (const [hour, factor] of [0.5, 2, 0.4, 3, 3, 3].entries())
      detector = advance(detector, [factor], hour, 20);
    expect(detector).to.deep.include({ isRaised: true, evidence: [27] });
    expect(sinceOf(detector)).to.equal(3);
    for (let hour = 6; hour < 50; hour++) detector = advance(detector, [9], hour, 20);
    expect(evidenceOf(detector)).to.equal(80);
    let hours = 0;
    for (; detector.isRaised; hours++) detector = advance(detector, [0.7], 60 + hours, 20);
    expect(hours).to.equal(9);
  });

  it('leave a bet alone that has nothing to go by', () => {
    const detector = advance(newDetector(2, 5), [Number.NaN, 2], 9, 20);
    expect(detector).to.deep.equal({ evidence: [1, 2], since: [5, 9], isRaised: false });
  });
});

describe('monitoring: accuracy', () => {
  it('bets at factors of 0 or more, and of a mean of 1 or less while nothing is wrong', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (loss, baseline, missed) => {
        for (const test of ACCURACY_TESTS) {
          const factors = accuracyFactors(test, day(0, { loss, baseline, missed }));
          expect(factors).to.have.length(betsOf(test));
          for (const factor of factors) expect(factor).to.be.at.least(0);
        }
      }),
      { numRuns: 50, seed: 3 },
    );
    const mean = (test: 'narrow' | 'wide', share: number) =>
      accuracyFactors(test, day(0, { missed: 1 })).map((all, b) => {
        const none = accuracyFactors(test, day(0, { missed: 0 }))[b] ?? Number.NaN;
        return share * all + (1 - share) * none;
      });
    for (const factor of mean('narrow', 0.25)) expect(factor).to.be.closeTo(1, 1e-12);
    for (const factor of mean('wide', 0.15)) expect(factor).to.be.closeTo(1, 1e-12);
  });

  it('tells intervals that have become too narrow, when it began and how far it is', () => {
    const { uniform } = draws(2);
    let state = newSubject(20_000);
    const missed = (share: number) => (uniform() < share ? 1 : 0);
    for (let d = 20_000; d < 20_100; d++) state = observeDay(state, day(d, { missed: missed(0.2) }));
    expect(findingsOf('peg/main', state)).to.deep.equal([]);
    let d = 20_100;
    for (; findingsOf('peg/main', state).length === 0 && d < 20_400; d++) {
      state = observeDay(state, day(d, { missed: missed(0.6) }));
    }
    const [found] = findingsOf('peg/main', state);
    expect(found).to.include({ subject: 'peg/main', trigger: 'narrow' });
    expect(d - 20_100).to.be.within(8, 60);
    expect((found?.sinceHour ?? 0) / 24).to.be.within(20_080, d);
    expect(found?.message).to.match(
      /^peg\/main: 80 % intervals are too narrow since 20\d\d-\d\d-\d\d: they held \d{1,2} % of the outcomes of \d+ days$/,
    );
  });

  it('tells a head that has become worse than its baseline, and one whose intervals are too wide', () => {
    const told = (of: Partial<ForecastDay>) => {
      let state = newSubject(0);
      for (let d = 0; d < SETTLED.days; d++)
        state = observeDay(state, day(d, { missed: of.missed === null ? null : 0.2 }));
      for (let d = SETTLED.days; d < 120; d++) state = observeDay(state, day(d, of));
      return findingsOf('risk/main', state).map(({ trigger }) => trigger);
    };
    expect(told({ loss: 1.4, missed: null, share: null })).to.deep.equal(['loss']);
    expect(told({ missed: 0.02 })).to.deep.equal(['wide']);
    expect(told({})).to.deep.equal([]);
  });

  it('is not tested before a model has once been what it promises', () => {
    let state = newSubject(0);
    for (let d = 0; d < 100; d++) state = observeDay(state, day(d, { loss: 2, missed: 0.9 }));
    expect(state.isSettled).to.equal(false);
    expect(findingsOf('peg/main', state)).to.deep.equal([]);
    for (let d = 100; d < 100 + SETTLED.days; d++) state = observeDay(state, day(d));
    expect(state.isSettled).to.equal(true);
    for (let d = 200; d < 260; d++) state = observeDay(state, day(d, { loss: 2, missed: 0.9 }));
    expect(findingsOf('peg/main', state).map(({ trigger }) => trigger)).to.deep.equal(['loss', 'narrow']);
  });

  it('tells at once of a day beyond the range that the model was trained on', () => {
    const [found] = findingsOf('peg/main', observeDay(newSubject(9), day(9, { share: 0.3 })));
    expect(found).to.include({ trigger: 'range', sinceHour: 216 });
  });

  it('takes each day once, keeps a bounded number, and is what it was after a restart', () => {
    let once = newSubject(0);
    let twice = newSubject(0);
    for (let d = 0; d < DAYS_KEPT + 9; d++) {
      once = observeDay(once, day(d, { missed: d % 3 === 0 ? 1 : 0 }));
      for (const again of [d - 1, d, d])
        twice = observeDay(twice, day(again, { missed: d % 3 === 0 ? 1 : 0 }));
      twice = JSON.parse(JSON.stringify(twice)) as SubjectState;
    }
    expect(twice).to.deep.equal(once);
    expect(once.recent).to.have.length(DAYS_KEPT);
  });
});

describe('monitoring: inputs', () => {
  const names = ['level', 'slope', 'constant'];
  const { normal } = draws(7);
  /** Hours of three features, of which the first lasts; `shift` is added to the second. */
  const rows = (hours: number, shift = 0) => {
    const x = new Float64Array(hours * names.length);
    let level = 0;
    for (let t = 0; t < hours; t++) {
      level = 0.9 * level + normal();
      x.set([level, normal() + shift, 1], t * names.length);
    }
    return { startHour: 0, width: names.length, x };
  };
  const reference = inputReference(names, rows(150 * 24));

  it('have p-values that are seldom small while nothing changes, over all features together', () => {
    const p = Array.from({ length: 100 }, () => compareWindow(reference, rows(INPUT_WINDOW_HOURS)).p);
    expect(p.filter((value) => value <= 0.1).length).to.be.within(1, 20);
    expect(Math.min(...p)).to.be.above(0);
  });

  it('name the feature that has moved, where it stands, and since when', () => {
    let state = newSubject(100);
    const observe = (shift: number) => {
      const window = compareWindow(reference, {
        ...rows(INPUT_WINDOW_HOURS, shift),
        startHour: state.window,
      });
      state = observeWindow(state, window);
    };
    for (let k = 0; k < 10; k++) observe(0);
    expect(findingsOf('peg/main', state)).to.deep.equal([]);
    const changed = state.window;
    for (let k = 0; k < 6; k++) observe(1);
    const [found] = findingsOf('peg/main', state);
    expect(found?.trigger).to.equal('inputs');
    expect(found?.sinceHour).to.be.within(changed - 2 * INPUT_WINDOW_HOURS, changed + INPUT_WINDOW_HOURS);
    expect(found?.message).to.match(
      /since \d{4}-\d\d-\d\d: slope furthest, median (0\.[6-9]|1\.[0-4])\d in the last 3 days, -?0\.0\d in training \(above [789]\d % of the training hours\), \d+\.\d times as far as usual$/,
    );
    const before = state;
    observe(1);
    const again = observeWindow(state, { ...compareWindow(reference, rows(72)), fromHour: before.window });
    expect(again).to.equal(state);
  });

  it('see a constant that moves, and refuse a training part that is too short', () => {
    const moved = rows(INPUT_WINDOW_HOURS);
    for (let t = 0; t < INPUT_WINDOW_HOURS; t++) moved.x[3 * t + 2] = 1.5;
    expect(compareWindow(reference, moved).moved.name).to.equal('constant');
    expect(() => inputReference(names, rows(19 * INPUT_WINDOW_HOURS)))
      .to.throw()
      .with.property('code', 'DRIFT_REFERENCE');
  });
});

describe('monitoring: retraining', () => {
  const found = TRIGGERS.map((trigger): Finding => {
    return { subject: 'peg/main', trigger, sinceHour: 0, evidence: 1, threshold: 1, message: '' };
  });
  const at = { hour: 1_000, lastRecommendedHour: null, isBudgetSpent: false };

  it('is recommended by each trigger, and by none where there is none', () => {
    for (const finding of found) {
      const advice = { recommended: true, reasons: [finding.trigger], heldBack: null };
      expect(adviseRetraining([finding, finding], at)).to.deep.equal(advice);
    }
    expect(adviseRetraining([], at)).to.deep.equal({ recommended: false, reasons: [], heldBack: null });
  });

  it('is held back by a spent budget whatever the reason, and for a week after the last time', () => {
    const spent = adviseRetraining(found, { ...at, isBudgetSpent: true });
    expect(spent).to.include({ recommended: false, heldBack: 'PRIVACY_BUDGET_SPENT' });
    const soon = { ...at, lastRecommendedHour: at.hour - COOLDOWN_HOURS + 1 };
    expect(adviseRetraining(found, soon)).to.include({ recommended: false, heldBack: 'COOLDOWN' });
    expect(adviseRetraining(found, { ...soon, hour: at.hour + 1 }).recommended).to.equal(true);
  });

  it('is due when no version has come for a time', () => {
    expect(scheduleFinding(0, SCHEDULE_DAYS * 24 - 1)).to.deep.equal([]);
    expect(scheduleFinding(0, SCHEDULE_DAYS * 24)[0]).to.include({ subject: 'model', trigger: 'schedule' });
    expect(THRESHOLDS.days).to.be.above(100);
  });
});
