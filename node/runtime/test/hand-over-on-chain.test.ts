import { expect } from 'chai';
import { parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import {
  type Anvil,
  committeeRoot,
  createReader,
  createWriter,
  deployContracts,
  devAccount,
  initialiseModelRegistry,
  registerNode,
  startAnvil,
} from '../../../contracts/client/index.ts';
import {
  type Certificate,
  type Committee,
  createCommittee,
  createRoster,
  decisionOf,
  type Epoch,
  NO_STATE,
} from '../../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import { createIdentity, type OperatorIdentity } from '../../keys/index.ts';
import type { NodeEvent } from '../events.ts';
import { HandOver } from '../hand-over.ts';
import { ChainLink } from '../index.ts';
import { parametersOf } from './fixtures.ts';

const GENESIS = '6e'.repeat(32);
const BOND = parseEther('1');
const EPOCH_ROUNDS = 3;

describe('handing over on a chain', function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let document: NetworkDocument;
  let identities: OperatorIdentity[];
  let links: ChainLink[];
  let first: Epoch;
  let second: Epoch;
  /** Height at which four nodes were registered, and the fifth was not. */
  let early: number;
  let endings: AbortController;
  const { signal } = new AbortController();
  const endpoint = () => ({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 });

  async function register(index: number): Promise<void> {
    const reader = createReader(endpoint());
    const bank = createWriter(endpoint(), devAccount(0));
    const identity = at(identities, index);
    const owner = privateKeyToAccount(generatePrivateKey());
    for (const to of [owner.address, identity.account.address]) {
      const hash = await bank.sendTransaction({ to, value: parseEther('3') });
      await reader.waitForTransactionReceipt({ hash });
    }
    const keys = { node: identity.signer, signer: identity.account };
    const { nodeRegistry } = document.contracts;
    await registerNode(reader, createWriter(endpoint(), owner), nodeRegistry, { keys, bond: BOND });
  }

  before(async () => {
    anvil = await startAnvil();
    const reader = createReader(endpoint());
    const owner = createWriter(endpoint(), devAccount(0));
    const { block: _, ...contracts } = await deployContracts(reader, owner, {
      minimumBond: BOND,
      unbondingDelaySeconds: 60,
    });
    document = {
      name: 'epochs',
      chain: `eip155:${anvil.chainId}`,
      contracts,
      bootstrap: [],
      genesis: { modelDigest: GENESIS, layout: GENESIS, beaconHeight: 1 },
      model: {},
      parameters: {
        ...parametersOf(),
        committee: { epochRounds: EPOCH_ROUNDS, corruptShare: 0.15 },
      },
    };
    identities = Array.from({ length: 5 }, (_, i) =>
      createIdentity((length) => new Uint8Array(length).fill(0x50 + i)),
    );
    for (const index of [0, 1, 2, 3]) await register(index);
    early = Number(await reader.getBlockNumber());
    first = epochOf(0, identities.slice(0, 4));
    await initialiseModelRegistry(reader, owner, contracts.modelRegistry, {
      network: networkId(document),
      modelDigest: GENESIS,
      committee: first.committee.members.map(({ signer }) => signer),
      restorer: devAccount(0).address,
    });
    await register(4);
    second = epochOf(1, identities);
    endings = new AbortController();
    links = await Promise.all(
      identities.map(({ account }) => ChainLink.open(document, anvil.rpcUrl, account)),
    );
  });

  after(async () => {
    endings?.abort(new Error('the test is over'));
    await anvil?.stop();
  });

  it('reads the roster as of a block, and the first committee from the registry’s past', async () => {
    const link = at(links, 0);
    const then = await link.registry.rosterAt(early, signal);
    expect(then.map(({ node, signer }) => ({ node, signer }))).to.have.deep.members(first.committee.members);
    expect(then.every(({ stake }) => stake === BOND)).to.equal(true);
    const late = await link.registry.rosterAt(Number(await link.reader.getBlockNumber()), signal);
    expect(late).to.have.length(5);
    expect(await link.firstCommittee()).to.deep.equal(first.committee);
  });

  it('takes a quorum of the outgoing members, after the last version of their epoch', async () => {
    const told: NodeEvent[] = [];
    const last = await certified(first.committee, 3, 1, GENESIS);
    const desks = new Map<string, HandOver>();
    const log = { certificate: undefined as Certificate | undefined };
    const open = ({ nodeId }: OperatorIdentity, i: number): HandOver => {
      const desk = new HandOver({
        self: nodeId,
        link: at(links, i),
        epochRounds: EPOCH_ROUNDS,
        participant: {
          head: { round: 3 } as never,
          certificate: async (round) => (round === 3 ? log.certificate : undefined),
          epochOf: (epoch) => [first, second][epoch],
          handOver: async (round, payload) => {
            for (const [other, each] of desks)
              if (other !== nodeId) expect(each.receive(nodeId, round, payload)).to.equal(true);
          },
        },
        emit: (event) => told.push(event),
        signal: endings.signal,
      });
      desks.set(nodeId, desk);
      return desk;
    };
    identities.forEach(open);
    const [own, other, third, liar, newcomer] = [...desks.values()];
    if (!own || !other || !third || !liar || !newcomer) throw new Error('there are five nodes');

    // Before the round is in the log there is nothing to hand over, nor is there in the midst of an epoch.
    await own.speak();
    expect(own.due).to.equal(undefined);
    const payload = { last: GENESIS, signature: new Uint8Array(65) };
    expect(own.receive(at(identities, 3).nodeId, 2, payload)).to.equal(false);
    expect(own.receive(at(identities, 3).nodeId, 6, payload)).to.equal(false);

    log.certificate = last;
    const link = at(links, 0);
    const speaking = [own, other].map((desk) => desk.speak());
    while (own.due === undefined || other.due === undefined) await tick();
    expect(own.due).to.equal(0);
    own.receive(at(identities, 3).nodeId, 3, payload);
    const impatient = new AbortController();
    setTimeout(() => impatient.abort(new Error('not yet')), 600);
    expect(await refusal(own.rotate(last, impatient.signal))).to.equal('not yet');
    expect(told.map((event) => event.event === 'refused' && [event.code, event.sender])).to.deep.equal([
      ['HANDOVER_SIGNATURE', at(identities, 3).nodeId],
    ]);

    // A third one makes the quorum; the version comes first.
    speaking.push(third.speak());
    expect(await refusal(newcomer.rotate(last, signal))).to.equal('VERSION_MISMATCH');
    // Who starts anew holds none, and hears them again.
    const restarted = open(at(identities, 4), 4);
    expect(await link.publish(last, first.committee, signal)).to.match(/^0x/);
    expect(await restarted.rotate(last, signal)).to.match(/^0x/);
    expect(await own.rotate(last, signal)).to.equal(null);
    await Promise.all(speaking);
    expect([own.due, await link.published()]).to.deep.equal([
      undefined,
      {
        network: networkId(document),
        version: 1,
        modelDigest: '01'.repeat(32),
        epoch: 1,
        committeeRoot: committeeRoot(second.committee.members.map(({ signer }) => signer)),
        committeeSize: 5,
      },
    ]);
  });

  it('leaves the next version to the next committee', async () => {
    const link = at(links, 0);
    const stale = await certified(first.committee, 4, 2, GENESIS);
    expect(await refusal(link.publish(stale, first.committee, signal))).to.equal('EPOCH_MISMATCH');
    const next = await certified(second.committee, 4, 2, GENESIS);
    expect(await link.publish(next, second.committee, signal)).to.match(/^0x/);
    // Whoever starts now begins with the first committee all the same: hand-overs lead to the present one.
    expect((await link.firstCommittee()).epoch).to.equal(0);
    expect((await link.committee()).members).to.deep.equal(second.committee.members);
  });

  function epochOf(epoch: number, members: readonly OperatorIdentity[]): Epoch {
    const committee = createCommittee(
      epoch,
      members.map(({ nodeId, account }) => ({
        node: nodeId,
        signer: account.address.toLowerCase() as `0x${string}`,
      })),
    );
    return { committee, roster: createRoster(committee) };
  }

  async function certified(
    committee: Committee,
    round: number,
    version: number,
    parent: string,
  ): Promise<Certificate> {
    const entry: Certificate['entry'] = {
      round,
      epoch: committee.epoch,
      parent,
      beacon: GENESIS,
      finalized: 1,
      nextBeaconHeight: 1,
      baseVersion: version - 1,
      baseDigest: GENESIS,
      baseState: NO_STATE,
      updates: { root: GENESIS, sealed: 0, accepted: 0, selected: 0 },
      standing: GENESIS,
      offences: [],
      nextCommittee: round % EPOCH_ROUNDS === 0 ? GENESIS : null,
      outcome: 'accepted',
      reason: '',
      version,
      modelDigest: `0${version}`.repeat(32),
      stateDigest: NO_STATE,
      candidateDigest: GENESIS,
      candidateState: NO_STATE,
      privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
    };
    const signatures = await Promise.all(
      committee.members.slice(0, committee.quorum).map(async ({ node }, index) => {
        const link = at(
          links,
          identities.findIndex(({ nodeId }) => nodeId === node),
        );
        const signature = await link.commitScheme.sign(decisionOf(link.network, entry, 0));
        return { index, signature };
      }),
    );
    return { entry, view: 0, signatures };
  }
});

const tick = () => new Promise((resolve) => setTimeout(resolve, 10));

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) =>
      error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error),
  );
