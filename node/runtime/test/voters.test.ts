import { expect } from 'chai';
import { createCommittee } from '../../../coordinator/index.ts';
import { Voters } from '../voters.ts';

const committeeOf = (epoch: number, nodes: readonly string[]) =>
  createCommittee(
    epoch,
    nodes.map((node, i) => ({ node, signer: `0x${String(i + 1).padStart(40, '0')}` as const })),
  );

describe('voters', () => {
  it('are the committee, and the one that has yet to hand over on the chain', () => {
    const voters = new Voters();
    const [first, second] = [committeeOf(0, ['a', 'b']), committeeOf(1, ['b', 'c'])];
    expect([...voters.of(first, undefined)]).to.have.members(['a', 'b']);
    expect([...voters.of(second, first)]).to.have.members(['a', 'b', 'c']);
    expect(voters.of(second, first)).to.equal(voters.of(second, first));
    expect([...voters.of(second, undefined)]).to.have.members(['b', 'c']);
  });
});
