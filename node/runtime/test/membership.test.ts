import { expect } from 'chai';
import { type Committee, createCommittee, createRoster, type Epoch } from '../../../coordinator/index.ts';
import { type KnownEpochs, Membership } from '../membership.ts';

const committeeOf = (epoch: number, nodes: readonly string[]) =>
  createCommittee(
    epoch,
    nodes.map((node, i) => ({ node, signer: `0x${String(i + 1).padStart(40, '0')}` as const })),
  );

const epochOf = (committee: Committee, others: readonly string[] = []): Epoch => ({
  committee,
  roster: createRoster(committee, others),
});

describe('membership', () => {
  const [first, second] = [committeeOf(0, ['a', 'b', 'c', 'd']), committeeOf(1, ['b', 'c', 'd', 'e'])];
  const around = (self: string) => {
    const known: { core: KnownEpochs | undefined } = { core: undefined };
    return { known, membership: new Membership(self, () => known.core) };
  };

  it('is nobody before the first committee is known, and that committee while no core runs', () => {
    const { membership } = around('a');
    expect(membership.committee).to.equal(undefined);
    expect([...membership.voters]).to.deep.equal([]);
    expect([membership.isMember('a'), membership.isRegistered('a')]).to.deep.equal([false, false]);
    expect(membership.peersWanted).to.equal(0);
    membership.startWith(first);
    expect(membership.committee).to.equal(first);
    expect([membership.isMember('a'), membership.isMember('e')]).to.deep.equal([true, false]);
    expect([membership.isRegistered('a'), membership.isRegistered('e')]).to.deep.equal([true, false]);
  });

  it('lets the committee vote, and the one that has yet to hand over on the chain', () => {
    const { known, membership } = around('a');
    membership.startWith(first);
    expect([...membership.voters]).to.have.members(['a', 'b', 'c', 'd']);
    known.core = { participant: { epoch: epochOf(second) }, dueEpoch: epochOf(first) };
    expect([...membership.voters]).to.have.members(['a', 'b', 'c', 'd', 'e']);
    expect(membership.voters).to.equal(membership.voters);
    known.core = { participant: { epoch: epochOf(second) }, dueEpoch: undefined };
    expect([...membership.voters]).to.have.members(['b', 'c', 'd', 'e']);
  });

  it('has more registered than vote', () => {
    const { known, membership } = around('a');
    known.core = { participant: { epoch: epochOf(second, ['a']) }, dueEpoch: undefined };
    expect([membership.isMember('a'), membership.isRegistered('a')]).to.deep.equal([false, true]);
    expect(membership.isRegistered('f')).to.equal(false);
  });

  it('wants a quorum with a member, and one honest node for who does not vote', () => {
    const [voting, watching] = [around('a').membership, around('z').membership];
    for (const membership of [voting, watching]) membership.startWith(first);
    expect([voting.peersWanted, watching.peersWanted]).to.deep.equal([2, 2]);
    const seven = committeeOf(0, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    for (const membership of [voting, watching]) membership.startWith(seven);
    expect([voting.peersWanted, watching.peersWanted]).to.deep.equal([4, 3]);
  });
});
