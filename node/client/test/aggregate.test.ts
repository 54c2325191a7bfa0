import { expect } from 'chai';
import { custom } from 'viem';
import { committeeKeysCommitment } from '../../../contracts/client/aggregate-votes.ts';
import {
  aggregateBlsSignatures,
  blsPublicKey,
  blsSecretKey,
  signBls,
} from '../../../contracts/client/bls.ts';
import { roundDecisionDigest } from '../../../contracts/client/typed-data.ts';
import { decisionOf } from '../../../coordinator/entry.ts';
import { toHex } from '../../../protocol/digest.ts';
import { createBallastClient, type NodeFailure } from '../index.ts';
import { answerRpc, type ChainState } from './chain-stub.ts';
import { type Answers, altered, fetchFrom, honest } from './node-stub.ts';
import { CONTRACTS, committee, type Published, publish, weightsOf } from './published.ts';

const secrets = committee.members.map((_, i) => blsSecretKey(new Uint8Array(48).fill(i + 1)));
const keys = secrets.map(blsPublicKey);
type Served = { members: { blsKey?: string }[] };

describe('client of a committee that votes with BLS', () => {
  let published: Published;
  let chain: ChainState;

  before(async () => {
    published = await publish(2);
    const [first] = published.chain.committees;
    if (first === undefined) throw new Error('there is one committee');
    chain = { ...published.chain, committees: [{ ...first, keys: committeeKeysCommitment(keys) }] };
  });

  /** The votes of some members in one, and what says who they were. */
  function sealed(signers: readonly number[], said = signers) {
    const entry = published.certificates.get(2)?.entry;
    if (entry === undefined) throw new Error('there are two versions');
    const domain = { chainId: 31_337, contract: CONTRACTS.modelRegistry };
    const digest = roundDecisionDigest(domain, decisionOf(published.network, entry, 0));
    const votes = secrets
      .filter((_, i) => signers.includes(i))
      .map((secret) => signBls(secret, 'vote', digest));
    return { signers: said, signature: toHex(aggregateBlsSignatures(votes)) };
  }

  const node = (aggregate: unknown, served: readonly (Uint8Array | undefined)[] = keys): Answers => {
    const certified = altered(honest(published), '/models/2/certificate', (answer: object) => ({
      ...answer,
      signatures: [],
      aggregate,
    }));
    return altered(certified, '/committees/0', ({ members, ...rest }: Served) => ({
      ...rest,
      members: members.map((member, i) => {
        const key = served[i];
        return { ...member, ...(key === undefined ? {} : { blsKey: toHex(key) }) };
      }),
    }));
  };

  async function codesOf(answers: Answers): Promise<string[]> {
    const failures: NodeFailure[] = [];
    const client = createBallastClient({
      nodes: ['http://node'],
      transport: custom({ request: async (request) => answerRpc(chain, request) }, { retryCount: 0 }),
      chainId: 31_337,
      modelRegistry: CONTRACTS.modelRegistry,
      fetch: fetchFrom({ node: answers }).fetch,
      onNodeFailure: (failure) => failures.push(failure),
    });
    const version = await client.getVersion('latest').catch(() => undefined);
    if (version === undefined) return failures.map(({ code }) => code);
    expect(version.weights).to.deep.equal(weightsOf(2));
    expect(version.certificate?.aggregate).to.not.equal(undefined);
    return failures.map(({ code }) => code);
  }

  it('takes their sum from a quorum, whoever is in it', async () => {
    expect(await codesOf(node(sealed([0, 1, 2])))).to.deep.equal([]);
    expect(await codesOf(node(sealed([0, 1, 2, 3])))).to.deep.equal([]);
  });

  it('refuses the sum of fewer, of others, or of one vote counted twice', async () => {
    for (const aggregate of [sealed([0, 1]), sealed([0, 1, 2], [0, 1, 3]), sealed([0, 1], [0, 1, 2])])
      expect(await codesOf(node(aggregate))).to.deep.equal(['CERTIFICATE_QUORUM']);
  });

  it('refuses keys that are not those of the chain’s commitment, and votes one by one', async () => {
    const stranger = blsPublicKey(blsSecretKey(new Uint8Array(48).fill(99)));
    const aggregate = sealed([0, 1, 2]);
    const none: undefined[] = [undefined, undefined, undefined, undefined];
    for (const served of [keys.with(3, stranger), keys.toReversed(), none])
      expect(await codesOf(node(aggregate, served)), String(served)).to.include('COMMITTEE_NOT_SERVED');
    expect(await codesOf(honest(published))).to.include('COMMITTEE_NOT_SERVED');
    const single = altered(node(aggregate), '/models/2/certificate', (answer: object) => ({
      ...answer,
      signatures: published.certificates
        .get(2)
        ?.signatures.map(({ index, signature }) => ({ index, signature: toHex(signature) })),
      aggregate: undefined,
    }));
    expect(await codesOf(single)).to.deep.equal(['CERTIFICATE_QUORUM']);
  });
});
