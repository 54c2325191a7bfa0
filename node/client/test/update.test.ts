import { expect } from 'chai';
import { custom } from 'viem';
import type { BallastError } from '../../../protocol/errors.ts';
import { createBallastClient, NoNodeServedError } from '../index.ts';
import { answerRpc } from './chain-stub.ts';
import { type Answers, altered, fetchFrom, honest } from './node-stub.ts';
import { CONTRACTS, type Published, publish, ROLL } from './published.ts';

type Row = { row: object; proof: { index: number; count: number; path: string[] } };

describe('client: one node’s update', () => {
  let published: Published;
  before(async () => {
    published = await publish(3);
  });

  function clientOf(nodes: Readonly<Record<string, Answers>>) {
    const failures: string[] = [];
    const client = createBallastClient({
      nodes: Object.keys(nodes).map((name) => `http://${name}`),
      transport: custom(
        { request: async (request) => answerRpc(published.chain, request) },
        { retryCount: 0 },
      ),
      chainId: 31_337,
      modelRegistry: CONTRACTS.modelRegistry,
      fetch: fetchFrom(nodes).fetch,
      onNodeFailure: ({ code }) => failures.push(code),
    });
    return { client, failures };
  }

  it('is given by its proof, and every other row refused', async () => {
    const [row, other] = ROLL;
    if (row === undefined || other === undefined) throw new Error('no rows');
    const lies: ((answer: Row) => Row)[] = [
      (answer) => ({ ...answer, row: { ...answer.row, fate: 'accepted' } }),
      (answer) => ({ ...answer, row: other }),
      (answer) => ({ ...answer, proof: { ...answer.proof, count: 3 } }),
      (answer) => ({ ...answer, proof: { ...answer.proof, path: answer.proof.path.toReversed() } }),
    ];
    for (const lie of lies) {
      const liar = altered(honest(published), row.node, lie);
      const { client, failures } = clientOf({ liar, honest: honest(published) });
      expect(await client.getUpdate('latest', row.node)).to.deep.equal({ round: 3, ...row });
      expect(failures).to.deep.equal(['ROLL_MISMATCH']);
    }
  });

  it('is not there for a stranger, or before any round', async () => {
    const { client } = clientOf({ honest: honest(published) });
    const refusal = (asked: Promise<unknown>) =>
      asked.then(
        () => undefined,
        (error: BallastError) => error,
      );
    expect(await refusal(client.getUpdate(3, 'stranger'))).to.be.instanceOf(NoNodeServedError);
    expect(await refusal(client.getUpdate(0, 'stranger'))).to.include({ code: 'VERSION_MALFORMED' });
  });
});
