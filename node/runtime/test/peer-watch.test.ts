import { expect } from 'chai';
import { Conditions } from '../conditions.ts';
import type { NodeEvent } from '../events.ts';
import { PeerWatch } from '../peer-watch.ts';
import { telling } from '../telling.ts';

describe('watching peers', () => {
  it('tells of too few when it lasts, and of enough at once', () => {
    let [now, connected] = [0, 0];
    const told: boolean[] = [];
    const conditions = new Conditions({ emit: ({ active }) => told.push(active), now: () => now });
    const watch = new PeerWatch(
      { wanted: () => 4, pollMs: 2_000, graceMs: 6_000 },
      { connected: () => connected, conditions, monotonic: () => now },
    );
    const at = (ms: number, count: number) => {
      [now, connected] = [ms, count];
      watch.look();
      return conditions.has('PEERS_TOO_FEW');
    };
    expect([at(2_000, 0), at(4_000, 3), at(5_000, 4), at(10_000, 3)]).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
    expect([at(11_000, 3), at(12_000, 4), at(13_000, 0)]).to.deep.equal([true, false, false]);
    expect(told).to.deep.equal([true, false]);
  });
});

describe('telling events', () => {
  it('goes on where a listener throws, and tells the others of it', () => {
    const heard: NodeEvent[] = [];
    const broken = () => {
      throw new Error('a broken listener');
    };
    telling(broken, undefined, (event) => heard.push(event), broken)({ event: 'finished', round: 1 });
    expect(heard.map(({ event }) => event)).to.deep.equal(['error', 'finished', 'error']);
  });
});
