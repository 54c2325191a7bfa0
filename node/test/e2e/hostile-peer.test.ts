import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type ChainReader, createReader, operatorsAt } from '../../../contracts/client/index.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import type { Topic } from '../../../protocol/message-types.ts';
import { readNodeConfig } from '../../config/index.ts';
import { createIdentity, type OperatorIdentity } from '../../keys/index.ts';
import { createModel, parseModelSpec } from '../../models/index.ts';
import { createNetwork, type Network } from '../../network/index.ts';
import { BallastNode, type NodeEvent } from '../../runtime/index.ts';
import { Forger, type Hostile } from './hostile-messages.ts';
import { type PreparedNetwork, prepareNetwork } from './network.ts';

/** Votes are no gossip. */
const GOSSIP: readonly Topic[] = ['updates', 'rounds', 'parameters'];
const ROUNDS = 3;
const HONEST = 4;
/** Rejected messages after which a node cuts the connection, at 5 points each and −20. */
const PATIENCE = 5;

type Refused = Extract<NodeEvent, { event: 'refused' }>;

class HonestNode {
  readonly events: NodeEvent[] = [];
  readonly id: string;
  readonly node: BallastNode;

  constructor(
    identity: OperatorIdentity,
    options: Omit<ConstructorParameters<typeof BallastNode>[0], 'identity'>,
  ) {
    this.id = identity.nodeId;
    this.node = new BallastNode({ ...options, identity }, { emit: (event) => this.events.push(event) });
  }

  refusals(from: string): string[] {
    return this.events
      .filter((event): event is Refused => event.event === 'refused' && event.sender === from)
      .map(({ code }) => code);
  }

  find<Name extends NodeEvent['event']>(name: Name): Extract<NodeEvent, { event: Name }>[] {
    return this.events.filter((event): event is Extract<NodeEvent, { event: Name }> => event.event === name);
  }
}

async function until(condition: () => boolean, what: string, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(10);
  }
}

describe('a network among hostile peers', function () {
  this.timeout(240_000);
  let prepared: PreparedNetwork;
  let honest: HonestNode[] = [];
  let liar: OperatorIdentity;
  let forger: Forger;
  const peers: Network[] = [];

  const topic = (name: Topic) => `/ballast/${prepared.document.name}/${name}`;
  const addresses = () => honest.flatMap(({ events }) => events.flatMap(addressesOf));

  /** A peer with the given transport key, connected to every honest node. */
  const peer = async (identity: OperatorIdentity): Promise<Network> => {
    const network = await createNetwork({
      privateKey: await identity.transportKey(),
      bootstrap: prepared.document.bootstrap,
    });
    peers.push(network);
    for (const name of GOSSIP)
      network.subscribe(
        topic(name),
        () => ({ action: 'accept' }),
        () => undefined,
      );
    await network.start();
    return network;
  };
  const stranger = () => createIdentity((length) => Uint8Array.from(randomBytes(length)));
  const meet = async (network: Network) => {
    for (const address of addresses()) await network.connect(address);
    for (const name of GOSSIP) await network.ready(topic(name), HONEST, AbortSignal.timeout(20_000));
  };

  before(async () => {
    prepared = await prepareNetwork({ nodes: HONEST + 1, rounds: ROUNDS });
    const [last] = prepared.nodes.slice(HONEST);
    if (last === undefined) throw new Error('one node more than the honest');
    liar = last.identity;
    const { size } = createModel(parseModelSpec(prepared.document.model));
    forger = new Forger(prepared.document, size, liar.signer, stranger().signer);
    honest = await Promise.all(
      prepared.nodes.slice(0, HONEST).map(async ({ identity, configPath }) => {
        const config = {
          ...(await readNodeConfig(configPath)),
          engine: 'float64',
          evidence: { report: true },
        };
        return new HonestNode(identity, { config, document: prepared.document });
      }),
    );
  });

  after(async () => {
    await Promise.all(peers.map((network) => network.stop()));
    await Promise.all(honest.map(({ node }) => node.stop()));
    await prepared?.remove();
  });

  it('refuses what they send, cuts them off, and finishes its rounds with one model', async () => {
    const starting = honest.map(({ node }) => node.start());
    const member = await peer(liar);
    // A body that is not what its header says: other bytes under the same name.
    member.serveBlobs(async () => Uint8Array.from(randomBytes(400)));
    await Promise.all(starting);
    await meet(member);

    const phase = (node: HonestNode) => node.find('phase').at(-1);
    await until(() => honest.every((node) => phase(node)?.phase === 'collecting'), 'round 1');
    const round = 1;
    const promised = forger.header({ digest: digestOfBytes(Uint8Array.of(1)) });
    await member.publish(topic('updates'), forger.sign('update-header', promised, { round }));
    await until(
      () => honest.every(({ events }) => events.some(({ event }) => event === 'decided')),
      'the decision of round 1',
    );
    for (const node of honest) {
      const [first] = node.find('decided');
      expect(first?.selected).not.to.include(liar.nodeId);
      expect(first?.selected).to.have.length(HONEST);
    }

    const offences = forger.offences(2);
    for (let from = 0; from < offences.length; from += PATIENCE) {
      const batch = offences.slice(from, from + PATIENCE);
      await offend(await connected(), batch);
    }
    await equivocate();

    await until(
      () => honest.every((node) => node.find('decided').some((event) => event.round === ROUNDS)),
      `round ${ROUNDS}`,
      120_000,
    );
    for (let r = 1; r <= ROUNDS; r++) {
      const decided = honest.map((node) => node.find('decided').find((event) => event.round === r));
      expect(new Set(decided.map((event) => event?.modelDigest)).size, `models of round ${r}`).to.equal(1);
      expect(decided[0]?.outcome).to.be.oneOf(['accepted', 'rejected']);
    }
    for (const node of honest) {
      const others = honest.filter(({ id }) => id !== node.id).flatMap(({ id }) => node.refusals(id));
      const blamed = others.filter((code) => !/^MESSAGE_(PAST_ROUND|FUTURE_ROUND|FUTURE_VIEW)$/.test(code));
      expect(blamed, 'an honest node blames another for nothing').to.deep.equal([]);
      expect(node.find('error')).to.deep.equal([]);
    }
    const reports = () => honest.flatMap((node) => node.find('reported'));
    await until(() => reports().length > 0, 'the slasher to hear of it', 30_000);
    expect(reports()).to.have.length(1);
    // A member that says two things states two ledgers as well: a round names one offence of a node.
    const [report] = reports();
    expect(report).to.include({ node: liar.nodeId, status: 'reported' });
    expect(report?.kind).to.be.oneOf(['equivocation-header', 'false-ledger']);
    const { anvil, document } = prepared;
    const reader = createReader({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId });
    const operators = await operatorsAt(reader, document.contracts.nodeRegistry, await heightOf(reader));
    // Nine tenths are left, which is below the minimum: it has left.
    expect(operators.map(({ node }) => node)).not.to.include(liar.nodeId);
    expect(operators).to.have.length(HONEST);
  });

  const connected = async () => {
    const network = await peer(stranger());
    await meet(network);
    return network;
  };

  /** Sends a batch, and holds that every honest node refuses each for its reason and then ends the connection. */
  async function offend(carrier: Network, batch: readonly Hostile[]): Promise<void> {
    // A peer that is cut off may come back, so what counts is that each node has let go of it once.
    const cutOff = new Set<string>();
    const watch = setInterval(() => {
      const held = new Set(carrier.peers().map(({ id }) => id));
      for (const { id } of honest) if (!held.has(id)) cutOff.add(id);
    }, 1);
    try {
      await sendAll(carrier, batch);
      if (batch.length === PATIENCE) {
        await until(() => cutOff.size === HONEST, 'the connections to be cut', 10_000);
      } else {
        expect([...cutOff]).to.deep.equal([]);
      }
    } finally {
      clearInterval(watch);
    }
  }

  async function sendAll(carrier: Network, batch: readonly Hostile[]): Promise<void> {
    for (const { topic: name, bytes } of batch) await carrier.publish(topic(name), bytes);
    const expected = batch.map(({ code }) => code).toSorted();
    await until(
      () => honest.every((node) => expected.every((code) => node.refusals(carrier.peerId).includes(code))),
      `refusals of ${expected.join(', ')}`,
    );
    // Gossip may bring a copy once more, and nothing else.
    for (const node of honest) expect(expected).to.include.members(node.refusals(carrier.peerId));
  }

  /** Two headers of one member for one round: the second is refused, and its two signatures are a proof. */
  async function equivocate(): Promise<void> {
    const carrier = await connected();
    // The next round's headers are taken too, so that this one may end in the meantime.
    const round = Math.max(...honest.map((node) => node.find('phase').at(-1)?.round ?? 0)) + 1;
    for (let i = 0; i < 2; i++) {
      await carrier.publish(topic('updates'), forger.sign('update-header', forger.header(), { round }));
    }
    const isProven = ({ code, reason }: Refused) =>
      code === 'OFFENCE_PROVEN' && reason.startsWith(`equivocation-header in round ${round}`);
    await until(
      () => honest.every((node) => node.find('refused').some(isProven)),
      'the proof of the equivocation on every node',
      10_000,
    );
  }
});

const heightOf = async (reader: ChainReader) => Number(await reader.getBlockNumber());

function addressesOf(event: NodeEvent): readonly string[] {
  return event.event === 'ready' ? event.addresses : [];
}
