import { expect } from 'chai';
import { killAnywhere } from '../../kill/anywhere.ts';
import { ANYWHERE_BLOCK_MS, HUB_PACE, LEADER_BLOCK_MS, openHub } from '../../kill/hub.ts';
import { useMemberCode } from './member-code.ts';

/** `npm run soak:kill` makes 2,000 in 300 rounds. */
const KILLS = 60;
/** Of them, those that fall into a training. */
const TRAINING_KILLS = 15;
const ROUNDS = 10;
const SEED = 1;
/** A mutant is found within so many deaths. */
const MUTANT_KILLS = 12;

describe('members that are killed', function () {
  this.timeout(400_000);
  const pace = HUB_PACE;
  const member = useMemberCode();

  it(`lose nothing when one of them dies at ${KILLS} points of ${ROUNDS} rounds, ${TRAINING_KILLS} of them in a training`, async () => {
    const open = openHub({ ...member(), seed: SEED, blockMs: ANYWHERE_BLOCK_MS });
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

  it('are found out where an update leaves before its debit is on disk', async () => {
    const open = openHub({ ...member(), seed: SEED, blockMs: LEADER_BLOCK_MS, mutant: 'late-ledger' });
    const trainingKills = MUTANT_KILLS;
    const { violations } = await killAnywhere({ open, pace, seed: SEED, kills: 0, trainingKills, rounds: 1 });
    expect(violations.join('\n')).to.match(/its ledger does not hold the update/);
    expect(violations.join('\n')).to.match(/its ledger shows ε \S+, and what was heard of it cost/);
  });
});
