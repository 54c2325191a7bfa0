import { expect } from 'chai';
import fc from 'fast-check';
import { custom } from 'viem';
import { createBallastClient, NoNodeServedError } from '../index.ts';
import { answerRpc } from './chain-stub.ts';
import { type Answers, fetchFrom, honest } from './node-stub.ts';
import { CONTRACTS, publish, weightsOf } from './published.ts';

const PATHS = ['/v1/network', '/v1/models/2/certificate', '/v1/committees/0', '/v1/weights/'];
const RUNS = 150;

describe('client with answers that broke on the way', function () {
  this.timeout(30_000);

  it('refuses them, or takes what the committee certified: never anything else', async () => {
    const published = await publish(2);
    const certified = published.certificates.get(2);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATHS),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, place, flip) => {
          const broken: Answers = (asked) => {
            const answer = honest(published)(asked);
            if (answer === undefined || !asked.startsWith(path)) return answer;
            const body = Uint8Array.from(Buffer.from(answer.body));
            const at = place % body.length;
            body[at] = (body[at] ?? 0) ^ flip;
            return { ...answer, body };
          };
          const client = createBallastClient({
            nodes: ['http://broken'],
            transport: custom({ request: async (request) => answerRpc(published.chain, request) }),
            chainId: 31_337,
            modelRegistry: CONTRACTS.modelRegistry,
            fetch: fetchFrom({ broken }).fetch,
          });
          try {
            const version = await client.getVersion('latest');
            expect(version.certificate?.entry).to.deep.equal(certified?.entry);
            expect(version.weights).to.deep.equal(weightsOf(2));
            expect((await client.getNetwork()).document).to.deep.equal(published.document);
          } catch (error) {
            if (!(error instanceof NoNodeServedError)) throw error;
            refused += 1;
          }
        },
      ),
      { seed: 5, numRuns: RUNS },
    );
    expect(refused).to.be.above(RUNS / 2);
  });
});
