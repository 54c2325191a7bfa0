import { expect } from 'chai';
import { roundLine } from '../round-line.ts';
import { decided, fee, NODES, OLD_DIGEST, published, summary } from './events.ts';

const context = { nameOf: (node: string) => `node-${node}`, epsilonBudget: 8, nodes: NODES.length };
const line = (fields: Parameters<typeof summary>[0]) => roundLine(summary(fields), context);

describe('round line', () => {
  it('says of an accepted round all that the network promises to say', () => {
    expect(line({})).to.equal(
      'round  7 · leader node-a · 3/4 updates, left out node-d (score 3 ranks 4 of 4) · ' +
        'error 1.500 bp (B0 −25.0 %, B2 +25.0 %) · ε 1.23/8 a record · ' +
        'v5 ab12cd34 tx 0x77777777 · fee 5.00 % → 5.25 % tx 0x55555555',
    );
  });

  it('says why a rejected candidate did not become the version', () => {
    const rejected = decided({
      outcome: 'rejected',
      reason: 'the candidate is worse on public data than the last version',
      version: 4,
      modelDigest: OLD_DIGEST,
      view: 2,
      leader: 'c',
    });
    expect(
      line({ decided: rejected, fee: fee({ after: fee().before, transaction: null, heldBy: [] }) }),
    ).to.equal(
      'round  7 · leader node-c (view 2) · 3/4 updates, left out node-d (score 3 ranks 4 of 4) · ' +
        'error 1.500 bp (B0 −25.0 %, B2 +25.0 %) · ε 1.23/8 a record · ' +
        'v4 kept: the candidate is worse on public data than the last version · fee 5.00 % stays',
    );
  });

  it('names beside the certified reason the pairs that only some nodes found worse', () => {
    const of = (reason: string, worse: readonly string[]) =>
      line({
        decided: decided({ outcome: 'rejected', reason, version: 4, modelDigest: OLD_DIGEST }),
        worse,
        fee: fee({ after: fee().before, transaction: null, heldBy: [] }),
      });
    const reason = 'worse on public data than the last version: peg/dai';
    expect(of(reason, ['peg/dai'])).to.include(`v4 kept: ${reason} · fee`);
    expect(of(reason, ['peg/dai', 'risk/eth'])).to.include(`v4 kept: ${reason} (some also risk/eth) · fee`);
  });

  it('names no privacy loss where nobody trained', () => {
    const spent = decided({
      outcome: 'aborted',
      reason: '0 updates, 5 needed',
      sealed: 0,
      selected: [],
      leftOut: [],
    });
    expect(line({ decided: spent })).to.include(
      ' · 0/0 updates · error 1.500 bp (B0 −25.0 %, B2 +25.0 %) · nothing released · v',
    );
  });

  it('says why a round was aborted, and keeps the version', () => {
    const aborted = decided({
      round: 12,
      outcome: 'aborted',
      reason: '4 updates, expected 5',
      version: 4,
      modelDigest: OLD_DIGEST,
      leader: null,
      selected: [],
      leftOut: [],
      heldOut: null,
    });
    expect(line({ decided: aborted, round: 12, fee: undefined })).to.equal(
      'round 12 · leader unknown · 0/4 updates · error unknown · ε 1.23/8 a record · ' +
        'v4 kept: 4 updates, expected 5 · fee pending',
    );
  });

  it('names those who abstained and those whose header was refused, each once', () => {
    const text = line({
      decided: decided({ leftOut: [{ node: 'd', reason: 'UPDATE_NORM' }], sealed: 3, selected: ['a', 'b'] }),
      abstained: [
        { node: 'c', code: 'PRIVACY_BUDGET_EXCEEDED' },
        { node: 'a', code: 'LEDGER_UNCONFIRMED' },
      ],
      refused: [
        { sender: 'b', code: 'UPDATE_SIZE' },
        { sender: 'd', code: 'UPDATE_NORM' },
        { sender: 'a', code: 'MESSAGE_PAST_ROUND' },
      ],
    });
    expect(text).to.include(
      ' · 2/3 updates, left out node-d (UPDATE_NORM), node-a (LEDGER_UNCONFIRMED), node-b (UPDATE_SIZE), budget spent node-c · ',
    );
    expect(text).not.to.include('MESSAGE_PAST_ROUND');
  });

  it('never shows a number where there is no guarantee', () => {
    const none = decided({ privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 } });
    expect(line({ decided: none })).to.include(' · ε ∞ (no guarantee) · ');
    const unbounded = decided({
      privacy: { unit: 'node', relation: 'add-remove', epsilon: null, delta: 1e-5 },
    });
    expect(line({ decided: unbounded })).to.include(' · ε ∞/8 a node · ');
  });

  it('says what held the fee, whether or not it moved', () => {
    const stays = fee({ after: fee().before, transaction: null, heldBy: ['cooldown, 5 s left'] });
    expect(line({ fee: stays })).to.match(/ · fee 5\.00 % stays \(held by cooldown, 5 s left\)$/);
    expect(line({ fee: fee({ heldBy: ['step', 'maximum'] }) })).to.match(
      / · fee 5\.00 % → 5\.25 % \(held by step, maximum\) tx 0x55555555$/,
    );
  });

  it('says when a transaction is not there yet, and when nodes do not agree', () => {
    expect(line({ published: undefined })).to.include(' · v5 ab12cd34 tx pending · ');
    expect(line({ published: published({ transaction: null }) })).to.include(' tx pending · ');
    const digests = new Map([
      ['a', decided().modelDigest],
      ['b', decided().modelDigest],
      ['c', OLD_DIGEST],
    ]);
    expect(line({ digests })).to.include(' · v5 ab12cd34 (2/4 nodes agree) tx 0x77777777 · ');
  });
});
