import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes } from '../../protocol/digest.ts';
import { encodeCanonical } from '../../protocol/encoding.ts';
import { epsilonOf, noiseMultiplierFor } from '../accountants/gaussian.ts';
import { type ReleaseEvent, releaseEvent } from '../events.ts';
import { PrivacyLedger } from '../ledger.ts';
import { debitKey, decodeDebit, encodeDebit, encodeHead, LEDGER_KEYS } from '../ledger-records.ts';
import { formatGuarantee, type PrivacyPolicy, termsOf } from '../policy.ts';
import { MemoryStore, refusal } from './support.ts';

const policy: PrivacyPolicy = { unit: 'record', relation: 'replace', epsilonBudget: 8, delta: 1e-5 };
const ROUNDS = 10;
const noiseMultiplier = noiseMultiplierFor({
  epsilon: 8,
  delta: 1e-5,
  releases: ROUNDS,
  relation: 'replace',
});
const event = releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier, releases: 1 });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function spend(ledger: PrivacyLedger, rounds: number, from = 0): Promise<void> {
  for (let round = from; round < from + rounds; round++) {
    await ledger.authorise(event);
    await ledger.commit({ key: `round/${round}`, event, bytes: bytesOf(`update ${round}`) });
  }
}

describe('privacy ledger', () => {
  it('spends exactly the budget it was calibrated for, then refuses before training', async () => {
    const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
    expect(ledger.spent()).to.deep.equal({ epsilon: 0, delta: 1e-5, releases: 0 });
    await spend(ledger, ROUNDS);
    const spent = ledger.spent();
    expect(spent.epsilon).to.be.within(8 * (1 - 1e-6), 8);
    expect(spent.releases).to.equal(ROUNDS);

    const error = await refusal(() => ledger.authorise(event));
    expect(error.code).to.equal('PRIVACY_BUDGET_EXCEEDED');
    expect(error.metadata.spent).to.equal(spent.epsilon);
    expect(error.metadata.wouldBe).to.be.above(8);
    expect(error.metadata.budget).to.equal(8);
    const late = await refusal(() => ledger.commit({ key: 'round/10', event, bytes: bytesOf('x') }));
    expect(late.code).to.equal('PRIVACY_BUDGET_EXCEEDED');
    expect(ledger.spent()).to.deep.equal(spent);
  });

  it('tells what would be spent without spending it', async () => {
    const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
    const after = await ledger.authorise(event);
    expect(after.epsilon).to.equal(epsilonOf([event], 1e-5));
    expect(ledger.spent().releases).to.equal(0);
  });

  it('returns the first bytes of a key for ever, and charges once', async () => {
    const store = new MemoryStore();
    const ledger = await PrivacyLedger.open(store, policy);
    expect(textOf(await ledger.commit({ key: 'round/1', event, bytes: bytesOf('first') }))).to.equal('first');
    const { epsilon } = ledger.spent();
    expect(textOf(await ledger.commit({ key: 'round/1', event, bytes: bytesOf('second') }))).to.equal(
      'first',
    );
    expect(ledger.spent().epsilon).to.equal(epsilon);
    const again = await PrivacyLedger.open(store, policy);
    expect(textOf(await again.commit({ key: 'round/1', event, bytes: bytesOf('third') }))).to.equal('first');
    expect(textOf(await again.released('round/1'))).to.equal('first');
    expect(await again.released('round/2')).to.equal(undefined);
    expect(again.spent().epsilon).to.equal(epsilon);
  });

  it('keeps bytes that the caller changes afterwards', async () => {
    const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
    const bytes = bytesOf('fixed');
    const returned = ledger.commit({ key: 'k', event, bytes });
    bytes.fill(0);
    (await returned).fill(1);
    expect(textOf(await ledger.released('k'))).to.equal('fixed');
  });

  it('survives reopening, in the middle and when used up', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 4);
    const second = await PrivacyLedger.open(store, policy);
    expect(second.spent().releases).to.equal(4);
    await spend(second, ROUNDS - 4, 4);
    const third = await PrivacyLedger.open(store, policy);
    expect(third.spent()).to.deep.equal(second.spent());
    expect(third.position()).to.deep.equal(second.position());
    expect((await refusal(() => third.authorise(event))).code).to.equal('PRIVACY_BUDGET_EXCEEDED');
  });

  it('counts every model and trial on the same data, whatever the order', async () => {
    const noises = [5, 9, 20];
    const charges = noises.map((z) =>
      releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier: z, releases: 3 }),
    );
    const spentIn = async (order: readonly ReleaseEvent[]) => {
      const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
      for (const [i, charge] of order.entries())
        await ledger.commit({ key: `model-${i}`, event: charge, bytes: bytesOf('x') });
      return ledger.spent();
    };
    const spent = await spentIn(charges);
    expect(spent).to.deep.equal(await spentIn([...charges].reverse()));
    expect(spent.epsilon).to.equal(epsilonOf(charges, 1e-5));
    expect(spent.releases).to.equal(9);
  });

  it('never passes the budget under concurrent calls', async () => {
    const store = new MemoryStore();
    const ledger = await PrivacyLedger.open(store, policy);
    const results = await Promise.allSettled(
      Array.from({ length: 3 * ROUNDS }, (_, i) =>
        ledger.authorise(event).then(() => ledger.commit({ key: `key/${i}`, event, bytes: bytesOf(`${i}`) })),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(ROUNDS);
    expect(ledger.spent().epsilon).to.be.at.most(8);
    expect((await PrivacyLedger.open(store, policy)).spent()).to.deep.equal(ledger.spent());
  });

  it('charges a key once under concurrent commits', async () => {
    const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
    const returned = await Promise.all(
      ['a', 'b', 'c'].map((text) => ledger.commit({ key: 'same', event, bytes: bytesOf(text) })),
    );
    expect(returned.map(textOf)).to.deep.equal(['a', 'a', 'a']);
    expect(ledger.spent().releases).to.equal(1);
  });

  it('after a crash at any write either has the release with its debit, or neither', async () => {
    for (let write = 1; write <= 3; write++) {
      for (const when of ['before', 'after'] as const) {
        const store = new MemoryStore();
        store.failAt = { write, when };
        const ledger = await PrivacyLedger.open(store, policy);
        const error = await refusal(() => spend(ledger, 3));
        expect(error.code).to.equal('LEDGER_UNKNOWN');
        // What is on disk is unknown to this process: it says nothing and releases nothing more.
        for (const work of [
          () => ledger.authorise(event),
          () => ledger.commit({ key: 'other', event, bytes: bytesOf('x') }),
          () => ledger.released('round/0'),
          () => ledger.spent(),
          () => ledger.position(),
        ]) {
          expect((await refusal(work)).code).to.equal('LEDGER_UNKNOWN');
        }
        const reopened = await PrivacyLedger.open(store, policy);
        const kept = when === 'after' ? write : write - 1;
        expect(reopened.spent().releases).to.equal(kept);
        const key = `round/${write - 1}`;
        expect(textOf(await reopened.released(key))).to.equal(when === 'after' ? `update ${write - 1}` : '');
        const resent = await reopened.commit({ key, event, bytes: bytesOf('retrained') });
        expect(textOf(resent)).to.equal(when === 'after' ? `update ${write - 1}` : 'retrained');
        expect(reopened.spent().releases).to.equal(write);
      }
    }
  });

  it('refuses a ledger with any record lost', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 3);
    for (const key of store.entriesByKey.keys()) {
      const broken = store.copy();
      broken.entriesByKey.delete(key);
      const error = await refusal(async () => {
        const ledger = await PrivacyLedger.open(broken, policy);
        for (let round = 0; round < 3; round++) await ledger.released(`round/${round}`);
      });
      expect(error.code, key).to.equal('LEDGER_DAMAGED');
    }
  });

  it('refuses a ledger with any bit of any record changed', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 2);
    const places = [...store.entriesByKey].flatMap(([key, value]) =>
      Array.from({ length: value.length }, (_, offset) => ({ key, offset })),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.integer({ min: 0, max: 7 }), async (place, bit) => {
        const broken = store.copy();
        const value = Uint8Array.from(broken.entriesByKey.get(place.key) ?? []);
        value[place.offset]! ^= 1 << bit;
        broken.entriesByKey.set(place.key, value);
        const error = await refusal(async () => {
          const ledger = await PrivacyLedger.open(broken, policy);
          for (let round = 0; round < 2; round++) await ledger.released(`round/${round}`);
        });
        expect(['LEDGER_DAMAGED', 'LEDGER_FORMAT']).to.include(error.code);
      }),
      { seed: 10, numRuns: 600 },
    );
  });

  it('refuses records swapped or copied from another ledger', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 3);
    const keys = [...store.entriesByKey.keys()].filter((key) => key.includes('debit'));
    const [first = '', second = ''] = keys;
    const swapped = store.copy();
    const one = store.entriesByKey.get(first);
    const two = store.entriesByKey.get(second);
    if (one === undefined || two === undefined) throw new Error('expected two debits');
    swapped.entriesByKey.set(first, two).set(second, one);
    expect((await refusal(() => PrivacyLedger.open(swapped, policy))).code).to.equal('LEDGER_DAMAGED');

    const cheap = releaseEvent({ unit: 'record', relation: 'replace', noiseMultiplier: 1e6, releases: 1 });
    const other = new MemoryStore();
    await (await PrivacyLedger.open(other, policy)).commit({ key: 'k', event: cheap, bytes: bytesOf('x') });
    const forged = store.copy();
    const foreign = other.entriesByKey.get(first);
    if (foreign === undefined) throw new Error('expected a debit');
    forged.entriesByKey.set(first, foreign);
    expect((await refusal(() => PrivacyLedger.open(forged, policy))).code).to.equal('LEDGER_DAMAGED');
  });

  it('refuses records whose checksums are right but whose total or chain is not', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 2);
    const where = debitKey(1);
    const { debit } = decodeDebit(store.entriesByKey.get(where) ?? new Uint8Array(0), where);
    const { previous, loss, total } = debit;
    for (const [changed, intact] of [
      [{}, true],
      [{ total: total - 1n }, false],
      [{ loss: loss - 1n }, false],
      [{ previous: digestOfBytes(bytesOf(previous)) }, false],
      [{ key: 'round/0' }, false],
      [{ sequence: 2 }, false],
    ] as const) {
      const forged = store.copy();
      const record = encodeDebit({ ...debit, ...changed });
      const head = { terms: termsOf(policy), count: 2, total, last: record.checksum };
      forged.entriesByKey.set(where, record.bytes).set(LEDGER_KEYS.head, encodeHead(head));
      if (intact) await PrivacyLedger.open(forged, policy);
      else expect((await refusal(() => PrivacyLedger.open(forged, policy))).code).to.equal('LEDGER_DAMAGED');
    }
  });

  it('notices a store set back as a whole, when it has a witness', async () => {
    const store = new MemoryStore();
    const ledger = await PrivacyLedger.open(store, policy);
    const beginning = ledger.position();
    await spend(ledger, 2);
    const old = store.copy();
    await spend(ledger, 1, 2);
    const witness = ledger.position();
    expect((await PrivacyLedger.open(store, policy, { witness })).spent().releases).to.equal(3);
    expect((await PrivacyLedger.open(store, policy, { witness: beginning })).spent().releases).to.equal(3);
    for (const [set, code] of [
      [old, 'LEDGER_ROLLED_BACK'],
      [new MemoryStore(), 'LEDGER_ROLLED_BACK'],
    ] as const) {
      expect((await refusal(() => PrivacyLedger.open(set, policy, { witness }))).code).to.equal(code);
    }
    // Another third record than the one that was witnessed.
    const forked = await PrivacyLedger.open(old, policy);
    await forked.commit({ key: 'other', event, bytes: bytesOf('fork') });
    expect((await refusal(() => PrivacyLedger.open(old, policy, { witness }))).code).to.equal(
      'LEDGER_ROLLED_BACK',
    );
  });

  it('refuses another writer on the same store', async () => {
    const store = new MemoryStore();
    const one = await PrivacyLedger.open(store, policy);
    const two = await PrivacyLedger.open(store, policy);
    await spend(one, 1);
    const error = await refusal(() => two.commit({ key: 'round/9', event, bytes: bytesOf('x') }));
    expect(error.code).to.equal('LEDGER_UNKNOWN');
    expect((await PrivacyLedger.open(store, policy)).spent().releases).to.equal(1);
  });

  it('refuses to be read under another unit, relation, δ or record, but takes another budget', async () => {
    const store = new MemoryStore();
    await spend(await PrivacyLedger.open(store, policy), 3);
    for (const change of [
      { unit: 'node' as const },
      { unit: 'none' as const },
      { relation: 'add-remove' as const },
      { delta: 1e-4 },
      { record: { kind: 'block' as const, days: 7 } },
    ]) {
      const error = await refusal(() => PrivacyLedger.open(store, { ...policy, ...change }));
      expect(error.code).to.equal('PRIVACY_POLICY_MISMATCH');
    }
    const tighter = await PrivacyLedger.open(store, { ...policy, epsilonBudget: 1 });
    expect(tighter.spent().releases).to.equal(3);
    expect((await refusal(() => tighter.authorise(event))).code).to.equal('PRIVACY_BUDGET_EXCEEDED');
  });

  it('does not count what was released from blocks of days with what is released from days', async () => {
    const store = new MemoryStore();
    const blocks = (days: number): PrivacyPolicy => ({ ...policy, record: { kind: 'block', days } });
    await spend(await PrivacyLedger.open(store, blocks(7)), 1);
    expect((await PrivacyLedger.open(store, blocks(7))).spent().releases).to.equal(1);
    for (const other of [policy, blocks(14)]) {
      const error = await refusal(() => PrivacyLedger.open(store, other));
      expect([error.code, error.metadata.stored]).to.deep.equal([
        'PRIVACY_POLICY_MISMATCH',
        'record, replace, δ 0.00001, a block of 7 days',
      ]);
    }
    expect((await refusal(() => PrivacyLedger.open(new MemoryStore(), blocks(0)))).code).to.equal(
      'PRIVACY_PARAMETER',
    );
  });

  it('refuses a newer format by name', async () => {
    const store = new MemoryStore();
    store.entriesByKey.set('privacy-ledger/head', encodeCanonical({ format: 3, body: {}, checksum: '' }));
    expect((await refusal(() => PrivacyLedger.open(store, policy))).code).to.equal('LEDGER_FORMAT');
  });

  it('refuses events of another guarantee, and bad numbers', async () => {
    const ledger = await PrivacyLedger.open(new MemoryStore(), policy);
    const node = releaseEvent({ unit: 'node', relation: 'replace', noiseMultiplier: 9, releases: 1 });
    const open: ReleaseEvent = { unit: 'none', releases: 1 };
    const weaker = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 9, releases: 1 });
    for (const other of [node, open, weaker]) {
      expect((await refusal(() => ledger.authorise(other))).code).to.equal('PRIVACY_POLICY_MISMATCH');
    }
    const bad = { ...node, unit: 'record', noiseMultiplier: Number.NaN } as ReleaseEvent;
    expect((await refusal(() => ledger.authorise(bad))).code).to.equal('PRIVACY_PARAMETER');
    const nameless = () => ledger.commit({ key: '', event, bytes: bytesOf('x') });
    expect((await refusal(nameless)).code).to.equal('PRIVACY_PARAMETER');
    for (const change of [{ epsilonBudget: Number.NaN }, { epsilonBudget: 0 }, { delta: 0 }, { delta: 1 }]) {
      const opened = () => PrivacyLedger.open(new MemoryStore(), { ...policy, ...change });
      expect((await refusal(opened)).code).to.equal('PRIVACY_PARAMETER');
    }
    expect(ledger.spent().releases).to.equal(0);
  });

  it('promises nothing under unit none, says so, and still sends the same bytes again', async () => {
    const store = new MemoryStore();
    const none: PrivacyPolicy = { ...policy, unit: 'none' };
    const ledger = await PrivacyLedger.open(store, none);
    const open = releaseEvent({ unit: 'none', relation: 'replace', noiseMultiplier: 0, releases: 1 });
    await ledger.authorise(open);
    await ledger.commit({ key: 'round/0', event: open, bytes: bytesOf('plain') });
    expect(ledger.spent()).to.deep.equal({ epsilon: Number.POSITIVE_INFINITY, delta: 0, releases: 1 });
    expect(formatGuarantee(none, ledger.spent())).to.equal('ε = ∞ (no guarantee)');
    const reopened = await PrivacyLedger.open(store, none);
    expect(textOf(await reopened.commit({ key: 'round/0', event: open, bytes: bytesOf('new') }))).to.equal(
      'plain',
    );
    expect((await refusal(() => reopened.authorise(event))).code).to.equal('PRIVACY_POLICY_MISMATCH');
    expect((await refusal(() => PrivacyLedger.open(store, policy))).code).to.equal('PRIVACY_POLICY_MISMATCH');
  });

  it('prints ε rounded up', () => {
    expect(formatGuarantee(policy, { epsilon: 3.5110001, delta: 1e-5 })).to.equal(
      'ε = 3.512 at δ = 0.00001 (record, replace)',
    );
  });
});
