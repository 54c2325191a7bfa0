import { createServer } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { expect } from 'chai';
import { askReleases } from '../index.ts';
import { addressOf, startNode, stopAll, until } from './nodes.ts';
import { stopStrangers, stranger } from './strangers.ts';

const PROTOCOLS = [
  '/ballast/blob/1',
  '/ballast/log/1',
  '/ballast/peers/1',
  '/ballast/votes/1',
  '/ballast/witness/1',
];
/** Clears the screen, names a newer release and holds more than a version can. */
const HOSTILE_AGENTS = [
  'ballast/99.0.0\u001b[2J\u001b]0;owned\u0007',
  `ballast/99.0.0-${'a'.repeat(4_000)}`,
  '\u001b[31mballast/99.0.0',
];

describe('network: what peers run', () => {
  afterEach(async () => {
    await stopAll();
    await stopStrangers();
  });

  it('is known of every peer once it is identified, and no more of a hostile name than nothing', async () => {
    const hub = await startNode({ release: '1.2.3' });
    const leaf = await startNode({ release: '1.3.0-rc.1', bootstrap: [addressOf(hub)] });
    const plain = await startNode({ bootstrap: [addressOf(hub)] });
    const liars = await Promise.all(HOSTILE_AGENTS.map((agent) => stranger(undefined, agent)));
    for (const liar of liars) await liar.dial(multiaddr(addressOf(hub)));
    const ofHub = () => new Map(hub.peers().map((peer) => [peer.id, peer]));
    await until(() => ofHub().get(leaf.peerId)?.release === '1.3.0-rc.1', 'the leaf identified');
    await until(
      () =>
        liars.every(
          ({ peerId }) => ofHub().get(peerId.toString())?.missingProtocols.length === PROTOCOLS.length,
        ),
      'the liars identified',
    );
    await until(() => leaf.peers().some(({ release }) => release === '1.2.3'), 'the hub identified');
    expect(ofHub().get(leaf.peerId)?.missingProtocols).to.deep.equal([]);
    expect(ofHub().get(plain.peerId)?.release).to.equal(undefined);
    for (const { peerId } of liars)
      expect(ofHub().get(peerId.toString())).to.deep.include({
        release: undefined,
        missingProtocols: PROTOCOLS,
      });
    expect(
      hub
        .peers()
        .map(({ release }) => release ?? '')
        .sort(),
    ).to.deep.equal(['', '', '', '', '1.3.0-rc.1']);
  });

  it('is asked of addresses without taking part, and of what does not answer nothing is said', async () => {
    const hub = await startNode({ release: '1.2.3' });
    const [gone] = [await startNode()];
    const nobody = addressOf(gone);
    await gone.stop();
    const liar = await stranger(undefined, HOSTILE_AGENTS[0]);
    const addresses = [addressOf(hub), nobody, 'no address', ...liar.getMultiaddrs().map(String)];
    const asked = await askReleases(addresses, 5_000);
    expect(asked).to.deep.equal([
      { peer: hub.peerId, release: '1.2.3', missingProtocols: [] },
      { peer: liar.peerId.toString(), release: undefined, missingProtocols: PROTOCOLS },
    ]);
    expect(await askReleases([], 5_000)).to.deep.equal([]);
  });

  it('is asked of sixteen at most, and not for longer than it may take', async () => {
    const liar = await stranger();
    const [address = ''] = liar.getMultiaddrs().map(String);
    const beyond = [...Array<string>(16).fill('no address'), address];
    expect(await askReleases(beyond, 5_000)).to.deep.equal([]);
    expect(await askReleases(beyond.slice(1), 5_000)).to.have.length(1);
    // Takes the connection and never speaks: noise waits for it.

    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((done) => mute.once('listening', done));
    const bound = mute.address();
    const port = typeof bound === 'object' ? bound?.port : undefined;
    const started = performance.now();
    const asked = await askReleases([`/ip4/127.0.0.1/tcp/${port}/p2p/${liar.peerId}`], 200);
    mute.close();
    expect(asked).to.deep.equal([]);
    expect(performance.now() - started).to.be.below(3_000);
  });
});
