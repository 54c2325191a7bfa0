import { expect } from 'chai';
import { Patience } from '../patience.ts';

/** A clock whose timers run when told to. */
function handClock() {
  const timers = new Set<() => void>();
  let time = 0;
  return {
    timers,
    pass: (ms: number) => {
      time += ms;
      for (const run of [...timers]) run();
    },
    now: () => time,
    setTimer: (_ms: number, run: () => void) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  };
}

/** Answers when told to, and fails when its signal fires. */
function question() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const ask = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => reject(new Error('given up')));
    if (signal.aborted) reject(new Error('given up'));
    return promise;
  };
  return { ask, answer: () => resolve('here') };
}

async function within<T>(
  patience: Patience,
  peer: string,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const asking = patience.begin(peer, signal);
  return ask(asking.signal).finally(asking.end);
}

const outcome = (answer: Promise<string>) => answer.catch((error: Error) => error.message);

describe('patience', () => {
  it('gives up on what a peer does not answer, all that was asked of it at once with one timer', async () => {
    const clock = handClock();
    const patience = new Patience(clock, 100);
    const { signal } = new AbortController();
    const [first, second, third] = [question(), question(), question()];
    const answers = [first, second].map(({ ask }) => within(patience, 'a', signal, ask));
    const other = within(patience, 'b', signal, third.ask);
    expect(clock.timers.size).to.equal(2);
    first.answer();
    third.answer();
    expect(await outcome(answers[0] ?? other)).to.equal('here');
    expect(await other).to.equal('here');
    expect(clock.timers.size).to.equal(1);
    clock.pass(100);
    expect(await outcome(answers[1] ?? other)).to.equal('given up');
    expect(clock.timers.size).to.equal(0);
  });

  it('gives what is asked later its own time', async () => {
    const clock = handClock();
    const patience = new Patience(clock, 100);
    const { signal } = new AbortController();
    const [early, late] = [question(), question()];
    const first = within(patience, 'a', signal, early.ask);
    clock.timers.clear();
    clock.pass(50);
    const second = within(patience, 'a', signal, late.ask);
    expect(clock.timers.size).to.equal(1);
    early.answer();
    late.answer();
    expect(await Promise.all([first, second])).to.deep.equal(['here', 'here']);
  });

  it('ends with the signal it was given, also one that has fired before', async () => {
    const clock = handClock();
    const patience = new Patience(clock, 100);
    const controller = new AbortController();
    const answer = within(patience, 'a', controller.signal, question().ask);
    controller.abort();
    expect(await outcome(answer)).to.equal('given up');
    expect(await outcome(within(patience, 'a', controller.signal, question().ask))).to.equal('given up');
    expect(clock.timers.size).to.equal(0);
  });
});
