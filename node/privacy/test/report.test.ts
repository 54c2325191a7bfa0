import { expect } from 'chai';
import { type AccountantName, calibrateNoise, privacyEventOf } from '../../../privacy/index.ts';
import type { PrivacyAccountJson } from '../../api/index.ts';
import { parametersOf } from '../../runtime/test/fixtures.ts';
import { advise, shortUp } from '../advice.ts';
import { privacyReport, withNoise } from '../report.ts';
import { accountAfter, nextOf, open } from './support.ts';

const NAMES: readonly AccountantName[] = ['gaussian', 'rdp'];
const reportOf = (account: PrivacyAccountJson, planned?: number) =>
  privacyReport(account, {
    accountants: NAMES,
    open,
    calibrate: (event, name) =>
      calibrateNoise({
        event,
        accountant: () => open(name),
        epsilon: account.budget ?? 0,
        delta: account.delta,
      }),
    ...(planned === undefined ? {} : { planned }),
  });

describe('privacy report', () => {
  it('counts every round under each accountant, none below the exact curve', async () => {
    const account = await accountAfter(5);
    const { spent, rounds, refused } = reportOf(account);
    expect(refused).to.deep.equal({});
    expect(spent.gaussian).to.be.closeTo(account.spent.epsilon ?? 0, 1e-9);
    expect(spent.rdp).to.be.within(account.spent.epsilon ?? 0, 1.2 * (account.spent.epsilon ?? 0));
    expect(rounds.map(({ round }) => round)).to.deep.equal([1, 2, 3, 4, 5]);
    for (const [i, { epsilon }] of rounds.entries()) {
      expect(epsilon.gaussian).to.be.closeTo(account.rounds[i]?.epsilon ?? 0, 1e-9);
      expect(epsilon.rdp).to.be.at.least(epsilon.gaussian ?? 0);
    }
    expect(rounds.at(-1)?.epsilon.rdp).to.equal(spent.rdp);
  });

  it('counts the releases before the first row too', async () => {
    const account = await accountAfter(5);
    const cut = { ...account, earlier: [{ event: 0, times: 3 }], rounds: account.rounds.slice(3) };
    const none = { ...account, earlier: [{ event: 0, times: 5 }], rounds: [] };
    const whole = reportOf(account).spent;
    for (const { spent } of [reportOf(cut), reportOf(none)]) {
      expect(spent.gaussian).to.be.closeTo(whole.gaussian ?? 0, 1e-9);
      expect(spent.rdp).to.be.closeTo(whole.rdp ?? 0, 1e-9);
    }
  });

  it('says which accountant cannot count what was released, and why', async () => {
    const parameters = parametersOf();
    const drawn = { ...parameters, training: { ...parameters.training, samplingRate: 0.1 } };
    const { spent, refused, rounds } = reportOf(await accountAfter(1, drawn));
    expect(spent.gaussian).to.equal(null);
    expect(refused.gaussian).to.be.a('string');
    expect(rounds[0]?.epsilon).to.include({ gaussian: null }).and.to.have.property('rdp').that.is.above(0);
  });

  it('finds the least noise with which more rounds stay within the budget', async () => {
    const account = await accountAfter(10);
    const { plan } = reportOf(account, 60);
    expect(plan).to.include({ rounds: 60, fits: false });
    const noise = plan?.noiseMultiplier ?? 0;
    const epsilonWith = (multiplier: number) => {
      const accountant = open('gaussian');
      accountant.compose(privacyEventOf(nextOf(parametersOf())), 10);
      accountant.compose(privacyEventOf(withNoise(nextOf(parametersOf()), multiplier)), 60);
      return accountant.epsilon(1e-5);
    };
    expect(epsilonWith(noise)).to.be.at.most(8);
    expect(epsilonWith(noise * 0.999)).to.be.above(8);
    const { epsilon } = plan ?? {};
    expect(epsilon).to.be.closeTo(epsilonWith(8), 1e-9);
    expect(reportOf(account, 2).plan).to.include({ fits: true });
    expect(reportOf({ ...account, budget: 0.5 }, 2).plan?.noiseMultiplier).to.equal(null);
  });

  it('changes the noise of whatever was wrapped around it, and its grid never below what it was', () => {
    const event = { kind: 'discrete-gaussian', noiseMultiplier: 2, gridDeviation: 2048 } as const;
    const release = {
      unit: 'record',
      relation: 'add-remove',
      event: { kind: 'poisson-sampled', rate: 0.5, event },
      releases: 3,
    } as const;
    expect(withNoise(release, 4)).to.deep.equal({
      ...release,
      event: { ...release.event, event: { ...event, noiseMultiplier: 4, gridDeviation: 4096 } },
    });
    expect(withNoise(release, 1)).to.have.nested.property('event.event.gridDeviation', 2048);
    expect(withNoise({ unit: 'none', releases: 1 }, 4)).to.deep.equal({ unit: 'none', releases: 1 });
  });
});

describe('privacy advice', () => {
  const shares = async (share: number) => {
    const account = await accountAfter(1);
    return advise({ ...account, spent: { ...account.spent, epsilon: 8 * share } }, undefined);
  };

  it('is urgent beyond 70 % of the budget', async () => {
    expect((await shares(0.7)).filter(({ priority }) => priority === 'high')).to.deep.equal([]);
    expect((await shares(0.71)).map(({ priority }) => priority)).to.include('high');
  });

  it('never tells anyone to raise ε or the budget', async () => {
    const account = await accountAfter(1);
    const plans = [undefined, { rounds: 9, epsilon: 20, fits: false, noiseMultiplier: null }];
    const states = ['open', 'spent', 'no-guarantee'] as const;
    const texts = states.flatMap((state) =>
      plans.flatMap((plan) =>
        [0, 7.9, null].flatMap((epsilon) =>
          advise({ ...account, state, spent: { ...account.spent, epsilon } }, plan).map(({ text }) => text),
        ),
      ),
    );
    expect(texts.length).to.be.above(15);
    for (const text of texts)
      expect(text).not.to.match(/(?:raise|increase|larger|higher|more)\s+(?:the\s+)?(?:ε|epsilon|budget)/i);
  });

  it('rounds noise up, since less would not do', () => {
    expect(
      ['8.8871', '8.887', '39.44', '0.12341', '12345'].map((text) => shortUp(Number(text))),
    ).to.deep.equal(['8.888', '8.887', '39.44', '0.1235', '12350']);
  });
});
