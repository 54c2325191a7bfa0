import { expect } from 'chai';
import { type ReportedVersion, VersionReports } from '../version-reports.ts';
import { certificates, decidedEvent, HELD_OUT } from './support.ts';

const [first, second] = certificates;
if (first === undefined || second === undefined) throw new Error('there are two rounds');
const version: ReportedVersion = first.entry;
const { intervals: _, ...plain } = HELD_OUT;

/** Reports over figures that are counted, and made one at a time. */
function counted() {
  const state = { measured: 0, running: 0, most: 0, isBroken: false };
  const reports = new VersionReports(async () => {
    state.measured += 1;
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    await new Promise((resolve) => setImmediate(resolve));
    state.running -= 1;
    if (state.isBroken) throw new Error('not now');
    return plain;
  });
  return { reports, state };
}

describe('service: version reports', () => {
  it('are what was told at the decision, intervals and all, without being made again', async () => {
    const { reports, state } = counted();
    reports.observe(decidedEvent(first));
    const report = await reports.of(version);
    expect(report).to.deep.include({ version: 1, round: 1, privacy: first.entry.privacy });
    expect(report?.heads[0]?.baselines[1]).to.deep.equal({
      name: 'B2',
      loss: 1.2,
      skill: 1 - 1.5 / 1.2,
      skillInterval: { level: 0.95, low: -0.4, high: -0.1 },
    });
    expect(state.measured).to.equal(0);
  });

  it('take nothing from a rejection, nor from weights that are not the version’s', async () => {
    const { reports, state } = counted();
    reports.observe(decidedEvent(second, { outcome: 'rejected' }));
    reports.observe(decidedEvent(first, { heldDigest: 'ff'.repeat(32) }));
    reports.observe(decidedEvent(first, { heldDigest: null, heldOut: null }));
    await reports.of(first.entry);
    await reports.of(second.entry);
    expect(state.measured).to.equal(2);
  });

  it('of older versions are made once, one at a time, with skills and no intervals', async () => {
    const { reports, state } = counted();
    const wanted = [first.entry, second.entry, first.entry, second.entry];
    const made = await Promise.all(wanted.map((entry) => reports.of(entry)));
    expect(made.map((report) => report?.version)).to.deep.equal([1, 2, 1, 2]);
    expect(state).to.include({ measured: 2, most: 1 });
    expect(made[0]?.heads[0]?.baselines.map(({ skill }) => skill)).to.deep.equal([0.25, 1 - 1.5 / 1.2, -0.5]);
    expect(made[0]?.heads[0]?.baselines.map(({ skillInterval }) => skillInterval)).to.deep.equal([
      null,
      null,
      null,
    ]);
  });

  it('that fail are tried again, and hold up no other', async () => {
    const { reports, state } = counted();
    state.isBroken = true;
    const failed = await Promise.allSettled([reports.of(first.entry), reports.of(second.entry)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    state.isBroken = false;
    expect((await reports.of(first.entry))?.version).to.equal(1);
  });
});
