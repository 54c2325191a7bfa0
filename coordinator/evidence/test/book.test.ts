import { expect } from 'chai';
import { GENESIS_STANDING, standingAfter } from '../../standing/index.ts';
import { TestStore } from '../../test/support.ts';
import { dueOffences, EvidenceBook, encodeEvidence, equivocation, type Offence } from '../index.ts';
import { CONTEXT, headerOf, OFFENDER, proofs, ROUND, sealedOf } from './support.ts';

const [first, ...others] = proofs().map(({ evidence }) => encodeEvidence(evidence));
if (first === undefined) throw new Error('no proof');

function punished(round: number, node = OFFENDER) {
  let table = GENESIS_STANDING;
  for (let r = 1; r <= round; r++) {
    const offences = r === round ? [{ node }] : [];
    table = standingAfter(table, { round: r, epoch: 0, roll: [], offences }, 2);
  }
  return table;
}

async function codeOfAdding(book: EvidenceBook, bytes: Uint8Array, round = ROUND) {
  return book.add(bytes, round).then(
    () => undefined,
    (error: { readonly code: string }) => error.code,
  );
}

describe('the evidence book', () => {
  it('keeps proofs across a restart, gives them out by digest, and keeps one once', async () => {
    const store = new TestStore();
    const book = await EvidenceBook.open(store, CONTEXT);
    const { offence, isNew } = await book.add(first, ROUND);
    expect([isNew, (await book.add(first, ROUND)).isNew]).to.deep.equal([true, false]);
    const again = await EvidenceBook.open(store.survivor(), CONTEXT);
    expect(again.offences).to.deep.equal([offence]);
    expect(await again.bytes(offence.evidence)).to.deep.equal(first);
    expect(again.offence(offence.evidence)).to.deep.equal(offence);
    expect(await again.bytes('0'.repeat(64))).to.equal(undefined);
  });

  it('refuses what does not hold, or comes from the future, and passes over what was damaged', async () => {
    const store = new TestStore();
    const book = await EvidenceBook.open(store, CONTEXT);
    expect(await codeOfAdding(book, Uint8Array.of(1))).to.equal('EVIDENCE_INVALID');
    expect(await codeOfAdding(book, first, ROUND - 2)).to.equal('EVIDENCE_INVALID');
    expect(await codeOfAdding(book, first, ROUND - 1)).to.equal(undefined);
    for (const key of store.durable.keys()) store.durable.set(key, Uint8Array.of(1));
    expect((await EvidenceBook.open(store, CONTEXT)).offences).to.deep.equal([]);
  });

  it('keeps four proofs of a node that punish it, and room for those beside them that do not', async () => {
    const book = await EvidenceBook.open(new TestStore(), CONTEXT);
    const pair = (ledger: number) => {
      const evidence = equivocation(sealedOf(headerOf()), sealedOf(headerOf({ ledger })));
      if (evidence === undefined) throw new Error('no proof');
      return encodeEvidence(evidence);
    };
    for (const ledger of [2, 3, 4, 5, 6]) await book.add(pair(ledger), ROUND);
    expect(book.offences).to.have.length(4);
    for (const bytes of others) await book.add(bytes, ROUND);
    expect(book.offences.map(({ kind }) => kind))
      .to.include('body-withheld')
      .and.have.length(5);
  });

  it('names what is due once, and keeps one settled proof of a node', async () => {
    const store = new TestStore();
    const book = await EvidenceBook.open(store, CONTEXT);
    for (const bytes of [first, ...others]) await book.add(bytes, ROUND);
    expect(book.due(GENESIS_STANDING, ROUND).map(({ node }) => node)).to.deep.equal([OFFENDER]);
    expect(book.due(GENESIS_STANDING, ROUND - 1)).to.deep.equal([]);
    expect(book.due(punished(ROUND - 1), ROUND)).to.have.length(1);
    expect(book.due(punished(ROUND), ROUND + 1)).to.deep.equal([]);
    await book.settle(punished(ROUND));
    expect(book.offences).to.have.length(1);
    expect(store.durable.size).to.equal(1);
  });

  it('names at most sixteen, the oldest first, and none of a kind that does not punish', () => {
    const offence = (i: number): Offence => ({
      node: `node-${i}`,
      kind: i === 0 ? 'body-withheld' : 'false-ledger',
      round: 30 - i,
      evidence: `${i}`,
    });
    const due = dueOffences(
      Array.from({ length: 20 }, (_, i) => offence(i)),
      GENESIS_STANDING,
      29,
    );
    expect(due.map(({ round }) => round)).to.deep.equal(Array.from({ length: 16 }, (_, i) => 11 + i));
    expect(due.map(({ node }) => node)).to.not.include('node-0');
  });
});
