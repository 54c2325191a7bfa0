import { expect } from 'chai';
import { catchUpOver } from '../../experiments/catch-up-bench.ts';

describe('a node that is 200 rounds behind, over libp2p', () => {
  it('has the head and its model within ten seconds', async function () {
    this.timeout(120_000);
    const { headMs, modelMs } = await catchUpOver(200);
    expect(headMs).to.be.at.most(modelMs);
    expect(modelMs).to.be.below(10_000);
  });
});
