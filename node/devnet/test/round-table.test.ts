import { expect } from 'chai';
import type { NodeEvent } from '../../runtime/index.ts';
import { RoundTable } from '../round-table.ts';
import { decided, fee, NODES, published } from './events.ts';

function table(...events: readonly (readonly [string, NodeEvent])[]): RoundTable {
  const result = new RoundTable();
  for (const [node, event] of events) result.add(node, event);
  return result;
}
const allDecided = NODES.map((node) => [node, decided()] as const);

describe('round table', () => {
  it('is complete once every node has decided, the version is published and the fee settled', () => {
    const rows = table(...allDecided);
    expect(rows.isDecided(7)).to.equal(true);
    expect(rows.isComplete(7, NODES.length)).to.equal(false);
    rows.add('a', fee());
    expect(rows.isComplete(7, NODES.length)).to.equal(false);
    rows.add('a', published());
    expect(rows.isComplete(7, NODES.length)).to.equal(true);
    expect(rows.isComplete(7, NODES.length + 1)).to.equal(false);
  });

  it('does not wait for a publication where no version was accepted', () => {
    const rows = table(...NODES.map((node) => [node, decided({ outcome: 'rejected' })] as const));
    rows.add('a', fee());
    expect(rows.isComplete(7, NODES.length)).to.equal(true);
  });

  it('prefers the words of a node that made the model itself, whoever spoke first', () => {
    const bare = decided({ recomputed: false, leftOut: [{ node: 'd', reason: 'no weight under the rule' }] });
    const full = decided();
    expect(table(['a', bare], ['b', full], ['c', bare]).take(7)?.decided.leftOut).to.deep.equal(full.leftOut);
  });

  it('sums up what the nodes make of the version, and keeps nobody’s own figure', () => {
    const saying = (loss: number) =>
      decided({ heldOut: { examples: 100, loss, baselines: { B0: 2, B2: 2, B3: 2 } } });
    const losses = [1.5, 1.51, 1.49, 1.5, 1e9];
    const rows = table(...losses.map((loss, i) => [`node-${i}`, saying(loss)] as const));
    const metrics = rows.take(7)?.metrics;
    expect(metrics).to.deep.include({ round: 7, sealed: 4, accepted: 4, selected: 3, holdoutLoss: 1.5 });
    expect(metrics?.reportedLoss?.median).to.equal(1.5);
    expect(JSON.stringify(metrics)).not.to.include('node-');
  });

  it('keeps each node’s digest and those who abstained', () => {
    const rows = table(
      ['a', decided()],
      ['b', decided({ heldDigest: 'ff'.repeat(32) })],
      ['c', { event: 'abstained', round: 7, code: 'PRIVACY_BUDGET_EXCEEDED', reason: '' }],
    );
    const summary = rows.take(7);
    expect([...(summary?.digests ?? [])]).to.deep.equal([
      ['a', decided().modelDigest],
      ['b', 'ff'.repeat(32)],
    ]);
    expect(summary?.abstained).to.deep.equal([{ node: 'c', code: 'PRIVACY_BUDGET_EXCEEDED' }]);
  });

  it('takes the fee’s transaction over another node’s word that it stays', () => {
    const stays = fee({ after: fee().before, transaction: null });
    expect(table(...allDecided, ['a', stays], ['b', fee()]).take(7)?.fee).to.deep.equal(fee());
    expect(table(...allDecided, ['b', fee()], ['a', stays]).take(7)?.fee).to.deep.equal(fee());
  });

  it('hands out refusals once, each sender and code once, and never more than a hundred', () => {
    const refusal = (sender: string, code: string): NodeEvent => ({
      event: 'refused',
      sender,
      code,
      reason: '',
    });
    const rows = table(...allDecided, ['a', refusal('d', 'UPDATE_NORM')], ['b', refusal('d', 'UPDATE_NORM')]);
    for (let i = 0; i < 500; i++) rows.add('a', refusal(`stranger ${i}`, 'MESSAGE_NOT_MEMBER'));
    const refused = rows.take(7)?.refused ?? [];
    expect(refused).to.have.length(100);
    expect(refused.filter(({ sender }) => sender === 'd')).to.deep.equal([
      { sender: 'd', code: 'UPDATE_NORM' },
    ]);
    expect(rows.take(7)?.refused).to.deep.equal([]);
  });

  it('has no summary of a round that nobody has decided', () => {
    expect(table(['a', fee()]).take(7)).to.equal(undefined);
    expect(new RoundTable().isDecided(7)).to.equal(false);
  });
});
