import { expect } from 'chai';
import fc from 'fast-check';
import { type Accountant, unsupported } from '../accountants/accountant.ts';
import { createAccountant } from '../accountants/create.ts';
import { epsilonOf, noiseMultiplierFor } from '../accountants/gaussian.ts';
import {
  type MechanismRelease,
  privacyEventOf,
  type ReleaseEvent,
  releaseEvent,
  sensitivityOf,
} from '../events.ts';
import { PrivacyLedger } from '../ledger.ts';
import type { AccountantFactory } from '../ledger-cost.ts';
import { debitKey, decodeDebit, encodeDebit, encodeHead, LEDGER_KEYS } from '../ledger-records.ts';
import { type PrivacyPolicy, termsOf } from '../policy.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { exactRational } from '../rational.ts';
import { FORMAT_1 } from './ledger-format-1.ts';
import { MemoryStore, refusal } from './support.ts';

const policy: PrivacyPolicy = { unit: 'record', relation: 'replace', epsilonBudget: 8, delta: 1e-5 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const gaussian = (noiseMultiplier: number, releases = 1) =>
  releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier, releases });
const laplace = (noiseMultiplier: number, releases = 1): MechanismRelease => ({
  unit: 'record',
  relation: 'replace',
  event: { kind: 'laplace', noiseMultiplier },
  releases,
});

/** Adds ε up, a Gaussian's too: above what it costs here, so that it never shows less than the exact curve. */
const adding =
  (asked: PrivacyEvent[] = []): AccountantFactory =>
  (relation) => {
    let epsilon = 0;
    const accountant: Accountant = {
      name: 'pld',
      relation,
      refuses: ({ kind }) => (kind === 'laplace' || kind === 'discrete-gaussian' ? undefined : 'not here'),
      compose: (event, times = 1) => {
        const reason = accountant.refuses(event);
        if (reason !== undefined) throw unsupported(accountant, event, reason);
        asked.push(event);
        const price = event.kind === 'laplace' ? sensitivityOf(relation) : 10;
        if ('noiseMultiplier' in event) epsilon += (times * price) / event.noiseMultiplier;
      },
      epsilon: () => epsilon,
      delta: () => 0,
    };
    return accountant;
  };

const commit = (ledger: PrivacyLedger, key: string, event: ReleaseEvent) =>
  ledger.commit({ key, event, bytes: bytesOf(key) });

async function written(events: readonly ReleaseEvent[], accountant = adding()) {
  const store = new MemoryStore();
  const ledger = await PrivacyLedger.open(store, policy, { accountant });
  for (const [i, event] of events.entries()) await commit(ledger, `round/${i + 1}`, event);
  return { store, ledger };
}

describe('privacy ledger, across releases of this library', () => {
  const stored = () => {
    const store = new MemoryStore();
    for (const [key, hex] of Object.entries(FORMAT_1))
      store.entriesByKey.set(key, Uint8Array.from(Buffer.from(hex, 'hex')));
    return store;
  };
  const releases = [gaussian(12.5, 3), gaussian(20)];

  it('opens what format 1 wrote, shows no less, and goes on after it', async () => {
    const store = stored();
    const ledger = await PrivacyLedger.open(store, policy, { accountant: adding() });
    expect(ledger.spent()).to.deep.equal({ epsilon: 1.109458546518268, delta: 1e-5, releases: 4 });
    expect(ledger.position().checksum.slice(0, 16)).to.equal('6628908611d7864e');
    expect(await ledger.released('round/2')).to.deep.equal(bytesOf('update 2'));
    await commit(ledger, 'round/3', laplace(10));
    const again = await PrivacyLedger.open(store, policy, { accountant: adding() });
    expect(again.spent()).to.deep.equal(ledger.spent());
    expect(again.history().map(({ key }) => key)).to.deep.equal(['round/1', 'round/2', 'round/3']);
  });

  it('writes Gaussian sums to the same bytes as format 1', async () => {
    const store = new MemoryStore();
    const ledger = await PrivacyLedger.open(store, policy);
    for (const [i, event] of releases.entries())
      await ledger.commit({ key: `round/${i + 1}`, event, bytes: bytesOf(`update ${i + 1}`) });
    expect(store.entriesByKey).to.deep.equal(stored().entriesByKey);
  });

  it('shows no less than an earlier release charged, though it would now charge less', async () => {
    const store = stored();
    const where = debitKey(1);
    const { debit } = decodeDebit(store.entriesByKey.get(where) ?? new Uint8Array(), where);
    const dearer = { ...debit, loss: 4n * debit.loss, total: debit.total + 3n * debit.loss };
    const record = encodeDebit(dearer);
    const head = { terms: termsOf(policy), count: 2, total: dearer.total, last: record.checksum };
    store.entriesByKey.set(where, record.bytes).set(LEDGER_KEYS.head, encodeHead(head));
    const ledger = await PrivacyLedger.open(store, policy);
    expect(ledger.spent().epsilon).to.be.above(1.2);
    await commit(ledger, 'round/3', gaussian(20));
    expect((await PrivacyLedger.open(store, policy)).spent()).to.deep.equal(ledger.spent());
  });

  it('does not depend on time, whichever way the clock is moved', async () => {
    const store = new MemoryStore();
    const { now } = Date;
    try {
      for (const [i, at] of [1.8e12, 0, 9e12].entries()) {
        Date.now = () => at;
        const ledger = await PrivacyLedger.open(store, policy, { accountant: adding() });
        await commit(ledger, `round/${i + 1}`, gaussian(20));
      }
    } finally {
      Date.now = now;
    }
    const { store: untouched } = await written([gaussian(20), gaussian(20), gaussian(20)]);
    expect(store.entriesByKey).to.deep.equal(untouched.entriesByKey);
  });
});

describe('privacy ledger of any mechanism', () => {
  it('charges Gaussian sums exactly, and all of it by the accountant as soon as there is another event', async () => {
    const asked: PrivacyEvent[] = [];
    const { ledger } = await written([gaussian(20, 3), gaussian(20), gaussian(40)], adding(asked));
    expect(ledger.spent().epsilon).to.equal(epsilonOf([gaussian(20, 4), gaussian(40)], 1e-5));
    expect(asked).to.deep.equal([]);
    await commit(ledger, 'other/round/1', laplace(10, 5));
    expect(ledger.spent().epsilon).to.be.closeTo(40 / 20 + 10 / 40 + 10 / 10, 1e-12);
    expect(ledger.spent().releases).to.equal(10);
    const distinct = new Set(asked.map((event) => JSON.stringify(event)));
    expect(asked.length).to.equal(distinct.size);
  });

  it('never shows less than before, whatever is added, under the accountants of this library', async () => {
    for (const name of ['rdp', 'pld'] as const) {
      const { ledger } = await written([gaussian(20), gaussian(40)], (relation) =>
        createAccountant(name, relation),
      );
      const before = ledger.spent().epsilon;
      await commit(ledger, 'faint', laplace(1e8));
      expect(ledger.spent().epsilon, name).to.be.at.least(before);
      const faint = ledger.spent().epsilon;
      await commit(ledger, 'felt', laplace(20));
      expect(ledger.spent().epsilon, name).to.be.above(faint + 0.01);
      expect(ledger.history().at(-1)?.epsilonAfter).to.be.closeTo(ledger.spent().epsilon, 1e-3);
    }
  });

  it('refuses what nobody can charge, before training and when it is opened', async () => {
    const bare = await PrivacyLedger.open(new MemoryStore(), policy);
    const error = await refusal(() => bare.authorise(laplace(10)));
    expect(error.code).to.equal('PRIVACY_EVENT_UNSUPPORTED');
    const foreign = await refusal(async () => {
      const ledger = await PrivacyLedger.open(new MemoryStore(), policy, { accountant: adding() });
      await commit(ledger, 'k', { ...laplace(10), event: { kind: 'unprotected' } });
    });
    expect(foreign.code).to.equal('PRIVACY_EVENT_UNSUPPORTED');
    const { store } = await written([laplace(10)]);
    expect((await refusal(() => PrivacyLedger.open(store, policy))).code).to.equal(
      'PRIVACY_EVENT_UNSUPPORTED',
    );
  });

  it('refuses events out of range and too large to be read again', async () => {
    const { ledger } = await written([]);
    const kinds = [{ kind: 'laplace', noiseMultiplier: 0 }, { kind: 'new' }, null];
    for (const event of kinds) {
      const release = { ...laplace(1), event } as unknown as MechanismRelease;
      expect((await refusal(() => commit(ledger, 'k', release))).code).to.equal('PRIVACY_PARAMETER');
    }
    const any: AccountantFactory = (relation) => ({
      name: 'rdp',
      relation,
      refuses: () => undefined,
      compose: () => undefined,
      epsilon: () => 0,
      delta: () => 0,
    });
    const wide = await PrivacyLedger.open(new MemoryStore(), policy, { accountant: any });
    const events = Array.from({ length: 60_000 }, () => ({ kind: 'laplace', noiseMultiplier: 9 }) as const);
    const huge: MechanismRelease = { ...laplace(1), event: { kind: 'composed', events } };
    expect((await refusal(() => commit(wide, 'k', huge))).code).to.equal('PRIVACY_PARAMETER');
    await commit(wide, 'k', laplace(1));
    expect(wide.spent().releases).to.equal(1);
  });

  it('keeps one account of all trials on the data', async () => {
    const { ledger } = await written([]);
    for (const trial of ['wide', 'narrow'])
      for (let round = 1; round <= 3; round++) await commit(ledger, `${trial}/round/${round}`, gaussian(20));
    expect(ledger.spent().epsilon).to.equal(epsilonOf([gaussian(20, 6)], 1e-5));
    expect([ledger.has('wide/round/3'), ledger.has('round/3')]).to.deep.equal([true, false]);
  });

  it('says of a Gaussian sum which event it is', () => {
    const kind = 'discrete-gaussian';
    expect(privacyEventOf(gaussian(3))).to.deep.equal({ kind, noiseMultiplier: 3, gridDeviation: 1024 });
    const far = { ...gaussian(3, 7), sensitivity: 8 } as ReleaseEvent;
    const repeated = privacyEventOf(far);
    if (repeated.kind !== 'repeated' || repeated.event.kind !== kind) throw new Error('expected it repeated');
    expect(repeated.times).to.equal(7);
    expect(repeated.event.noiseMultiplier).to.be.within(0.75 * (1 - 1e-14), 0.75);
    for (let sensitivity = 3; sensitivity < 30; sensitivity++) {
      const event = privacyEventOf({ ...gaussian(3), sensitivity } as ReleaseEvent);
      if (event.kind !== kind) throw new Error('expected it alone');
      const { numerator, denominator } = exactRational(event.noiseMultiplier);
      expect(numerator * BigInt(sensitivity) <= 3n * 2n * denominator, `${sensitivity}`).to.equal(true);
    }
    expect(privacyEventOf({ unit: 'none', releases: 2 })).to.deep.equal({ kind: 'unprotected' });
  });
});

describe('what a ledger tells', () => {
  const ROUNDS = 10;
  const noiseMultiplier = noiseMultiplierFor({ epsilon: 8, delta: 1e-5, releases: 10, relation: 'replace' });
  const round = gaussian(noiseMultiplier);

  it('is each release with what was spent before and after, under any accountant', async () => {
    const { ledger } = await written([gaussian(20), gaussian(30, 2), laplace(9), gaussian(20)]);
    for (const history of [ledger.history(), ledger.history(adding())]) {
      expect(history.map(({ key }) => key)).to.deep.equal(['round/1', 'round/2', 'round/3', 'round/4']);
      expect(history[0]?.epsilonBefore).to.equal(0);
      for (const [i, { epsilonBefore, epsilonAfter }] of history.entries()) {
        expect(epsilonAfter).to.be.above(epsilonBefore);
        if (i > 0) expect(epsilonBefore).to.equal(history[i - 1]?.epsilonAfter);
      }
      expect(history.at(-1)?.epsilonAfter).to.be.closeTo(ledger.spent().epsilon, 1e-12);
    }
    expect(ledger.history()[0]?.epsilonAfter).to.equal(epsilonOf([gaussian(20)], 1e-5));
    const asked: PrivacyEvent[] = [];
    expect(ledger.history(adding(asked))[0]?.epsilonAfter).to.equal(0.5);
    expect(asked.length).to.equal(4);
  });

  it('is how many rounds are left: as many as are then released', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 4 }),
        fc.double({ min: 0.7, max: 20, noNaN: true }),
        fc.boolean(),
        async (before, scale, isMixed) => {
          const event = isMixed ? laplace(scale) : gaussian(noiseMultiplier * scale);
          const { ledger } = await written(Array.from({ length: before }, () => round));
          const { epsilon, roundsLeft, epsilonAfter } = ledger.projection({ event, rounds: 3 });
          expect(epsilon).to.equal(ledger.spent().epsilon);
          if (roundsLeft >= 3) expect(epsilonAfter).to.be.at.most(8);
          let released = 0;
          while (released < Math.min(roundsLeft, 12)) await commit(ledger, `more/${released++}`, event);
          if (released < roundsLeft) return;
          expect((await refusal(() => ledger.authorise(event))).code).to.equal('PRIVACY_BUDGET_EXCEEDED');
        },
      ),
      { seed: 3, numRuns: 40 },
    );
  });

  it('bears rounds that come to the budget exactly', async () => {
    const { ledger } = await written([]);
    expect(ledger.projection({ event: laplace(2) }).roundsLeft).to.equal(8);
    await commit(ledger, 'all', laplace(2, 8));
    expect(ledger.spent().epsilon).to.equal(8);
  });

  it('is refused as a plan that the budget does not bear, before it begins', async () => {
    const { ledger } = await written([round, round]);
    expect(ledger.requirePlan(round, ROUNDS - 2).epsilonAfter).to.be.within(8 * (1 - 1e-6), 8);
    const error = await refusal(() => ledger.requirePlan(round, ROUNDS));
    expect(error.code).to.equal('PRIVACY_PLAN_EXCEEDED');
    expect(error.metadata).to.include({ rounds: ROUNDS, roundsLeft: ROUNDS - 2, budget: 8 });
    expect((await refusal(() => ledger.projection({ event: round, rounds: -1 }))).code).to.equal(
      'PRIVACY_PARAMETER',
    );
    const none = await PrivacyLedger.open(new MemoryStore(), { ...policy, unit: 'none' });
    const open: ReleaseEvent = { unit: 'none', releases: 1 };
    expect(none.requirePlan(open, 50).roundsLeft).to.equal(Number.POSITIVE_INFINITY);
  });

  it('is nothing left where the budget was lowered below what was spent', async () => {
    const { store } = await written([round, round]);
    const tight = await PrivacyLedger.open(store, { ...policy, epsilonBudget: 1 });
    expect(tight.projection({ event: round }).roundsLeft).to.equal(0);
  });
});
