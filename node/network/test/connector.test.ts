import { expect } from 'chai';
import { isLocal, isLoopback, parsePeerAddress, tryParsePeerAddress } from '../addresses.ts';
import { Connector } from '../connector.ts';
import { DIAL_BACKOFF_MS, MAX_KNOWN_PEERS, STABLE_CONNECTION_MS } from '../limits.ts';
import { nextIdentity } from './nodes.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const peerAt = (id: string, ip = '192.0.2.1') => parsePeerAddress(`/ip4/${ip}/tcp/4001/p2p/${id}`);

function connectorWith(targetConnections = 10) {
  const self = nextIdentity().nodeId;
  const state = {
    now: 0,
    connected: [] as string[],
    banned: new Set<string>(),
    needed: new Set<string>(),
    dials: [] as { to: string; at: number }[],
    succeed: false,
    answers: [] as ReturnType<typeof peerAt>[],
    asked: [] as string[],
  };
  const connector = new Connector(
    { self, targetConnections, exchangeIntervalMs: 5000 },
    {
      connectedPeers: () => state.connected,
      mayDial: (peer) => !state.banned.has(peer),
      isNeeded: (peer) => state.needed.has(peer),
      dial: async ([address]) => {
        const to = address?.getComponents().at(-1)?.value ?? '';
        state.dials.push({ to, at: state.now });
        if (!state.succeed) throw new Error('refused');
        state.connected.push(to);
      },
      ask: async (peer) => {
        state.asked.push(peer);
        return state.answers;
      },
      now: () => state.now,
    },
  );
  const run = async (ms: number) => {
    for (const end = state.now + ms; state.now < end; state.now += 250) {
      connector.tick();
      await settle();
    }
  };
  return { self, state, connector, run };
}

describe('the connector', () => {
  it('dials a bootstrap peer again with growing pauses, and never gives up', async () => {
    const { state, connector, run } = connectorWith();
    connector.add(peerAt(nextIdentity().nodeId), true);
    await run(10 * 60_000);
    const times = state.dials.map(({ at }) => at);
    expect(times.slice(0, 5)).to.deep.equal([0, 1000, 3000, 7000, 15_000]);
    const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(Math.max(...pauses)).to.equal(DIAL_BACKOFF_MS.most);
    expect(times.length).to.be.greaterThan(10);
  });

  it('dials whom it needs beyond its target, and nobody else', async () => {
    const { state, connector, run } = connectorWith(2);
    state.succeed = true;
    const ids = Array.from({ length: 6 }, () => nextIdentity().nodeId);
    for (const id of ids) connector.add(peerAt(id));
    await run(1_000);
    expect(state.connected).to.have.members(ids.slice(0, 2));
    state.needed.add(ids[4] ?? '');
    await run(1_000);
    expect(state.connected).to.have.members([ids[0], ids[1], ids[4]]);
  });

  it('forgets a peer that others named after six failures', async () => {
    const { state, connector, run } = connectorWith();
    connector.add(peerAt(nextIdentity().nodeId));
    await run(10 * 60_000);
    expect(state.dials).to.have.length(6);
  });

  it('backs off from a peer that takes the call and hangs up, and starts afresh after a lasting one', async () => {
    const { state, connector, run } = connectorWith();
    state.succeed = true;
    connector.add(peerAt(nextIdentity().nodeId), true);
    for (let i = 0; i < 120; i++) {
      await run(250);
      state.connected = [];
    }
    expect(state.dials.map(({ at }) => at)).to.deep.equal([0, 1000, 3000, 7000, 15_000]);
    state.now = 100_000;
    await run(STABLE_CONNECTION_MS + 500);
    state.connected = [];
    await run(250);
    expect(state.dials.map(({ at }) => at).slice(5)).to.deep.equal([100_000, 110_500]);
  });

  it('dials peers that others name up to its target, and bootstrap peers beyond it', async () => {
    const { self, state, connector, run } = connectorWith(3);
    state.succeed = true;
    state.connected = ['first'];
    state.answers = Array.from({ length: 6 }, () => peerAt(nextIdentity().nodeId));
    state.answers.push(peerAt(self));
    await run(1000);
    expect(state.asked).to.deep.equal(['first']);
    expect(state.connected).to.have.length(3);
    connector.add(peerAt(nextIdentity().nodeId), true);
    await run(250);
    expect(state.connected).to.have.length(4);
    expect(state.dials.map(({ to }) => to)).not.to.include(self);
  });

  it('does not dial a peer in bad standing', async () => {
    const { state, connector, run } = connectorWith();
    const { nodeId } = nextIdentity();
    state.banned.add(nodeId);
    connector.add(peerAt(nodeId), true);
    await run(5000);
    expect(state.dials).to.deep.equal([]);
    state.banned.clear();
    await run(250);
    expect(state.dials).to.have.length(1);
  });

  it('knows a bounded number of peers, and no stranger pushes out a bootstrap peer', () => {
    const { connector } = connectorWith();
    const { nodeId } = nextIdentity();
    connector.add(peerAt(nodeId), true);
    const strangers = Array.from({ length: MAX_KNOWN_PEERS }, () => nextIdentity().nodeId);
    for (const stranger of strangers) connector.add(peerAt(stranger));
    expect(connector.addressesOf(nodeId)).to.have.length(1);
    expect(connector.addressesOf(strangers[0] ?? '')).to.have.length(0);
    expect(connector.addressesOf(strangers.at(-1) ?? '')).to.have.length(1);
    for (let i = 1; i < 9; i++) connector.add(peerAt(nodeId, `192.0.2.${i}`));
    expect(connector.addressesOf(nodeId).map((address) => address.getComponents()[0]?.value)).to.deep.equal([
      '192.0.2.8',
      '192.0.2.7',
      '192.0.2.6',
      '192.0.2.5',
    ]);
  });
});

describe('peer addresses', () => {
  const id = nextIdentity().nodeId;

  it('are TCP over IP or a name, with the peer that they lead to', () => {
    for (const host of ['ip4/192.0.2.1', 'ip6/2001:db8::1', 'dns4/node.example', 'dns/node.example']) {
      expect(parsePeerAddress(`/${host}/tcp/4001/p2p/${id}`).peer).to.equal(id);
    }
    const relayed = `/ip4/192.0.2.1/tcp/1/p2p/${id}/p2p-circuit/p2p/${id}`;
    for (const text of [
      '',
      '/',
      id,
      `/ip4/192.0.2.1/udp/1/p2p/${id}`,
      `/ip4/999.0.2.1/tcp/1/p2p/${id}`,
      relayed,
    ]) {
      expect(tryParsePeerAddress(text), text).to.equal(undefined);
    }
  });

  it('tell this machine and its site from the rest of the world', () => {
    const at = (host: string) => parsePeerAddress(`/${host}/tcp/1/p2p/${id}`).address;
    for (const host of ['ip4/127.0.0.1', 'ip4/127.255.0.9', 'ip6/::1']) {
      expect(isLoopback(at(host)), host).to.equal(true);
    }
    for (const host of [
      'ip4/10.0.0.1',
      'ip4/172.31.255.255',
      'ip4/192.168.1.1',
      'ip6/fe80::1',
      'ip6/fd00::1',
    ]) {
      expect(isLocal(at(host)), host).to.equal(true);
      expect(isLoopback(at(host)), host).to.equal(false);
    }
    for (const host of ['ip6/::ffff:10.0.0.1', 'ip6/::ffff:127.0.0.1'])
      expect(isLocal(at(host)), host).to.equal(true);
    for (const host of ['ip4/8.8.8.8', 'ip4/172.32.0.1', 'ip6/2001:db8::1', 'dns4/localhost']) {
      expect(isLocal(at(host)), host).to.equal(false);
    }
  });
});
