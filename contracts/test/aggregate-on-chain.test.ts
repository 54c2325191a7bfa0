import { expect } from 'chai';
import type { Digest } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { BallastError } from '../../protocol/errors.ts';
import { quorum } from '../../protocol/quorum.ts';
import * as client from '../client/index.ts';

const SIZE = 7;
const digest = (n: number): Digest => n.toString(16).padStart(64, '0');
const NETWORK = digest(0xabc);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'none';
}

/** A committee that signs with BLS from the first epoch on. The tests go on from one another. */
describe('aggregate votes on a chain', function () {
  this.timeout(60_000);

  const governance = client.devAccount(0);
  const stranger = client.devAccount(1);
  const committee = Array.from({ length: SIZE }, (_, i) =>
    client.devAccount(i + 2).address.toLowerCase(),
  ).toSorted();
  const secrets = committee.map((_, i) => client.blsSecretKey(new Uint8Array(48).fill(i + 1)));
  const keys = secrets.map(client.blsPublicKey);
  const successor = client.devAccount(20);

  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let owner: client.ChainWriter;
  let registry: string;
  let nodeRegistry: string;

  const domain = () => ({ chainId: anvil.chainId, contract: registry });
  const decisionOf = (version: number, epoch: number): client.RoundDecision => ({
    network: NETWORK,
    epoch,
    round: version,
    view: 0,
    outcome: 'accepted',
    version,
    modelDigest: digest(version),
    entryDigest: digest(0xe000 + version),
  });
  const aggregateOf = (signed: Digest, signers: readonly number[]): client.AggregateVote => ({
    signers,
    signature: client.aggregateBlsSignatures(
      secrets.filter((_, i) => signers.includes(i)).map((secret) => client.signBls(secret, 'vote', signed)),
    ),
  });
  const publish = (decision: client.RoundDecision, signers: readonly number[], by = owner) => {
    const aggregate = aggregateOf(client.roundDecisionDigest(domain(), decision), signers);
    return client.publishModel(reader, by, registry, { decision, keys, aggregate });
  };

  before(async () => {
    anvil = await client.startAnvil({ accounts: 5 });
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    reader = client.createReader(endpoint);
    owner = client.createWriter(endpoint, governance);
    const options = { minimumBond: 1n, unbondingDelaySeconds: 60 };
    ({ modelRegistry: registry, nodeRegistry } = await client.deployContracts(reader, owner, options));
    await client.initialiseModelRegistry(reader, owner, registry, {
      network: NETWORK,
      modelDigest: digest(0x6e),
      committee,
      keys,
      restorer: governance.address,
    });
  });

  after(() => anvil?.stop());

  it('publish a version with a quorum, and not with fewer', async () => {
    const decision = decisionOf(1, 0);
    expect(await codeOf(publish(decision, [0, 1, 2, 6]))).to.equal('QUORUM_NOT_REACHED');
    const published = await publish(decision, [1, 2, 3, 5, 6]);
    expect(published.status).to.equal('published');
    const another = client.createWriter({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId }, stranger);
    expect((await publish(decision, [0, 1, 2, 3, 4], another)).status).to.equal('already-published');
    expect(quorum(SIZE)).to.equal(5);
  });

  it('refuse votes one by one, and of another message', async () => {
    const decision = decisionOf(2, 0);
    const single = { decision, committee, signatures: [] };
    expect(await codeOf(client.publishModel(reader, owner, registry, single))).to.equal('SCHEME_MISMATCH');
    const aggregate = aggregateOf(digest(1), [0, 1, 2, 3, 4, 5, 6]);
    expect(
      await codeOf(client.publishModel(reader, owner, registry, { decision, keys, aggregate })),
    ).to.equal('AGGREGATE_INVALID');
  });

  it('let governance ask for a certified version, read the same by all at a block', async () => {
    expect(await client.restoreRequestAt(reader, registry)).to.equal(undefined);
    const before = Number(await reader.getBlockNumber());
    const writer = client.createWriter({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId }, stranger);
    const request = { version: 1, reason: 'drift' };
    expect(await codeOf(client.requestRestore(reader, writer, registry, request))).to.equal('NOT_RESTORER');
    expect(await codeOf(client.requestRestore(reader, owner, registry, { ...request, version: 2 }))).to.equal(
      'VERSION_NOT_CERTIFIED',
    );
    const receipt = await client.requestRestore(reader, owner, registry, request);
    const expected = { version: 1, nonce: 1, block: Number(receipt.blockNumber) };
    expect(await client.restoreRequestAt(reader, registry)).to.deep.equal(expected);
    expect(await client.restoreRequestAt(reader, registry, Number(receipt.blockNumber))).to.deep.equal(
      expected,
    );
    expect(await client.restoreRequestAt(reader, registry, before)).to.equal(undefined);
  });

  it('come from keys that signers name with a proof of possession', async () => {
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    const writer = client.createWriter(endpoint, stranger);
    const [first = new Uint8Array(), second = new Uint8Array()] = secrets;
    const name = (by: client.ChainWriter, secret: Uint8Array) =>
      client.registerBlsKey(reader, by, nodeRegistry, secret);
    expect(await codeOf(name(writer, first))).to.equal('NOT_SIGNER');
    const node = nodeSigner(new Uint8Array(32).fill(9));
    await client.registerNode(reader, owner, nodeRegistry, { keys: { node, signer: stranger }, bond: 1n });
    const receipt = await name(writer, first);
    const before = Number(receipt.blockNumber);
    console.log(`      gas of registerBlsKey: ${receipt.gasUsed}`);
    await name(writer, second);
    const keyed = (key: Uint8Array | undefined) => new Map([[stranger.address.toLowerCase(), key]]);
    expect(await client.blsKeysAt(reader, nodeRegistry)).to.deep.equal(keyed(keys[1]));
    expect(await client.blsKeysAt(reader, nodeRegistry, before)).to.deep.equal(keyed(keys[0]));

    const other = client.devAccount(2);
    const otherOwner = client.createWriter(endpoint, other);
    const otherSigner = client.devAccount(3);
    const otherNode = nodeSigner(new Uint8Array(32).fill(8));
    const registered = { keys: { node: otherNode, signer: otherSigner }, bond: 1n };
    await client.registerNode(reader, otherOwner, nodeRegistry, registered);
    const taker = client.createWriter(endpoint, otherSigner);
    expect(await codeOf(name(taker, first))).to.equal('BLS_KEY_TAKEN');
  });

  it('hand over to a committee that votes one by one', async () => {
    const next = [successor.address.toLowerCase()];
    const rotation: client.CommitteeRotation = {
      network: NETWORK,
      epoch: 1,
      version: 1,
      nextRoot: client.committeeRoot(next),
      nextSize: 1,
    };
    const aggregate = aggregateOf(client.committeeRotationDigest(domain(), rotation), [0, 1, 2, 3, 4]);
    const forged = { ...rotation, nextKeys: client.committeeKeysCommitment(keys.slice(0, 1)) };
    expect(
      await codeOf(client.rotateCommittee(reader, owner, registry, { rotation: forged, keys, aggregate })),
    ).to.equal('AGGREGATE_INVALID');
    await client.rotateCommittee(reader, owner, registry, { rotation, keys, aggregate });
    const decision = decisionOf(2, 1);
    const signature = await client.signRoundDecision(successor, domain(), decision);
    const certificate = { decision, committee: next, signatures: [{ index: 0, signature }] };
    expect((await client.publishModel(reader, owner, registry, certificate)).status).to.equal('published');
  });
});
