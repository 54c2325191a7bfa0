import { expect } from 'chai';
import { epsilonOf } from '../../../privacy/index.ts';
import { privacyAccount as schema } from '../../api/schemas/index.ts';
import { parametersOf } from '../../runtime/test/fixtures.ts';
import { accountAfter, nextOf } from './support.ts';

const parameters = parametersOf();
const next = nextOf(parameters);
const exact = (rounds: number) => epsilonOf(Array(rounds).fill(next), 1e-5);

describe('privacy account', () => {
  it('says what is spent and left, each round’s cost and how it would go on', async () => {
    const account = schema.parse(await accountAfter(3));
    expect(account).to.deep.include({
      unit: 'record',
      relation: 'add-remove',
      accountant: 'gaussian',
      budget: 8,
      state: 'open',
      spent: { epsilon: exact(3), releases: 3, sums: 12 },
      remaining: 8 - exact(3),
      earlier: [],
      events: [{ words: '4 sums with Gaussian noise, σ = 8 C', event: next }],
    });
    expect(account.rounds).to.deep.equal(
      [1, 2, 3].map((round) => ({ round, event: 0, epsilon: exact(round) })),
    );
    const left = account.roundsLeft ?? 0;
    expect(exact(3 + left)).to.be.at.most(8);
    expect(exact(4 + left)).to.be.above(8);
    expect(account.next.projection.at(-1)).to.deep.equal({ rounds: left, epsilon: exact(3 + left) });
    expect(account.next.projection[0]).to.deep.equal({ rounds: 1, epsilon: exact(4) });
  });

  it('is spent when another round would pass the budget, not before', async () => {
    const { roundsLeft } = await accountAfter(0);
    expect((await accountAfter((roundsLeft ?? 0) - 1)).state).to.equal('open');
    const account = await accountAfter(roundsLeft ?? 0);
    expect(account).to.include({ state: 'spent', roundsLeft: 0 });
    expect(account.next.projection).to.deep.equal([]);
    expect(account.remaining).to.be.within(0, 8);
  });

  it('has no number where there is no guarantee', async () => {
    const account = schema.parse(await accountAfter(2, parametersOf({ unit: 'none', noiseMultiplier: 0 })));
    expect(account).to.deep.include({
      state: 'no-guarantee',
      accountant: null,
      budget: null,
      remaining: null,
      roundsLeft: null,
      spent: { epsilon: null, releases: 2, sums: 2 },
    });
    expect(account.rounds.map(({ epsilon }) => epsilon)).to.deep.equal([null, null]);
  });

  it('tells the last 500 releases one by one and the earlier ones by kind, and no key but the round', async () => {
    const cheap = parametersOf({ noiseMultiplier: 80 });
    const account = await accountAfter(502, cheap, (n) =>
      n === 502 ? 'my-secret-trial/round/9' : `round/${n}`,
    );
    expect(account.rounds).to.have.length(500);
    expect(account.earlier).to.deep.equal([{ event: 0, times: 2 }]);
    expect(account.rounds[0]).to.include({ round: 3 });
    expect(account.rounds.at(-1)).to.include({ round: null, epsilon: account.spent.epsilon });
    expect(JSON.stringify(account)).not.to.include('secret');
  });

  it('is counted by RDP where records are drawn in secret', async () => {
    const drawn = { ...parameters, training: { ...parameters.training, samplingRate: 0.1 } };
    const account = schema.parse(await accountAfter(2, drawn));
    expect(account.accountant).to.equal('rdp');
    expect(account.spent.epsilon).to.be.within(0.01, exact(2));
    expect(account.events[0]?.words).to.equal(
      '4 sums of a secret Poisson sample (q = 0.1) with Gaussian noise, σ = 8 C',
    );
  });
});
