import { expect } from 'chai';
import { isMember } from '../../../coordinator/committee.ts';
import { runScale } from '../scale-world.ts';
import { summarise } from '../summary.ts';

const TERMS = { seed: 'test', corruptShare: 1_500, size: 40, rounds: 2 };

describe('a network larger than its committee', () => {
  it('decides its rounds, and costs who does not vote as much at 44 nodes as at 60', async () => {
    const beyond: number[] = [];
    for (const nodes of [44, 60]) {
      const { committee, nodes: all, outcomes, traffic } = await runScale({ ...TERMS, nodes });
      expect([...outcomes.values()].map((each) => [...each])).to.deep.equal(
        Array.from({ length: 2 }, () => [['accepted@0', nodes]]),
      );
      const others = all.filter((node) => !isMember(committee, node));
      expect(others.length).to.equal(nodes - committee.members.length);
      const { bytesBeyondHeaders, certificateBytes } = summarise(traffic, others, 2);
      beyond.push(bytesBeyondHeaders.p99 - certificateBytes.p99);
    }
    expect(beyond[0]).to.equal(beyond[1]);
  });
});
