import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { killAnywhere } from '../../kill/anywhere.ts';
import { FINISH_MS, killLeaders, LEADER_STATES, ROUNDS_TO_VOTE } from '../../kill/leader.ts';

const TRIALS = 5;
const KILLS = 200;
const ROUNDS = 30;
const SEED = 1;

describe('members that are killed', function () {
  this.timeout(400_000);
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it(`go on without a leader that dies in any of ${LEADER_STATES.length} states, ${TRIALS} times each`, async () => {
    const { kills, violations } = await killLeaders({ folder, seed: SEED, trials: TRIALS });
    expect(violations).to.deep.equal([]);
    expect(kills).to.have.length(TRIALS * LEADER_STATES.length);
    for (const { finishedMs, roundsToVote } of kills) {
      expect(finishedMs).to.be.at.most(FINISH_MS);
      expect(roundsToVote).to.be.at.most(ROUNDS_TO_VOTE);
    }
  });

  it(`lose nothing when one of them dies at ${KILLS} points of ${ROUNDS} rounds`, async () => {
    const result = await killAnywhere({ folder, seed: SEED, kills: KILLS, rounds: ROUNDS });
    expect(result.violations).to.deep.equal([]);
    expect(result.rounds).to.be.at.least(ROUNDS);
    expect(result.opened).to.be.at.least(KILLS / 2);
    expect(result.updates).to.be.at.least(ROUNDS / 2);
  });
});
