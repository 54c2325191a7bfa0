import { expect } from 'chai';
import fc from 'fast-check';
import { Scheduler } from '../scheduler.ts';

const START = 1_000;

describe('scheduler', () => {
  it('runs what is due earliest first, ties in the order of scheduling', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 40 }), async (delays) => {
        const scheduler = new Scheduler(START);
        const ran: { delay: number; i: number; at: number }[] = [];
        delays.forEach((delay, i) => {
          scheduler.after(delay, () => ran.push({ delay, i, at: scheduler.now() }));
        });
        await scheduler.run(() => false, START + 100);
        const wanted = delays.map((delay, i) => ({ delay, i, at: START + delay }));
        expect(ran).to.deep.equal(wanted.sort((a, b) => a.delay - b.delay || a.i - b.i));
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('does not run what was cancelled, also by what runs at the same time', async () => {
    const scheduler = new Scheduler(START);
    const ran: string[] = [];
    const cancel = scheduler.after(5, () => ran.push('never'));
    cancel();
    const cancelLate = scheduler.after(6, () => ran.push('nor this'));
    scheduler.after(5.5, () => cancelLate());
    scheduler.after(6, () => ran.push('this'));
    await scheduler.run(() => false, START + 10);
    expect(ran).to.deep.equal(['this']);
  });

  it('lets promises run to their end before the next event', async () => {
    const scheduler = new Scheduler(START);
    const ran: string[] = [];
    scheduler.after(1, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        ran.push('first');
        scheduler.after(0, () => ran.push('second'));
      })();
    });
    scheduler.after(2, () => ran.push('third'));
    await scheduler.run(() => false, START + 10);
    expect(ran).to.deep.equal(['first', 'second', 'third']);
  });

  it('stops when done, at the deadline, and when nothing is left', async () => {
    const scheduler = new Scheduler(START);
    let count = 0;
    const tick = () => {
      count += 1;
      scheduler.after(10, tick);
    };
    scheduler.after(10, tick);
    expect(await scheduler.run(() => count === 3, START + 1_000)).to.equal(true);
    expect([count, scheduler.now()]).to.deep.equal([3, START + 30]);
    expect(await scheduler.run(() => false, START + 95)).to.equal(false);
    expect([count, scheduler.now()]).to.deep.equal([9, START + 90]);
    expect(await new Scheduler(START).run(() => false, START + 1)).to.equal(false);
  });
});
