import { expect } from 'chai';
import type { Fault, Schedule } from '../../world/fault.ts';
import { readSchedule } from '../../world/read-schedule.ts';
import { shrink } from '../shrink.ts';

const crash = (node: number): Fault => ({ kind: 'crash', node, atMs: 1_000, forMs: 6_400 });
const silent: Fault = { kind: 'byzantine', node: 2, behaviour: 'silent', victim: 0 };
const schedule: Schedule = {
  seed: 7,
  nodes: 13,
  rounds: 3,
  acceptance: 0.5,
  syncMs: 5,
  faults: [
    { kind: 'partition', atMs: 10, forMs: 100, groups: [[0, 1], [2]] },
    crash(1),
    { kind: 'burst', atMs: 0, forMs: 50 },
    crash(5),
    { kind: 'clock', node: 0, offsetMs: -3, drift: 0.001 },
    silent,
    { kind: 'loss', atMs: 5, forMs: 500, share: 0.5 },
    { kind: 'duplication', atMs: 5, forMs: 500, share: 0.5 },
  ],
};

describe('shrinking a schedule', () => {
  it('leaves the faults without which nothing fails, and makes the rest small', async () => {
    const needed = ({ faults }: Schedule) =>
      faults.some((fault) => fault.kind === 'crash' && fault.node === 5 && fault.forMs > 1_500) &&
      faults.some(({ kind }) => kind === 'byzantine');
    let runs = 0;
    const shrunk = await shrink(schedule, async (each) => {
      runs += 1;
      return needed(each);
    });
    expect(shrunk.faults).to.deep.equal([{ ...crash(5), forMs: 1_600 }, silent]);
    expect(shrunk).to.include({ seed: 7, nodes: 6, rounds: 1, acceptance: 1 });
    expect(runs).to.be.below(60);
  });

  it('gives back what it was given where nothing smaller fails, and stops at its limit of runs', async () => {
    const same = await shrink(schedule, async (each) => each === schedule);
    expect(same).to.equal(schedule);
    let runs = 0;
    await shrink(
      schedule,
      async () => {
        runs += 1;
        return false;
      },
      5,
    );
    expect(runs).to.equal(5);
  });
});

describe('a schedule as JSON', () => {
  it('is read back as it was written', () => {
    expect(readSchedule(JSON.stringify(schedule))).to.deep.equal(schedule);
  });

  it('is refused with what is unknown, out of range or too long', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['nodes', { ...schedule, nodes: 41 }],
      ['(whole)', { ...schedule, more: 1 }],
      ['faults.0.kind', { ...schedule, faults: [{ kind: 'flood', node: 1 }] }],
      ['faults.0.behaviour', { ...schedule, faults: [{ ...silent, behaviour: 'kind' }] }],
      ['faults.0.forMs', { ...schedule, faults: [{ ...crash(1), forMs: 86_400_001 }] }],
      ['faults', { ...schedule, faults: Array.from({ length: 257 }, () => silent) }],
    ];
    for (const [field, value] of wrong)
      expect(() => readSchedule(JSON.stringify(value)), field)
        .to.throw(field)
        .with.property('code', 'SCHEDULE_INVALID');
    expect(() => readSchedule('{'))
      .to.throw()
      .with.property('code', 'SCHEDULE_INVALID');
  });
});
