import { expect } from 'chai';
import { CLOCK_WATCH, ClockWatch } from '../clock-watch.ts';
import { Conditions } from '../conditions.ts';

/** A node whose clock is off by `skew` among peers with right ones. */
class World {
  time = 1_700_000_000_000;
  skew = 0;
  readonly conditions = new Conditions({ emit: () => undefined, now: () => this.time });
  readonly watch = new ClockWatch(CLOCK_WATCH, () => this.time + this.skew, this.conditions);

  get isSkewed(): boolean {
    return this.conditions.has('CLOCK_SKEWED');
  }

  /** A second passes: a block, and a message of each peer that was under way for a while. */
  second(peers: readonly string[], { delay = 200, off = 0 } = {}): void {
    this.time += 1_000;
    this.watch.sawBlock(Math.floor((this.time - 300) / 1_000));
    for (const peer of peers) this.watch.heardPeer(peer, this.time + off - delay);
  }
}

const PEERS = ['a', 'b', 'c', 'd'];

describe('a node’s clock', () => {
  for (const skew of [10_000, -10_000]) {
    it(`that is ${skew / 1000} s off is found, and found right again`, () => {
      const world = new World();
      for (let i = 0; i < 5; i++) world.second(PEERS);
      expect(world.isSkewed).to.equal(false);
      world.skew = skew;
      for (let i = 0; i < 6; i++) world.second(PEERS);
      expect(world.isSkewed).to.equal(true);
      expect(Math.abs((world.watch.skewMs ?? 0) - skew)).to.be.below(1_500);
      world.skew = 0;
      for (let i = 0; i < 6; i++) world.second(PEERS);
      expect(world.isSkewed).to.equal(false);
    });
  }

  it('is not doubted for messages that come late or again', () => {
    const world = new World();
    for (let i = 0; i < 3; i++) world.second(PEERS);
    const old = world.time - 30_000;
    for (let i = 0; i < 20; i++) {
      world.time += 1_000;
      for (const peer of PEERS) world.watch.heardPeer(peer, old + i);
    }
    expect(world.isSkewed).to.equal(false);
  });

  it('is not doubted for liars while the chain agrees with it, nor for a chain while the peers do', () => {
    const liars = new World();
    for (let i = 0; i < 8; i++) liars.second(PEERS, { off: 20_000 });
    expect(liars.isSkewed).to.equal(false);
    const late = new World();
    for (let i = 0; i < 8; i++) {
      late.time += 1_000;
      late.watch.sawBlock(late.time / 1_000 - 60);
      for (const peer of PEERS) late.watch.heardPeer(peer, late.time - 100);
    }
    expect(late.isSkewed).to.equal(false);
  });

  it('is doubted for most of the peers, not for one, where there is no chain', () => {
    const world = new World();
    for (let i = 0; i < 8; i++) {
      world.time += 1_000;
      for (const peer of PEERS) world.watch.heardPeer(peer, world.time - (peer === 'a' ? 20_000 : 100));
    }
    expect(world.isSkewed).to.equal(false);
    for (let i = 0; i < 8; i++) {
      world.time += 1_000;
      for (const peer of PEERS) world.watch.heardPeer(peer, world.time + 12_000);
    }
    expect(world.isSkewed).to.equal(true);
  });

  it('is compared with a bounded number of senders', () => {
    const world = new World();
    for (let i = 0; i < 10_000; i++) world.watch.heardPeer(`peer ${i}`, world.time + 60_000 + i);
    for (let i = 0; i < 8; i++) world.second([]);
    expect(world.isSkewed, 'strangers against the chain').to.equal(false);
  });
});
