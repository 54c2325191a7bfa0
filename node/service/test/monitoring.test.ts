import { expect } from 'chai';
import { drift, shadow } from '../../api/schemas/index.ts';
import { newSubject, observeDay } from '../../monitoring/index.ts';
import type { MonitorStatus } from '../../runtime/index.ts';
import { driftJson, monitorGauges, shadowJson } from '../monitoring.ts';

function status(): MonitorStatus {
  let peg = newSubject(100);
  let risk = newSubject(100);
  for (let day = 100; day < 140; day++) {
    const of = { day, rows: 24, loss: day < 110 ? 9 : 0.8, baseline: 1 };
    peg = observeDay(peg, { ...of, missed: 0.25, share: 0.9 });
    risk = observeDay(risk, { ...of, missed: null, share: null });
  }
  return {
    round: 3,
    hour: 3_360,
    subjects: { 'peg/main': peg, 'risk/main': risk },
    findings: [
      {
        subject: 'peg/main',
        trigger: 'wide',
        sinceHour: 2_400,
        evidence: 200,
        threshold: 182.5,
        message: 'peg/main: 80 % intervals are too wide',
      },
    ],
    retraining: { recommended: true, reasons: ['wide'], heldBack: null },
    shadow: null,
  };
}

describe('service: what was seen of the model', () => {
  it('is told of the last thirty days, as the API says', () => {
    const told = drift.parse(driftJson(status()));
    const [peg, risk] = told.subjects;
    expect(peg).to.deep.include({ subject: 'peg/main', days: 30, coverage: 0.75, inputs: null });
    expect(peg?.skill).to.be.closeTo(0.2, 1e-12);
    expect(risk).to.deep.include({ coverage: null, modelShare: null });
    expect(shadow.parse(shadowJson(status()))).to.deep.equal({ trial: null });
  });

  it('has a series for each finding, and none for what is not known', () => {
    const gauges = monitorGauges(status());
    expect(gauges.drift).to.deep.equal([{ labels: { pair: 'peg/main', trigger: 'wide' }, value: 1 }]);
    expect(gauges.coverage).to.deep.equal([{ labels: { pair: 'peg/main' }, value: 0.75 }]);
    expect(gauges.skill).to.have.length(2);
  });
});
