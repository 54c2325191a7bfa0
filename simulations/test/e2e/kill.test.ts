import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { killAnywhere } from '../../kill/anywhere.ts';
import { ANYWHERE_BLOCK_MS, HUB_PACE, LEADER_BLOCK_MS, openHub } from '../../kill/hub.ts';
import { AFTER_TIMEOUT_MS, FINISH_MS, killLeaders, ROUNDS_TO_VOTE } from '../../kill/leader.ts';
import { LEADER_STATES } from '../../kill/leader-watch.ts';
import { groupsOf, HUB_PARTITION_PACE, partMembers } from '../../kill/partition.ts';
import { afterTimeoutP95 } from '../../kill/report.ts';
import { type Bundle, bundleMember } from './bundle-member.ts';

const TRIALS = 3;
const KILLS = 200;
/** Of them, those that fall into a training. */
const TRAINING_KILLS = 30;
const ROUNDS = 30;
const SEED = 1;
/** A mutant is found within so many deaths. */
const MUTANT_KILLS = 12;

describe('members that are killed', function () {
  this.timeout(400_000);
  const pace = HUB_PACE;
  let folder = '';
  let code: string;
  let bundle: Bundle;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
    bundle = await bundleMember(folder);
    code = bundle.path;
  });

  afterEach(async () => {
    await bundle.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it(`go on without a leader that dies in any of ${LEADER_STATES.length} states, ${TRIALS} times each`, async () => {
    const open = openHub({ folder, code, seed: SEED, blockMs: LEADER_BLOCK_MS });
    const { kills, violations } = await killLeaders({ open, pace, seed: SEED, trials: TRIALS });
    expect(violations).to.deep.equal([]);
    expect(kills).to.have.length(TRIALS * LEADER_STATES.length);
    for (const { finishedMs, roundsToVote } of kills) {
      expect(finishedMs).to.be.at.most(FINISH_MS);
      expect(roundsToVote).to.be.at.most(ROUNDS_TO_VOTE);
    }
    expect(afterTimeoutP95(kills)).to.be.at.most(AFTER_TIMEOUT_MS);
  });

  it('agree when the network is parted: five of seven go on, four of seven wait, and none is left behind', async () => {
    const open = openHub({ folder, code, seed: SEED, blockMs: LEADER_BLOCK_MS, members: 7 });
    const partitions = [groupsOf(7, 2), groupsOf(7, 3, 2)];
    const { healed, violations } = await partMembers({ open, partitions, pace: HUB_PARTITION_PACE });
    expect(violations).to.deep.equal([]);
    expect(healed.map(({ groups }) => groups)).to.deep.equal(partitions);
    expect(healed[0]?.rounds).to.be.at.least(2);
    expect(healed[1]?.rounds).to.equal(0);
  });

  it(`lose nothing when one of them dies at ${KILLS} points of ${ROUNDS} rounds, ${TRAINING_KILLS} of them in a training`, async () => {
    const open = openHub({ folder, code, seed: SEED, blockMs: ANYWHERE_BLOCK_MS });
    const result = await killAnywhere({
      open,
      pace,
      seed: SEED,
      kills: KILLS,
      trainingKills: TRAINING_KILLS,
      rounds: ROUNDS,
    });
    expect(result.violations).to.deep.equal([]);
    expect(result.rounds).to.be.at.least(ROUNDS);
    const inTraining = [...result.training.values()].reduce((sum, count) => sum + count, 0);
    expect(inTraining).to.be.at.least(TRAINING_KILLS - 2);
    expect(result.opened).to.be.at.least(KILLS / 2);
    expect(result.updates).to.be.at.least(ROUNDS / 2);
  });

  it('are found out where a disk forgets votes that it said were written', async () => {
    const open = openHub({ folder, code, seed: SEED, blockMs: LEADER_BLOCK_MS, mutant: 'forgetful-votes' });
    const states = ['aggregated', 'evaluated', 'attested'] as const;
    const { violations } = await killLeaders({ open, pace, seed: SEED, trials: 2, states });
    expect(violations.join('\n')).to.match(/two messages for one place/);
  });

  it('are found out where an update leaves before its debit is on disk', async () => {
    const open = openHub({ folder, code, seed: SEED, blockMs: LEADER_BLOCK_MS, mutant: 'late-ledger' });
    const trainingKills = MUTANT_KILLS;
    const { violations } = await killAnywhere({ open, pace, seed: SEED, kills: 0, trainingKills, rounds: 1 });
    expect(violations.join('\n')).to.match(/its ledger does not hold the update/);
    expect(violations.join('\n')).to.match(/its ledger shows ε \S+, and what was heard of it cost/);
  });
});
