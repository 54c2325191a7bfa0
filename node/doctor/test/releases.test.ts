import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createNodeReader } from '../../client/index.ts';
import { addressOf, startNode, stopAll } from '../../network/test/nodes.ts';
import { stopStrangers, stranger } from '../../network/test/strangers.ts';
import { checkReleases, type RunningNode } from '../index.ts';

const id = (i: number) => `12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nX${String(i).padStart(2, '0')}`;
const peers = (...releases: readonly (string | null)[]): RunningNode => ({
  release: '1.2.0',
  items: releases.map((release, i) => ({ node: id(i), release, missingProtocols: [] })),
});
const findings = (node: RunningNode | undefined, bootstrap: readonly string[] = []) =>
  checkReleases(bootstrap, { release: '1.2.0', running: async () => node });

describe('ballast doctor: the release beside the peers’', () => {
  afterEach(async () => {
    await stopAll();
    await stopStrangers();
  });

  it('says in one line that all run the same, or who runs a newer one and what to do', async () => {
    expect(await findings(peers('1.2.0', '1.2.0', null))).to.deep.equal([
      { check: 'releases', status: 'ok', message: '2 of 3 peers run 1.2.0, as this node' },
    ]);
    const [newer, ...more] = await findings(peers('1.2.0', '1.10.0', '1.3.0', '1.1.9'));
    expect(more).to.deep.equal([]);
    expect(newer).to.include({
      status: 'warning',
      message: `2 of 4 peers run a newer release (1.10.0): …${id(1).slice(-8)} 1.10.0, …${id(2).slice(-8)} 1.3.0`,
    });
    expect(newer?.remedy).to.include('docs/upgrades.md');
    const [older] = await findings(peers('1.2.0', '1.1.9'));
    expect(older).to.include({ status: 'ok' });
    expect(older?.message).to.match(/^1 of 2 peers run an older release than 1\.2\.0: /);
    expect((await findings(peers(null)))[0]).to.include({ status: 'skipped' });
  });

  it('names five peers at most', async () => {
    const [{ message = '' } = {}] = await findings(peers(...Array(200).fill('2.0.0')));
    expect(message.match(/…/g)).to.have.length(5);
    expect(message).to.match(/, and 195 more$/);
  });

  it('tells of peers that do not speak a protocol of this release, and of a node that runs an older one', async () => {
    const silent = { node: id(1), release: '1.2.0', missingProtocols: ['/ballast/votes/1'] };
    const [own, other] = await findings({ release: '1.1.0', items: [silent] });
    expect(own).to.include({
      status: 'warning',
      message: 'the node that runs is of release 1.1.0, this command of 1.2.0',
    });
    expect(other?.message).to.match(/^1 of 1 peers do not speak \/ballast\/votes\/1: /);
  });

  it('asks the network’s first peers where no node tells, and is silent where there are none', async () => {
    const hub = await startNode({ release: '1.3.0' });
    const liar = await stranger(undefined, 'ballast/9.9.9\u001b[2J');
    const [address = ''] = liar.getMultiaddrs().map(String);
    const [asked] = await findings(undefined, [addressOf(hub), address]);
    expect(asked?.message).to.match(/^1 of 2 first peers run a newer release \(1\.3\.0\): …\w{8} 1\.3\.0$/);
    expect(await findings(undefined)).to.deep.equal([]);
    const gone = addressOf(hub);
    await hub.stop();
    expect((await findings(undefined, [gone]))[0]).to.include({ status: 'skipped' });
  });

  it('takes nothing but a release from an interface that lies', async () => {
    const hostile = '9.9.9\u001b[2J\u001b]0;owned\u0007';
    const item = { role: 'guest', score: 0, latencyMs: null, refusals: [] };
    const body = JSON.stringify({
      connected: 2,
      release: hostile,
      items: [
        { ...item, node: `x\u001b[2J${id(1)}`, release: hostile, missingProtocols: [hostile] },
        { ...item, node: `${id(2)}\u001b[2J`, release: '9.9.9', missingProtocols: [] },
      ],
    });
    const server = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end(body),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const read = await createNodeReader({ node }).peers();
    server.close();
    const [found, ...more] = await findings(read);
    expect(more).to.deep.equal([]);
    expect(found?.message).to.match(
      /^1 of 2 peers run a newer release \(9\.9\.9\): …[0-9A-Za-z]{8} 9\.9\.9$/,
    );
  });
});
