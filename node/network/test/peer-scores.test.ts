import { expect } from 'chai';
import fc from 'fast-check';
import {
  BAN_MS,
  BAN_SCORE,
  DISCONNECT_SCORE,
  MAX_CODES_PER_PEER,
  MAX_SCORED_PEERS,
  MIN_SCORE,
  SCORE_HALF_LIFE_MS,
} from '../limits.ts';
import { PeerScores } from '../peer-scores.ts';
import { RateLimiter } from '../rate-limiter.ts';

describe('peer scores', () => {
  let now = 0;
  let scores = new PeerScores(() => now);

  beforeEach(() => {
    now = 0;
    scores = new PeerScores(() => now);
  });

  it('start at nothing, fall by penalties and halve every ten minutes', () => {
    expect(scores.score('p')).to.equal(0);
    expect(scores.refuse('p', 'BAD', 16)).to.equal(-16);
    now += SCORE_HALF_LIFE_MS;
    expect(scores.score('p')).to.be.closeTo(-8, 1e-9);
    now += 2 * SCORE_HALF_LIFE_MS;
    expect(scores.score('p')).to.be.closeTo(-2, 1e-9);
    expect(scores.refuse('p', 'BAD', 3)).to.be.closeTo(-5, 1e-9);
    expect(scores.score('other')).to.equal(0);
  });

  it('leave the standing alone when a message is merely ignored', () => {
    for (let i = 0; i < 1000; i++) scores.refuse('p', 'STALE', 0);
    expect(scores.score('p')).to.be.closeTo(0, 0);
    expect(scores.standing('p')).to.equal('good');
    expect(scores.refusals('p')).to.deep.equal({ STALE: 1000 });
  });

  it('disconnect, then ban for half an hour, then give another chance', () => {
    scores.refuse('p', 'BAD', -DISCONNECT_SCORE - 0.001);
    expect(scores.standing('p')).to.equal('good');
    scores.refuse('p', 'BAD', 0.001);
    expect(scores.standing('p')).to.equal('disconnect');
    scores.refuse('p', 'BAD', 1000);
    expect(scores.score('p')).to.equal(MIN_SCORE);
    expect(scores.standing('p')).to.equal('ban');
    now += BAN_MS - 1;
    expect(scores.standing('p')).to.equal('ban');
    now += 1;
    expect(scores.standing('p')).to.equal('good');
    expect(scores.score('p')).to.be.lessThan(0);
  });

  it('neither rise above zero nor fall below the floor, and ban exactly below the line', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 2 * SCORE_HALF_LIFE_MS }),
      penalty: fc.double({ min: 0, max: 60, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let clock = 0;
        const subject = new PeerScores(() => clock);
        for (const { wait, penalty } of steps) {
          clock += wait;
          const before = subject.score('p');
          const after = subject.refuse('p', 'BAD', penalty);
          expect(after).to.be.within(MIN_SCORE, 0);
          expect(after).to.be.closeTo(Math.max(MIN_SCORE, before - penalty), 1e-9);
          if (penalty > 0 && after <= BAN_SCORE) expect(subject.isBanned('p')).to.equal(true);
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('remember a bounded number of peers and codes, and bans longest', () => {
    scores.refuse('banned', 'BAD', 100);
    for (let i = 0; i < MAX_CODES_PER_PEER + 10; i++) scores.refuse('p', `CODE_${i}`, 0);
    expect(Object.keys(scores.refusals('p'))).to.have.length(MAX_CODES_PER_PEER + 1);
    expect(scores.refusals('p')['OTHER' as string]).to.equal(10);
    for (let i = 0; i < MAX_SCORED_PEERS; i++) scores.refuse(`peer ${i}`, 'BAD', 1);
    expect(scores.isBanned('banned')).to.equal(true);
    expect(scores.refusals('p')).to.deep.equal({});
    expect(scores.score('peer 0')).to.equal(0);
    expect(scores.score(`peer ${MAX_SCORED_PEERS - 1}`)).to.equal(-1);
  });
});

describe('the rate of new messages', () => {
  it('allows a burst, then a steady rate, for each peer', () => {
    let now = 0;
    const rate = new RateLimiter({ perSecond: 10, burst: 5 }, () => now);
    const taken = (peer: string, tries: number) => {
      let count = 0;
      for (let i = 0; i < tries; i++) if (rate.take(peer)) count += 1;
      return count;
    };
    expect(taken('a', 20)).to.equal(5);
    expect(taken('b', 20)).to.equal(5);
    now += 300;
    expect(taken('a', 20)).to.equal(3);
    rate.prune();
    expect(taken('a', 20)).to.equal(0);
    now += 60_000;
    rate.prune();
    expect(taken('a', 20)).to.equal(5);
  });
});
