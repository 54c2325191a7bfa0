import { expect } from 'chai';
import { type HDAccount, hashTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Digest } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { BallastError } from '../../protocol/errors.ts';
import { quorum } from '../../protocol/quorum.ts';
import { chainRequest } from '../client/errors.ts';
import * as client from '../client/index.ts';
import { bytesFromHex, hexFromBytes, wordFromDigest } from '../client/words.ts';

const SIZE = 7;
const Q = quorum(SIZE);
const WAD = 10n ** 18n;
const bps = (n: number) => (BigInt(n) * WAD) / 10_000n;
const digest = (n: number): Digest => n.toString(16).padStart(64, '0');
const NETWORK = digest(0xabc);
const GENESIS = digest(0x6e);
const FIRST_FEE = bps(500);
const LIMITS: client.ParameterLimits = {
  min: bps(100),
  max: bps(530),
  stepUp: bps(100),
  stepDown: bps(50),
  budgetUp: bps(1_000),
  budgetDown: bps(1_000),
  cooldownSeconds: 60,
  windowSeconds: 604_800,
  risk: 'both',
  haltClass: 0,
  isWired: false,
};

async function failure(promise: Promise<unknown>): Promise<BallastError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** A network on a real chain. The tests go on from one another, as its rounds do. */
describe('contracts on a chain', function () {
  this.timeout(60_000);

  const governance = client.devAccount(0);
  const accounts = Array.from({ length: SIZE }, (_, i) => client.devAccount(i + 1)).toSorted((a, b) =>
    a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1,
  );
  const committee = accounts.map(({ address }) => address.toLowerCase());
  const signers = accounts.map((_, i) => nodeSigner(new Uint8Array(32).fill(i + 1)));
  /** The owners of the bonds, apart from the signers. */
  const owners = accounts.map((_, i) => client.devAccount(SIZE + 1 + i));

  let anvil: client.Anvil;
  let reader: client.ChainReader;
  let owner: client.ChainWriter;
  let contracts: client.Deployment;
  const gas: Record<string, bigint> = {};

  const writerOf = (account: HDAccount): client.ChainWriter =>
    client.createWriter({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 }, account);
  const modelDomain = () => ({ chainId: anvil.chainId, contract: contracts.modelRegistry });
  const controllerDomain = () => ({ chainId: anvil.chainId, contract: contracts.controller });
  const now = async () => Number((await reader.getBlock()).timestamp);
  const passTime = async (seconds: number) => {
    await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
    await reader.request({ method: 'evm_mine' } as never);
  };

  const decisionOf = (version: number, epoch = 0): client.RoundDecision => ({
    network: NETWORK,
    epoch,
    round: 10 * version,
    view: 1,
    outcome: 'accepted',
    version,
    modelDigest: digest(version),
    entryDigest: digest(0xe000 + version),
  });
  const certificate = async (decision: client.RoundDecision, count: number) => ({
    decision,
    committee,
    signatures: await Promise.all(
      accounts.slice(0, count).map(async (account, index) => ({
        index,
        signature: await client.signRoundDecision(account, modelDomain(), decision),
      })),
    ),
  });
  const publish = async (decision: client.RoundDecision, count: number) =>
    client.publishModel(reader, owner, contracts.modelRegistry, await certificate(decision, count));

  const update = async (): Promise<client.ParameterUpdate> => {
    const model = await client.latestModel(reader, contracts.modelRegistry);
    const state = await client.parameterState(reader, contracts, client.STABILITY_FEE);
    return {
      network: NETWORK,
      sequence: state.sequence + 1,
      modelVersion: model.version,
      modelDigest: model.modelDigest,
      transcript: digest(0xe000 + model.version),
      expiry: (await now()) + 3600,
      parameters: [{ parameter: client.STABILITY_FEE, expected: state.value }],
    };
  };
  const recommend = async (values: readonly bigint[]) => {
    const shared = await update();
    const votes = values.map(async (value, index) => {
      const account = accounts[index] ?? governance;
      const own = { values: [value], explanation: client.explanationDigest(`member ${index}`) };
      return {
        index,
        ...own,
        signature: await client.signRecommendation(account, controllerDomain(), { ...shared, ...own }),
      };
    });
    return { update: shared, votes: await Promise.all(votes), committee };
  };
  const apply = async (values: readonly bigint[]) =>
    client.applyRecommendations(reader, owner, contracts.controller, await recommend(values));

  before(async () => {
    anvil = await client.startAnvil({ accounts: 2 * SIZE + 3 });
    reader = client.createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });
    owner = writerOf(governance);
    contracts = await client.deployContracts(reader, owner, {
      minimumBond: WAD,
      unbondingDelaySeconds: 3600,
    });
    await client.initialiseModelRegistry(reader, owner, contracts.modelRegistry, {
      network: NETWORK,
      modelDigest: GENESIS,
      committee,
    });
    await client.configureParameter(reader, owner, contracts, {
      parameter: client.STABILITY_FEE,
      unit: client.WAD_PER_YEAR,
      value: FIRST_FEE,
      limits: LIMITS,
    });
  });

  after(async () => {
    await anvil?.stop();
    for (const [call, used] of Object.entries(gas)) console.log(`      gas of ${call}: ${used}`);
  });

  it('registers operators and lists those whose proof holds', async () => {
    for (const [i, signer] of accounts.entries()) {
      const node = signers[i];
      const owner = owners[i];
      if (node === undefined || owner === undefined) throw new Error('a node and an owner for every account');
      const receipt = await client.registerNode(reader, writerOf(owner), contracts.nodeRegistry, {
        keys: { node, signer },
        bond: WAD,
      });
      gas.register = receipt.gasUsed;
    }
    const operators = await client.activeOperators(reader, contracts.nodeRegistry, {
      fromBlock: contracts.block,
    });
    expect(operators.map(({ signer }) => signer)).to.deep.equal(committee);
    expect(operators.map(({ owner }) => owner)).to.deep.equal(
      owners.map(({ address }) => address.toLowerCase()),
    );
    expect(operators.map(({ node }) => node)).to.deep.equal(signers.map(({ nodeId }) => nodeId));
    expect(operators.every(({ bond }) => bond === WAD)).to.equal(true);
  });

  it('leaves out an operator that claims a key which it does not hold', async () => {
    const impostor = client.devAccount(2 * SIZE + 1);
    const stolen = nodeSigner(new Uint8Array(32).fill(99));
    const node = { ...stolen, sign: nodeSigner(new Uint8Array(32).fill(98)).sign };
    await client.registerNode(reader, writerOf(impostor), contracts.nodeRegistry, {
      keys: { node, signer: client.devAccount(2 * SIZE + 2) },
      bond: WAD,
    });
    const all = await client.registeredOperators(reader, contracts.nodeRegistry);
    expect(all).to.have.length(SIZE + 1);
    expect(all.filter(({ proven }) => !proven).map(({ owner }) => owner)).to.deep.equal([
      impostor.address.toLowerCase(),
    ]);
    expect(await client.activeOperators(reader, contracts.nodeRegistry)).to.have.length(SIZE);
  });

  it('signs the proof bytes that the registry states', async () => {
    const owner = accounts[0]?.address ?? '0x';
    const stated = await reader.readContract({
      abi: client.nodeRegistryAbi,
      address: contracts.nodeRegistry,
      functionName: 'proofMessage',
      args: [owner],
    });
    const statement = { chainId: anvil.chainId, nodeRegistry: contracts.nodeRegistry, owner };
    expect(bytesFromHex(stated)).to.deep.equal(client.nodeProofMessage(statement));
  });

  it('hashes the signer proof as the registry does', async () => {
    const [owner, signer, node] = [owners[0]?.address ?? '0x', accounts[0]?.address ?? '0x', signers[0]];
    if (node === undefined) throw new Error('a node for every account');
    const digest = await reader.readContract({
      abi: client.nodeRegistryAbi,
      address: contracts.nodeRegistry,
      functionName: 'hashSignerProof',
      args: [owner, signer, hexFromBytes(node.publicKey), 3n],
    });
    const statement = { chainId: anvil.chainId, nodeRegistry: contracts.nodeRegistry, owner };
    const typed = client.signerProofTypedData({ ...statement, node: node.nodeId, nonce: 3n }, signer);
    expect(hashTypedData(typed)).to.equal(digest);
  });

  it('finds a committee by its root after rotations and exits, which change who is active', async () => {
    const root = client.committeeRoot(committee);
    const first = await client.committeeOperators(reader, contracts.nodeRegistry, root);
    expect(first?.map(({ signer }) => signer)).to.deep.equal(committee);
    const [owner, node] = [owners[0], signers[0]];
    if (owner === undefined || node === undefined) throw new Error('an owner and a node for every account');
    const next = client.devAccount(2 * SIZE + 2);
    const taken = await failure(
      client.rotateSigner(reader, writerOf(owner), contracts.nodeRegistry, {
        node: node.nodeId,
        signer: next,
      }),
    );
    expect(taken.code).to.equal('SIGNER_TAKEN');
    const fresh = privateKeyToAccount(`0x${'51'.repeat(32)}`);
    await client.rotateSigner(reader, writerOf(owner), contracts.nodeRegistry, {
      node: node.nodeId,
      signer: fresh,
    });
    const record = await client.operatorRecord(reader, contracts.nodeRegistry, owner.address);
    expect(record).to.include({ status: 'active', signer: fresh.address.toLowerCase(), node: node.nodeId });
    const active = await client.activeOperators(reader, contracts.nodeRegistry);
    const rotated = active.map(({ signer }) => signer);
    expect(rotated).to.include(fresh.address.toLowerCase()).and.not.to.include(committee[0]);
    const later = await client.committeeOperators(
      reader,
      contracts.nodeRegistry,
      client.committeeRoot(rotated),
    );
    expect(later?.find(({ signer }) => signer === fresh.address.toLowerCase())?.node).to.equal(node.nodeId);
    expect(await client.committeeOperators(reader, contracts.nodeRegistry, root)).to.deep.equal(first);
    expect(await client.committeeOperators(reader, contracts.nodeRegistry, digest(1))).to.equal(undefined);
  });

  it('lets an operator leave and pays the bond back after the delay', async () => {
    const impostor = writerOf(client.devAccount(2 * SIZE + 1));
    const { address } = impostor.account;
    await client.exitNode(reader, impostor, contracts.nodeRegistry);
    const early = await failure(client.withdrawBond(reader, impostor, contracts.nodeRegistry));
    expect(early.code).to.equal('STILL_BONDED');
    expect(early.metadata.owner).to.equal(address.toLowerCase());
    expect((await client.operatorRecord(reader, contracts.nodeRegistry, address)).status).to.equal('exiting');
    await passTime(3600);
    const before = await reader.getBalance({ address });
    await client.withdrawBond(reader, impostor, contracts.nodeRegistry);
    expect((await reader.getBalance({ address })) - before > (WAD * 99n) / 100n).to.equal(true);
    const { status } = await client.operatorRecord(reader, contracts.nodeRegistry, address);
    expect(status).to.equal('none');
  });

  it('reads the operators of every block from events alone, as the state of that block has them', async () => {
    const stateless = {
      ...reader,
      readContract: () => Promise.reject(new Error('missing trie node')),
    } as client.ChainReader;
    const last = Number(await reader.getBlockNumber());
    let most = 0;
    for (let block = Number(contracts.block); block <= last; block++) {
      const state = await client.activeOperators(reader, contracts.nodeRegistry, { atBlock: BigInt(block) });
      const expected = state.map(({ owner, signer, node, bond }) => ({ owner, signer, node, bond }));
      expect(await client.operatorsAt(stateless, contracts.nodeRegistry, block)).to.deep.equal(expected);
      most = Math.max(most, expected.length);
    }
    expect(most).to.be.at.least(SIZE);
  });

  it('passes on why one of several values that are read in one call cannot be', async () => {
    const unknown = await failure(client.parameterState(reader, contracts, digest(1)));
    expect([unknown.code, unknown.metadata.id]).to.deep.equal(['PARAMETER_UNKNOWN', digest(1)]);
  });

  it('hashes what is signed as the contracts do', async () => {
    const decision = decisionOf(1);
    const { view: viewNumber, ...rest } = decision;
    const onChain = await reader.readContract({
      abi: client.modelRegistryAbi,
      address: contracts.modelRegistry,
      functionName: 'hashRoundDecision',
      args: [
        {
          network: wordFromDigest(rest.network),
          epoch: BigInt(rest.epoch),
          round: BigInt(rest.round),
          viewNumber,
          outcome: 1,
          version: BigInt(rest.version),
          modelDigest: wordFromDigest(rest.modelDigest),
          entryDigest: wordFromDigest(rest.entryDigest),
        },
      ],
    });
    expect(onChain).to.equal(wordFromDigest(client.roundDecisionDigest(modelDomain(), decision)));
  });

  it('refuses a version with one vote less than a quorum, and publishes it with a quorum', async () => {
    const error = await failure(publish(decisionOf(1), Q - 1));
    expect(error).to.be.instanceOf(client.ContractRevertError);
    expect(error.code).to.equal('QUORUM_NOT_REACHED');
    expect(error.metadata).to.deep.equal({ given: String(Q - 1), required: String(Q) });

    await publish(decisionOf(1), Q);
    const second = await publish(decisionOf(2), Q);
    expect(second.status).to.equal('published');
    if (second.status !== 'published') throw new Error('version 2 is new');
    gas[`publish, ${Q} signatures of ${SIZE}`] = second.gasUsed;
    expect(Number(second.gasUsed)).to.be.below(102_000);
    expect(await client.latestModel(reader, contracts.modelRegistry)).to.include({
      version: 2,
      modelDigest: digest(2),
      round: 20,
    });
    expect(await client.modelDigestOf(reader, contracts.modelRegistry, 0)).to.equal(GENESIS);
    expect((await failure(client.modelDigestOf(reader, contracts.modelRegistry, 3))).code).to.equal(
      'VERSION_UNKNOWN',
    );
    const anchored = await client.publications(reader, contracts.modelRegistry, {
      fromBlock: contracts.block,
    });
    expect(anchored.map(({ version, entryDigest }) => ({ version, entryDigest }))).to.deep.equal([
      { version: 1, entryDigest: digest(0xe001) },
      { version: 2, entryDigest: digest(0xe002) },
    ]);
  });

  it('takes a version that somebody else has published as a success, and another digest as an error', async () => {
    const bundle = await certificate(decisionOf(1), Q);
    const another = writerOf(accounts[0] ?? governance);
    expect(await client.publishModel(reader, another, contracts.modelRegistry, bundle)).to.deep.equal({
      status: 'already-published',
    });
    const conflict = await failure(publish({ ...decisionOf(1), modelDigest: digest(77) }, Q));
    expect(conflict.code).to.equal('VERSION_CONFLICT');
  });

  it('lets one of two submitters in the same block win and tells the other so', async () => {
    await reader.request({ method: 'evm_setAutomine', params: [false] } as never);
    const bundle = await certificate(decisionOf(3), Q);
    const submit = (account: HDAccount) =>
      client.publishModel(reader, writerOf(account), contracts.modelRegistry, bundle);
    const racing = Promise.all([submit(governance), submit(accounts[0] ?? governance)]);
    const { promise: mined, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(async () => {
      const pool = (await reader.request({ method: 'txpool_status' } as never)) as { pending: string };
      if (Number(pool.pending) < 2) return;
      clearInterval(timer);
      await reader.request({ method: 'evm_mine' } as never);
      resolve();
    }, 20);
    await mined;
    const results = await racing;
    await reader.request({ method: 'evm_setAutomine', params: [true] } as never);
    expect(results.map(({ status }) => status).toSorted()).to.deep.equal(['already-published', 'published']);
  });

  it('applies the lower median of a quorum, whatever the order of the votes', async () => {
    await passTime(LIMITS.cooldownSeconds);
    // The first batch ever fills two empty slots.
    const first = await apply(Array(Q).fill(bps(505)));
    gas[`the first apply, ${Q} signatures of ${SIZE}`] = first.gasUsed;
    await passTime(LIMITS.cooldownSeconds);
    const changed = await apply([bps(520), bps(501), bps(515), bps(510), bps(505)]);
    expect(changed.values).to.deep.equal([bps(510)]);
    gas[`apply, ${Q} signatures of ${SIZE}`] = changed.gasUsed;
    const state = await client.parameterState(reader, contracts, client.STABILITY_FEE);
    expect(state).to.deep.include({
      value: bps(510),
      unit: client.WAD_PER_YEAR,
      sequence: 2,
      limits: LIMITS,
    });
    expect(state.readyAt).to.equal((await now()) + LIMITS.cooldownSeconds);
    expect(Number(changed.gasUsed)).to.be.below(127_000);
  });

  it('refuses a median beyond a bound with the parameter and the bound, before anything is sent', async () => {
    const cooling = await failure(apply(Array(Q).fill(bps(515))));
    expect(cooling.code).to.equal('COOLDOWN_ACTIVE');
    await passTime(LIMITS.cooldownSeconds);
    const height = await reader.getBlockNumber();
    const error = await failure(apply(Array(Q).fill(bps(531))));
    expect(error.code).to.equal('VALUE_ABOVE_MAXIMUM');
    expect(error.metadata).to.deep.equal({
      id: client.STABILITY_FEE,
      value: String(bps(531)),
      max: String(LIMITS.max),
    });
    expect((error as client.ContractRevertError).args.max).to.equal(LIMITS.max);
    expect(error.hint).to.include('governance');
    const step = await failure(apply(Array(Q).fill(bps(459))));
    expect(step.code).to.equal('STEP_EXCEEDED');
    expect(step.metadata.step).to.equal(String(LIMITS.stepDown));
    const few = await failure(apply(Array(Q - 1).fill(bps(515))));
    expect(few.code).to.equal('QUORUM_NOT_REACHED');
    expect(await reader.getBlockNumber()).to.equal(height);
    expect((await client.parameterState(reader, contracts, client.STABILITY_FEE)).value).to.equal(bps(510));
  });

  it('refuses a direct write by any key but the controller’s, and new limits by any but governance', async () => {
    const member = accounts[0] ?? governance;
    const limits = await failure(
      client.setParameterLimits(reader, writerOf(member), contracts.parameterRegistry, {
        parameter: client.STABILITY_FEE,
        limits: LIMITS,
      }),
    );
    expect(limits.code).to.equal('NOT_GOVERNANCE');
    const id = wordFromDigest(client.STABILITY_FEE);
    const direct = { sequence: 2n, modelVersion: 3n, modelDigest: id, transcript: id };
    for (const account of [member, governance]) {
      const write = chainRequest('write directly', () =>
        reader.simulateContract({
          account,
          abi: client.parameterRegistryAbi,
          address: contracts.parameterRegistry,
          functionName: 'applyBatch',
          args: [direct, false, [{ id, expected: bps(510), value: bps(520), explanation: id }]],
        }),
      );
      const refusal = await failure(write);
      expect(refusal.code).to.equal('NOT_CONTROLLER');
      expect(refusal.metadata).to.deep.equal({
        caller: account.address.toLowerCase(),
        controller: contracts.controller,
      });
    }
  });

  it('hands over to the next committee, whose votes count from then on', async () => {
    const next = committee.slice(0, 4);
    const rotation: client.CommitteeRotation = {
      network: NETWORK,
      epoch: 1,
      version: 3,
      nextRoot: client.committeeRoot(next),
      nextSize: next.length,
    };
    const signatures = await Promise.all(
      accounts.slice(0, Q).map(async (account, index) => ({
        index,
        signature: await client.signCommitteeRotation(account, modelDomain(), rotation),
      })),
    );
    const early = await failure(
      client.rotateCommittee(reader, owner, contracts.modelRegistry, {
        rotation: { ...rotation, version: 4 },
        committee,
        signatures,
      }),
    );
    expect(early.code).to.equal('VERSION_MISMATCH');
    await client.rotateCommittee(reader, owner, contracts.modelRegistry, { rotation, committee, signatures });
    expect(await client.chainHead(reader, contracts.modelRegistry)).to.deep.equal({
      network: NETWORK,
      version: 3,
      modelDigest: digest(3),
      epoch: 1,
      committeeRoot: rotation.nextRoot,
      committeeSize: 4,
    });
    const old = await failure(publish(decisionOf(4, 1), Q));
    expect(old.code).to.equal('COMMITTEE_SIZE_MISMATCH');
    const bundle = await certificate(decisionOf(4, 1), quorum(4));
    const result = await client.publishModel(reader, owner, contracts.modelRegistry, {
      ...bundle,
      committee: next,
    });
    expect(result.status).to.equal('published');
  });

  it('names the request that a wrong address, a dead endpoint or the caller ends', async () => {
    const dead = client.createReader({ rpcUrl: 'http://127.0.0.1:9', chainId: anvil.chainId });
    expect((await failure(client.chainHead(dead, contracts.modelRegistry))).code).to.equal(
      'CHAIN_REQUEST_FAILED',
    );
    const wrong = await failure(client.latestModel(reader, `0x${'12'.repeat(20)}`));
    expect(wrong.code).to.equal('CHAIN_REQUEST_FAILED');
    expect(wrong.metadata.request).to.equal('read latest model');
    const aborted = await failure(
      client.exitNode(reader, owner, contracts.nodeRegistry, { signal: AbortSignal.abort() }),
    );
    expect(aborted.code).to.equal('CHAIN_WAIT_ABORTED');
  });
});
