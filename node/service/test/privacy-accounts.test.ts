import { expect } from 'chai';
import type { PrivacyLedger } from '../../../privacy/index.ts';
import { createMetrics } from '../../metrics/index.ts';
import { ledgerAfter, nextOf } from '../../privacy/test/support.ts';
import { parametersOf } from '../../runtime/test/fixtures.ts';
import { withView } from '../node-service.ts';
import { PrivacyAccounts } from '../privacy-accounts.ts';
import { fakeNode } from './support.ts';

const parameters = parametersOf();
const release = (ledger: PrivacyLedger, round: number) =>
  ledger.commit({ key: `round/${round}`, event: nextOf(parameters), bytes: Uint8Array.of(1) });

const away = async () => Promise.reject(new Error('nobody asks without a chain'));
const NO_CHAIN = { version: away, parameters: away, breaker: away, overrides: away };

describe('service: privacy accounts', () => {
  it('are made once for an entry, and know what later entries cost without asking for all again', async () => {
    const ledger = await ledgerAfter(2);
    let asked = 0;
    const counted = new Proxy(ledger, {
      get: (target, name) => {
        if (name === 'history') asked += 1;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const accounts = new PrivacyAccounts(parameters);
    const first = accounts.of(counted);
    expect(accounts.of(counted)).to.equal(first);
    await release(ledger, 3);
    const second = accounts.of(counted);
    expect(second).to.deep.equal(new PrivacyAccounts(parameters).of(ledger));
    expect(second.rounds).to.have.length(3);
    expect(asked).to.equal(1);
    await release(ledger, 4);
    await release(ledger, 5);
    expect(accounts.of(counted)).to.deep.equal(new PrivacyAccounts(parameters).of(ledger));
    expect(asked).to.equal(2);
  });

  it('are metrics too; rounds left are no number before the ledger is read, and infinite without a guarantee', async () => {
    const node = fakeNode();
    const gauges = createMetrics({ now: () => 0, withProcess: false });
    const textOf = async (of = parameters) =>
      withView(gauges, node.view, new PrivacyAccounts(of), NO_CHAIN).text();
    expect(await textOf())
      .to.match(/^ballast_privacy_rounds_left NaN$/im)
      .and.to.match(/^ballast_ready 0$/m)
      .and.to.match(/^ballast_roster_nodes 3$/m);
    node.readiness = { status: 'ready', reason: '' };
    expect(await textOf()).to.match(/^ballast_ready 1$/m);
    const ledger = await ledgerAfter(2);
    node.ledger = ledger;
    const text = await textOf();
    expect(text).to.include(`ballast_privacy_epsilon ${ledger.spent().epsilon}\n`);
    expect(text)
      .to.include('ballast_privacy_releases 2\n')
      .and.to.include('ballast_privacy_epsilon_budget 8\n');
    expect(text).to.match(/^ballast_privacy_rounds_left 42$/m);
    const open = parametersOf({ unit: 'none', noiseMultiplier: 0 });
    node.ledger = await ledgerAfter(1, open);
    expect(await textOf(open)).to.include('ballast_privacy_rounds_left +Inf\n');
  });
});
