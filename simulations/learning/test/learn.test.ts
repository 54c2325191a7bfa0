import { expect } from 'chai';
import { devnetParameters } from '../../../node/devnet/options.ts';
import { createAttack, signFlip } from '../../attacks/index.ts';
import { learn } from '../learn.ts';
import { type LearningMarket, prepareLearningMarket } from '../market.ts';

const PARAMETERS = devnetParameters({
  rounds: 2,
  byzantine: 1,
  rule: 'multi-krum',
  privacy: 'record',
  gate: true,
  normCheck: true,
});

async function codeOf(run: Promise<unknown>): Promise<unknown> {
  const error = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('learning in virtual time', function () {
  this.timeout(120_000);
  let market: LearningMarket;
  before(async () => {
    market = await prepareLearningMarket({ seed: 7, nodes: 7, rounds: 2 });
  });

  it('gives the same bits for the same seed, on a market loaded anew, and others for another', async () => {
    const run = { seed: 1, parameters: PARAMETERS, attack: signFlip() };
    const once = await learn(market, run);
    const anew = await prepareLearningMarket(market.options);
    expect((await learn(anew, run)).digest).to.equal(once.digest);
    const other = await learn(market, { ...run, seed: 2 });
    expect(other.digest).not.to.equal(once.digest);
    expect(other.models[0]).not.to.equal(once.models[0]);
  });

  it('charges every round to the ledgers, and goes on from the last certified version alone', async () => {
    const { rounds, genesis, final, models, report } = await learn(market, {
      seed: 3,
      parameters: PARAMETERS,
    });
    expect(report.errors).to.deep.equal([]);
    expect(rounds.map(({ round }) => round)).to.deep.equal([1, 2]);
    const [first, second] = rounds;
    expect(first?.epsilon ?? 0).to.be.greaterThan(0);
    expect(second?.epsilon ?? 0).to.be.greaterThan(first?.epsilon ?? Number.POSITIVE_INFINITY);
    expect(final.loss).to.equal(second?.loss);
    expect(final.loss).to.be.lessThan(genesis.loss);
    expect(new Set(models).size).to.equal(1);
    expect(models[0]).to.be.a('string');
  });

  it('learns on secret samples of blocks, for less ε than on all of them, where the network says so', async () => {
    const record = { kind: 'block', days: 7 } as const;
    const blocks = await prepareLearningMarket({ seed: 7, nodes: 4, rounds: 1, record });
    const rule = { name: 'fedavg', f: 0 };
    const privacy = { ...PARAMETERS.privacy, record };
    const training = { ...PARAMETERS.training, nominalRecords: 37 };
    const all = { ...PARAMETERS, rule, privacy, training };
    const sampled = { ...all, training: { ...training, samplingRate: 0.3 } };
    const [whole, part] = [
      await learn(blocks, { seed: 3, parameters: all }),
      await learn(blocks, { seed: 3, parameters: sampled }),
    ];
    expect(part.report.errors).to.deep.equal([]);
    expect(part.rounds[0]?.epsilon ?? 0).to.be.within(1e-3, 0.6 * (whole.rounds[0]?.epsilon ?? 0));
    expect(part.digest).not.to.equal(whole.digest);
    expect(await codeOf(learn(market, { seed: 3, parameters: all }))).to.equal('MARKET_RECORD');
    expect(await codeOf(learn(blocks, { seed: 3, parameters: PARAMETERS }))).to.equal('MARKET_RECORD');
  });

  it('carries control variates from round to round, in the state that is voted on and in each node', async () => {
    const runs = await Promise.all(
      ['fedavg', 'trimmed-mean+scaffold'].map((name) =>
        // With this seed the gate accepts both rounds of both.
        learn(market, {
          seed: 5,
          parameters: { ...PARAMETERS, rule: { name, f: name === 'fedavg' ? 0 : 1 } },
        }),
      ),
    );
    const [plain, scaffold] = runs;
    expect(runs.flatMap(({ rounds }) => rounds.map(({ outcome }) => outcome))).to.deep.equal(
      new Array(4).fill('accepted'),
    );
    expect(scaffold?.report.errors).to.deep.equal([]);
    expect(new Set(scaffold?.models).size).to.equal(1);
    expect(scaffold?.models[0]).not.to.equal(plain?.models[0]);
    for (const [i, { loss = Number.NaN }] of (scaffold?.rounds ?? []).entries()) {
      expect(loss).to.be.closeTo(plain?.rounds[i]?.loss ?? 0, 0.05);
    }
    expect(scaffold?.final.loss).to.be.lessThan(scaffold?.genesis.loss ?? 0);
  });

  it('keeps a node that has spent its budget out of the round', async () => {
    const { privacy } = PARAMETERS;
    // One round costs ε 0.93, two 1.36.
    const parameters = { ...PARAMETERS, privacy: { ...privacy, epsilonBudget: 1.2 } };
    const { rounds } = await learn(market, { seed: 4, parameters });
    expect(rounds.map(({ outcome, accepted }) => [outcome, accepted.length])).to.deep.equal([
      ['accepted', 7],
      ['aborted', 0],
    ]);
  });

  it('refuses an attack that would have to see the others, and a rule that n does not allow', async () => {
    const parameters = PARAMETERS;
    const ipm = createAttack('ipm');
    expect(await codeOf(learn(market, { seed: 1, parameters, attack: ipm }))).to.equal('ATTACK_NEEDS');
    const krum = { ...parameters, rule: { name: 'multi-krum', f: 3 } };
    expect(await codeOf(learn(market, { seed: 1, parameters: krum }))).to.equal('RULE_CONDITION');
  });
});
