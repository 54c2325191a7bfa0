import { expect } from 'chai';
import { HUB_PACE, LEADER_BLOCK_MS, openHub } from '../../kill/hub.ts';
import { AFTER_TIMEOUT_MS, FINISH_MS, killLeaders, ROUNDS_TO_VOTE } from '../../kill/leader.ts';
import { LEADER_STATES } from '../../kill/leader-watch.ts';
import { groupsOf, HUB_PARTITION_PACE, partMembers } from '../../kill/partition.ts';
import { afterTimeoutP95 } from '../../kill/report.ts';
import { useMemberCode } from './member-code.ts';

const TRIALS = 3;
const SEED = 1;

describe('members that lose their leader, or each other', function () {
  this.timeout(400_000);
  const pace = HUB_PACE;
  const member = useMemberCode();

  it(`go on without a leader that dies in any of ${LEADER_STATES.length} states, ${TRIALS} times each`, async () => {
    const open = openHub({ ...member(), seed: SEED, blockMs: LEADER_BLOCK_MS });
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
    const open = openHub({ ...member(), seed: SEED, blockMs: LEADER_BLOCK_MS, members: 7 });
    const partitions = [groupsOf(7, 2), groupsOf(7, 3, 2)];
    const { healed, violations } = await partMembers({ open, partitions, pace: HUB_PARTITION_PACE });
    expect(violations).to.deep.equal([]);
    expect(healed.map(({ groups }) => groups)).to.deep.equal(partitions);
    expect(healed[0]?.rounds).to.be.at.least(2);
    expect(healed[1]?.rounds).to.equal(0);
  });

  it('are found out where a disk forgets votes that it said were written', async () => {
    const open = openHub({ ...member(), seed: SEED, blockMs: LEADER_BLOCK_MS, mutant: 'forgetful-votes' });
    const states = ['aggregated', 'evaluated', 'attested'] as const;
    const { violations } = await killLeaders({ open, pace, seed: SEED, trials: 6, states, untilFound: true });
    expect(violations.join('\n')).to.match(/two messages for one place/);
  });
});
