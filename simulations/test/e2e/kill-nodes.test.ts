import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AFTER_TIMEOUT_MS, FINISH_MS, killLeaders, ROUNDS_TO_VOTE } from '../../kill/leader.ts';
import { LEADER_STATES } from '../../kill/leader-watch.ts';
import { NODES_PACE, openNodes } from '../../kill/nodes/arena.ts';
import { afterTimeoutP95 } from '../../kill/report.ts';

const SEED = 1;

describe('whole nodes that are killed', function () {
  this.timeout(240_000);
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it(`go on without a leader that dies in any of ${LEADER_STATES.length} states, and have what the chain has`, async () => {
    const open = openNodes({ folder, seed: SEED });
    const { kills, violations } = await killLeaders({ open, pace: NODES_PACE, seed: SEED, trials: 1 });
    expect(violations).to.deep.equal([]);
    expect(kills.map(({ state }) => state)).to.deep.equal(LEADER_STATES);
    for (const { finishedMs, roundsToVote } of kills) {
      expect(finishedMs).to.be.at.most(FINISH_MS);
      expect(roundsToVote).to.be.at.most(ROUNDS_TO_VOTE);
    }
    expect(afterTimeoutP95(kills)).to.be.at.most(AFTER_TIMEOUT_MS);
  });
});
