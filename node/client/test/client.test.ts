import { expect } from 'chai';
import { custom } from 'viem';
import { committeeRoot } from '../../../contracts/client/committee.ts';
import { STABILITY_FEE } from '../../../contracts/client/parameters.ts';
import { trustAssumption } from '../../../privacy/guarantee.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { networkId } from '../../../protocol/network.ts';
import { encodeWeights, weightsDigest } from '../../../protocol/vectors.ts';
import { assessRisk, forecastPeg } from '../../models/index.ts';
import { createBallastClient, type NodeFailure, NoNodeServedError } from '../index.ts';
import { answerRpc, type ChainState } from './chain-stub.ts';
import { type Answers, altered, fetchFrom, honest } from './node-stub.ts';
import {
  CONTRACTS,
  certify,
  committee,
  documentOf,
  model,
  type Published,
  publish,
  weightsOf,
} from './published.ts';

const WINDOW = {
  startHour: 480_000,
  deviation: Float64Array.from({ length: 1440 }, (_, hour) => 4 * Math.sin(hour / 24) - 1),
};
const CLOSE = Float64Array.from(
  { length: 800 },
  (_, hour) => 100 + 5 * Math.sin(hour / 30) + (hour % 7) / 10,
);
const MARKET = { startHour: 480_000, close: CLOSE, volume: null };

async function refusal(promise: Promise<unknown>): Promise<BallastError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('client', () => {
  let published: Published;
  let chain: ChainState;
  before(async () => {
    published = await publish(3);
  });
  beforeEach(() => {
    chain = { ...published.chain, versions: [...published.chain.versions] };
  });

  const clientOf = (nodes: Readonly<Record<string, Answers>>, more: { maxAgeSeconds?: number } = {}) => {
    const failures: NodeFailure[] = [];
    const { fetch, asked } = fetchFrom(nodes);
    const client = createBallastClient({
      nodes: Object.keys(nodes).map((name) => `http://${name}`),
      transport: custom({ request: async (request) => answerRpc(chain, request) }, { retryCount: 0 }),
      chainId: 31_337,
      modelRegistry: CONTRACTS.modelRegistry,
      fetch,
      onNodeFailure: (failure) => failures.push(failure),
      ...more,
    });
    return { client, failures, asked };
  };
  /** Codes of the node in front of an honest one, and whether the client got what it wanted all the same. */
  const codesOf = async (liar: Answers): Promise<string[]> => {
    const alone = clientOf({ liar });
    const error = await refusal(alone.client.getVersion('latest'));
    expect(error).to.be.instanceOf(NoNodeServedError);
    expect(error.message).to.include('http://liar');
    const { client, failures } = clientOf({ liar, honest: honest(published) });
    const { version, weights } = await client.getVersion('latest');
    expect(version).to.equal(3);
    expect(weights).to.deep.equal(weightsOf(3));
    const blamed = failures.filter(({ isContradiction }) => isContradiction).map(({ code }) => code);
    expect(blamed).to.deep.equal(
      failures.map(({ code }) => code).filter((code) => !code.startsWith('NODE_')),
    );
    expect(failures.every(({ node, metadata }) => node === 'http://liar' && metadata.node === node)).to.equal(
      true,
    );
    return [...new Set(failures.map(({ code }) => code))];
  };

  describe('with an honest node', () => {
    it('gives the last version, its certificate and its weights', async () => {
      const { client, failures } = clientOf({ honest: honest(published) });
      const version = await client.getVersion('latest');
      expect(version).to.deep.include({
        network: published.network,
        version: 3,
        modelDigest: weightsDigest(weightsOf(3)),
        round: 3,
        stale: false,
        latest: 3,
        publishedAt: 1_800_000_000,
        servedBy: 'http://honest',
        contributors: committee.members.map(({ node }) => node),
        privacy: {
          ...{ unit: 'record', relation: 'add-remove', epsilon: 0.93 * 3, delta: 1e-5 },
          accountant: 'gaussian',
          assumption: trustAssumption('record'),
        },
      });
      expect(version.weights).to.deep.equal(weightsOf(3));
      expect(version.certificate).to.deep.equal(published.certificates.get(3));
      expect(failures).to.deep.equal([]);
    });

    it('gives the genesis model, which nobody voted on', async () => {
      const { client } = clientOf({ honest: honest(published) });
      const genesis = await client.getVersion(0);
      expect(genesis.weights).to.deep.equal(weightsOf(0));
      expect(genesis).to.deep.include({ certificate: undefined, privacy: undefined, round: 0, stale: true });
    });

    it('says of an older version that it is stale', async () => {
      const { client } = clientOf({ honest: honest(published) });
      expect(await client.verifyVersion(2)).to.deep.include({
        version: 2,
        stale: true,
        latest: 3,
        publishedAt: undefined,
      });
    });

    it('forecasts with the verified weights what the model forecasts', async () => {
      const { client } = clientOf({ honest: honest(published) });
      const by = { version: 3, modelDigest: weightsDigest(weightsOf(3)) };
      expect(await client.forecastPeg(WINDOW)).to.deep.equal({
        ...by,
        ...forecastPeg(model, weightsOf(3), WINDOW),
      });
      const markets = { market: MARKET, reference: MARKET };
      expect(await client.assessRisk(markets)).to.deep.equal({
        ...by,
        ...assessRisk(model, weightsOf(3), markets),
      });
      const version = await client.getVersion(1);
      expect((await client.forecastPeg(WINDOW, { version })).version).to.equal(1);
    });

    it('reads a parameter from the chain by name and by id', async () => {
      const { client } = clientOf({ honest: honest(published) });
      const fee = await client.getParameter('STABILITY_FEE');
      expect(fee).to.deep.include({
        parameter: STABILITY_FEE,
        value: chain.fee,
        unit: 'wad/year',
        sequence: 5,
      });
      expect(await client.getParameter(STABILITY_FEE)).to.deep.equal(fee);
    });

    it('asks for what never changes once, and hands out copies', async () => {
      const { client, asked } = clientOf({ honest: honest(published) });
      const first = await client.getVersion('latest');
      first.weights.fill(Number.NaN);
      const times = asked.length;
      expect((await client.getVersion('latest')).weights).to.deep.equal(weightsOf(3));
      expect(await client.getWeights(first.modelDigest)).to.deep.equal(weightsOf(3));
      expect(asked).to.have.length(times);
    });

    it('takes a document from the caller, and refuses one of another network', async () => {
      const { fetch, asked } = fetchFrom({ honest: honest(published) });
      const transport = custom({ request: async (request) => answerRpc(chain, request) });
      const options = { nodes: ['http://honest'], transport, fetch };
      const client = createBallastClient({ ...options, network: published.document });
      expect((await client.getNetwork()).id).to.equal(published.network);
      expect(asked).to.deep.equal([]);
      const other = createBallastClient({ ...options, network: { ...published.document, name: 'other' } });
      expect((await refusal(other.getNetwork())).code).to.equal('NETWORK_ID_MISMATCH');
    });
  });

  describe('with a node that lies', () => {
    it('refuses another network document', async () => {
      const lie = altered(honest(published), '/network', (answer: { document: object }) => ({
        ...answer,
        document: { ...answer.document, name: 'other' },
      }));
      expect(await codesOf(lie)).to.deep.equal(['NETWORK_ID_MISMATCH']);
    });

    it('refuses weights with one bit changed', async () => {
      const lie: Answers = (path) => {
        const answer = honest(published)(path);
        if (answer === undefined || !path.startsWith('/v1/weights/')) return answer;
        const body = Uint8Array.from(answer.body as Uint8Array);
        body[9] = (body[9] ?? 0) ^ 1;
        return { ...answer, body };
      };
      expect(await codesOf(lie)).to.deep.equal(['WEIGHTS_DIGEST_MISMATCH']);
    });

    it('refuses the certificate and weights of an older version', async () => {
      const lie: Answers = (path) => honest(published)(path.replace('/models/3/', '/models/2/'));
      expect(await codesOf(lie)).to.deep.equal(['CERTIFICATE_MISMATCH']);
    });

    it('goes on where a node is behind, and says so', async () => {
      const behind: Answers = (path) => (path.includes('/models/3/') ? undefined : honest(published)(path));
      expect(await codesOf(behind)).to.deep.equal(['NODE_BEHIND']);
    });

    it('refuses each field of the entry that is changed', async () => {
      const certificate = published.certificates.get(3);
      const changes: Record<string, unknown> = {
        round: 4,
        parent: 'f'.repeat(64),
        beacon: 'f'.repeat(64),
        finalized: 28,
        nextBeaconHeight: 31,
        baseVersion: 1,
        baseDigest: 'f'.repeat(64),
        updates: { ...certificate?.entry.updates, selected: 1 },
        reason: 'because',
        candidateDigest: 'f'.repeat(64),
        baseState: 'f'.repeat(64),
        stateDigest: 'f'.repeat(64),
        candidateState: 'f'.repeat(64),
        privacy: { ...certificate?.entry.privacy, epsilon: 0.1 },
        standing: 'f'.repeat(64),
        offences: [{ node: committee.members[0]?.node, kind: 'false-ledger', evidence: 'f'.repeat(64) }],
        nextCommittee: 'f'.repeat(64),
      };
      for (const [field, value] of Object.entries(changes)) {
        const lie = altered(honest(published), '/models/3/certificate', (answer: { entry: object }) => ({
          ...answer,
          entry: { ...answer.entry, [field]: value },
        }));
        expect(await codesOf(lie), field).to.deep.equal(['CERTIFICATE_QUORUM']);
      }
    });

    it('refuses updates that the entry does not name', async () => {
      type Updates = { updates: { node: string; digest: string; fate: string }[] };
      const changes: ((answer: Updates) => Updates['updates'])[] = [
        ({ updates }) => updates.slice(1),
        ({ updates }) => updates.toReversed(),
        ({ updates }) => updates.map((row) => ({ ...row, fate: 'accepted' })),
        ({ updates: [first, ...rest] }) => [{ ...first, digest: 'f'.repeat(64) } as never, ...rest],
      ];
      for (const change of changes) {
        const lie = altered(honest(published), '/roll', (answer: Updates) => ({ updates: change(answer) }));
        expect(await codesOf(lie)).to.deep.equal(['ROLL_MISMATCH']);
      }
    });

    it('refuses a rejected round in place of a version, and an epoch that has not begun', async () => {
      for (const change of [{ outcome: 'rejected' }, { epoch: 1 }]) {
        const lie = altered(honest(published), '/models/3/certificate', (answer: { entry: object }) => ({
          ...answer,
          entry: { ...answer.entry, ...change },
        }));
        expect(await codesOf(lie)).to.deep.equal(['CERTIFICATE_MISMATCH']);
      }
    });

    it('refuses an epoch whose committee nobody serves, and goes on', async () => {
      chain.committees = [...chain.committees, { root: 'e'.repeat(64), size: 4 }];
      const lie = altered(honest(published), '/models/3/certificate', (answer: { entry: object }) => ({
        ...answer,
        entry: { ...answer.entry, epoch: 1 },
      }));
      const { client, failures } = clientOf({ liar: lie, honest: honest(published) });
      expect((await client.getVersion('latest')).version).to.equal(3);
      expect(failures.map(({ code }) => code)).to.include('COMMITTEE_NOT_SERVED');
    });

    it('refuses too few signatures, one member twice, strangers and another view', async () => {
      type Signatures = { view: number; signatures: { index: number; signature: string }[] };
      const changes: Record<string, (answer: Signatures) => Partial<Signatures>> = {
        'one less': ({ signatures }) => ({ signatures: signatures.slice(1) }),
        twice: ({ signatures: [first, ...rest] }) => ({
          signatures: [...rest.slice(1), first, first] as never,
        }),
        none: () => ({ signatures: [] }),
        stranger: ({ signatures }) => ({
          signatures: signatures.map((each) => ({ ...each, signature: signatures[0]?.signature ?? '' })),
        }),
        view: () => ({ view: 1 }),
        index: ({ signatures }) => ({
          signatures: signatures.map((each) => ({
            ...each,
            index: (each.index + 1) % committee.members.length,
          })),
        }),
      };
      for (const [name, change] of Object.entries(changes)) {
        const lie = altered(honest(published), '/models/3/certificate', (answer: Signatures) => ({
          ...answer,
          ...change(answer),
        }));
        expect(await codesOf(lie), name).to.deep.equal(['CERTIFICATE_QUORUM']);
      }
    });

    it('refuses signatures made for another registry, chain or network', async () => {
      const entry = published.certificates.get(3)?.entry;
      if (entry === undefined) throw new Error('no certificate');
      const elsewhere = [
        await certify(
          published.network,
          documentOf({ ...CONTRACTS, modelRegistry: `0x${'9'.repeat(40)}` }),
          entry,
        ),
        await certify(published.network, documentOf(CONTRACTS, 1), entry),
        await certify('f'.repeat(64), published.document, entry),
      ];
      for (const certificate of elsewhere) {
        const certificates = new Map(published.certificates).set(3, certificate);
        expect(await codesOf(honest({ ...published, certificates }))).to.deep.equal(['CERTIFICATE_QUORUM']);
      }
    });

    it('refuses another committee', async () => {
      type Members = { members: { signer: string; node: string }[] };
      const changes = [
        ({ members }: Members) => ({ members: members.slice(1) }),
        ({ members }: Members) => ({
          members: members.map((each, i) => (i === 0 ? { ...each, signer: `0x${'0'.repeat(40)}` } : each)),
        }),
        () => ({ epoch: 1 }),
      ];
      for (const change of changes) {
        const lie = altered(honest(published), '/committees/0', (answer: Members) => ({
          ...answer,
          ...change(answer),
        }));
        const { client, failures } = clientOf({ liar: lie, honest: honest(published) });
        await client.verifyVersion('latest');
        expect(failures.map(({ code }) => code)).to.deep.equal(['COMMITTEE_ROOT_MISMATCH']);
      }
      const [first, second] = committee.members;
      const reversed = altered(honest(published), '/committees/0', () => ({
        epoch: 0,
        members: [second, first],
      }));
      const { client, failures } = clientOf({ liar: reversed, honest: honest(published) });
      await client.verifyVersion('latest');
      expect(failures.map(({ code }) => code)).to.deep.equal(['NODE_RESPONSE_MALFORMED']);
    });

    it('refuses what is not what it should be', async () => {
      const answers: Record<string, Answers> = {
        'not JSON': () => ({ body: '<html>' }),
        'not UTF-8': () => ({ body: Uint8Array.of(0xff, 0xfe) }),
        'no fields': () => ({ body: '{}' }),
        null: () => ({ body: 'null' }),
      };
      for (const [name, answer] of Object.entries(answers))
        expect(await codesOf(answer), name).to.deep.equal(['NODE_RESPONSE_MALFORMED']);
      expect(await codesOf(() => ({ status: 503, body: '' }))).to.deep.equal(['NODE_STATUS']);
      expect(
        await codesOf(() => ({ status: 302, headers: { location: 'http://honest/v1/network' }, body: '' })),
      ).to.deep.equal(['NODE_REDIRECTED']);
      expect(await codesOf(() => ({ body: 'x'.repeat(1 << 20) }))).to.deep.equal(['NODE_RESPONSE_TOO_LARGE']);
    });

    it('asks a node that failed after the others from then on', async () => {
      const { client, asked } = clientOf({ liar: () => ({ body: '{}' }), honest: honest(published) });
      await client.getVersion('latest');
      expect(asked.filter((url) => url.startsWith('liar'))).to.have.length(1);
    });
  });

  describe('with weights that no network of this layout has', () => {
    it('refuses them though they hash to the digest', async () => {
      const bytes = encodeWeights(new Float64Array(3));
      const digest = weightsDigest(new Float64Array(3));
      const weights = new Map(published.weights).set(digest, bytes);
      const { client } = clientOf({ honest: honest({ ...published, weights }) });
      const error = await refusal(client.getWeights(digest));
      expect((error as NoNodeServedError).failures.map(({ code }) => code)).to.deep.equal([
        'WEIGHTS_LAYOUT_MISMATCH',
      ]);
    });
  });

  describe('with the chain', () => {
    it('refuses an endpoint of another chain, a version that is not there and a registry without a network', async () => {
      const { client } = clientOf({ honest: honest(published) });
      expect((await refusal(client.getVersion(9))).code).to.equal('VERSION_UNKNOWN');
      chain.network = '0'.repeat(64);
      expect((await refusal(client.getVersion('latest'))).code).to.equal('NETWORK_NOT_INITIALISED');
      chain.chainId = 1;
      const other = clientOf({ honest: honest(published) }).client;
      expect((await refusal(other.getVersion('latest'))).code).to.equal('CHAIN_ID_MISMATCH');
    });

    it('refuses a network that names another registry', async () => {
      const document = documentOf({ ...CONTRACTS, modelRegistry: `0x${'9'.repeat(40)}` });
      const network = networkId(document);
      chain.network = network;
      const { client } = clientOf({ honest: honest({ ...published, document, network }) });
      expect((await refusal(client.getNetwork())).code).to.equal('NETWORK_ANCHOR_MISMATCH');
    });

    it('refuses a version that is too old, by the time of the chain', async () => {
      const { client } = clientOf({ honest: honest(published) }, { maxAgeSeconds: 60 });
      expect((await client.getVersion('latest')).version).to.equal(3);
      chain.now += 1;
      const error = await refusal(client.forecastPeg(WINDOW));
      expect(error.code).to.equal('VERSION_TOO_OLD');
      expect(error.metadata.ageSeconds).to.equal(61);
    });

    it('checks votes against the committee of the round, not of today', async () => {
      chain.committees = [...chain.committees, { root: committeeRoot([`0x${'7'.repeat(40)}`]), size: 1 }];
      const { client } = clientOf({ honest: honest(published) });
      expect((await client.getVersion(3)).version).to.equal(3);
    });
  });

  describe('watching', () => {
    it('tells each new version once, goes on after a failure, and ends with the signal', async () => {
      const { client } = clientOf({ honest: honest(published) });
      const all = [...chain.versions];
      chain.versions = all.slice(0, 2);
      const stop = new AbortController();
      const seen: number[] = [];
      const errors: unknown[] = [];
      await client.watchVersions({
        intervalMs: 1,
        signal: stop.signal,
        onError: (error) => errors.push(error),
        onVersion: ({ version }) => {
          seen.push(version);
          chain.versions = all.slice(0, version + 2);
          if (version === 2) throw new Error('the consumer failed');
          if (version === 3) stop.abort();
        },
      });
      expect(seen).to.deep.equal([1, 2, 3]);
      expect(errors.map(String)).to.deep.equal(['Error: the consumer failed']);
    });

    it('asks nobody when the signal has aborted before', async () => {
      const { client, asked } = clientOf({ honest: honest(published) });
      await client.watchVersions({ signal: AbortSignal.abort(), onVersion: () => undefined });
      expect(asked).to.deep.equal([]);
      const error = await client
        .getVersion('latest', { signal: AbortSignal.abort(new Error('enough')) })
        .catch(String);
      expect(error).to.equal('Error: enough');
    });
  });

  describe('options', () => {
    const good = {
      nodes: ['http://127.0.0.1:9470'],
      rpcUrl: 'http://127.0.0.1:8545',
      chainId: 1,
      modelRegistry: `0x${'2'.repeat(40)}`,
    };
    const bad: Record<string, object> = {
      nodes: { nodes: [] },
      'nodes[0]': { nodes: ['ftp://x'] },
      'nodes[1]': { nodes: ['https://x', 'http://user:secret@x'] },
      'nodes[0].token': { nodes: [{ url: 'http://x', token: 'two words' }] },
      rpcUrl: { rpcUrl: 'javascript:alert(1)' },
      chainId: { chainId: 0 },
      modelRegistry: { modelRegistry: '0x12' },
      timeoutMs: { timeoutMs: 0 },
      maxAgeSeconds: { maxAgeSeconds: -1 },
      finality: { finality: 'safe' },
    };
    for (const [field, change] of Object.entries(bad)) {
      it(`refuses ${field}: ${JSON.stringify(change)}`, () => {
        try {
          createBallastClient({ ...good, ...change });
        } catch (error) {
          expect(error).to.be.instanceOf(BallastError);
          expect(error).to.deep.include({ code: 'CLIENT_OPTIONS', metadata: { field } });
          expect(String(error)).not.to.include('secret');
          return;
        }
        throw new Error('expected a refusal');
      });
    }

    it('takes the good ones', () => {
      expect(Object.keys(createBallastClient(good))).to.include('getVersion');
    });
  });
});
