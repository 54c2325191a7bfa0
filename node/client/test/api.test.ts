import { expect } from 'chai';
import { custom } from 'viem';
import { serve, stopAll } from '../../api/test/support.ts';
import { createBallastClient, NoNodeServedError } from '../index.ts';
import { sourceOf } from './api-source.ts';
import { answerRpc } from './chain-stub.ts';
import { CONTRACTS, type Published, publish, weightsOf } from './published.ts';

/** The API that a node really serves. */
describe('client with the API of a node', () => {
  let published: Published;
  before(async () => {
    published = await publish(3);
  });
  afterEach(stopAll);

  const clientOf = (url: string) =>
    createBallastClient({
      nodes: [url],
      transport: custom({ request: async (request) => answerRpc(published.chain, request) }),
      chainId: 31_337,
      modelRegistry: CONTRACTS.modelRegistry,
    });

  it('verifies every version that it serves', async () => {
    const { url } = await serve({ source: sourceOf(published) });
    const client = clientOf(url);
    for (const wanted of [0, 1, 2, 3, 'latest'] as const) {
      const { version, weights, certificate } = await client.getVersion(wanted);
      expect(weights).to.deep.equal(weightsOf(version));
      expect(certificate).to.deep.equal(published.certificates.get(version));
    }
    expect((await client.getNetwork()).document).to.deep.equal(published.document);
  });

  it('says what a node answers that is not yet up, or does not have it', async () => {
    const starting = await serve({ source: undefined });
    const early = await clientOf(starting.url)
      .getVersion('latest')
      .catch((error: unknown) => error);
    expect((early as NoNodeServedError).failures.map(({ code }) => code)).to.deep.equal(['NODE_STATUS']);
    const behind = await serve({ source: { ...sourceOf(published), weights: async () => undefined } });
    const late = await clientOf(behind.url)
      .getVersion('latest')
      .catch((error: unknown) => error);
    expect(late).to.be.instanceOf(NoNodeServedError);
    expect((late as NoNodeServedError).failures.map(({ code }) => code)).to.deep.equal(['NODE_BEHIND']);
  });
});
