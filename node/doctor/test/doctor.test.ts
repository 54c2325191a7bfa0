import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkId } from '../../../protocol/network.ts';
import { FolderLock } from '../../data-folder/lock.ts';
import { createKeystore, MIN_SCRYPT_COST, type OperatorIdentity } from '../../keys/index.ts';
import { addressOf, startNode, stopAll } from '../../network/test/nodes.ts';
import { DOCUMENT, PASSPHRASE } from '../../operator/test/support.ts';
import { ballast } from '../../test/e2e/in-process.ts';
import type { Finding } from '../index.ts';
import { checkVersions } from '../index.ts';
import type { NodeNames } from '../keys.ts';
import { chainFor, OWNER, type StubChain, serveChain } from './chain.ts';

describe('ballast doctor', function () {
  this.timeout(20_000);
  let folder = '';
  let names: NodeNames;
  let identity: OperatorIdentity;
  let state: StubChain;
  let chain: Awaited<ReturnType<typeof serveChain>>;
  const path = (...parts: string[]) => join(folder, ...parts);
  const feed = { kind: 'generator', seed: 1, venue: 0, days: 700 };

  const config = () => ({
    network: 'network.json',
    rpc: chain.url,
    keystore: 'keystore.json',
    dataDir: 'data',
    slice: feed,
    publicFeed: feed,
    publicMarket: feed,
    rounds: 3,
    api: { port: 0 },
  });

  type Report = {
    readonly findings: readonly Finding[];
    readonly problems: number;
    readonly warnings: number;
  };

  async function report(
    settings: readonly string[] = [],
    environment: Record<string, string> = { BALLAST_PASSPHRASE: PASSPHRASE },
  ): Promise<Report & { code: number }> {
    const args = ['doctor', '--json', '--folder', folder, ...settings.flatMap((each) => ['--set', each])];
    const { code, out, err } = await ballast(args, environment);
    expect(err).to.equal('');
    expect(out).not.to.include(PASSPHRASE);
    return { code, ...(JSON.parse(out) as Report) };
  }

  /** The only finding that is no `ok`. */
  async function only(
    settings: readonly string[] = [],
    environment?: Record<string, string>,
  ): Promise<Finding> {
    const { code, findings } = await report(settings, environment);
    const [found, ...more] = findings.filter(({ status }) => status !== 'ok');
    if (found === undefined) throw new Error('nothing was found');
    expect(more).to.deep.equal([]);
    expect(code).to.equal(found.status === 'problem' ? 1 : 0);
    if (found.status !== 'skipped') expect(found.remedy, 'remedy').to.be.a('string');
    return found;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-doctor-'));
    identity = await createKeystore(path('keystore.json'), PASSPHRASE, {
      scryptCost: MIN_SCRYPT_COST,
    });
    names = { nodeId: identity.nodeId, address: identity.account.address };
  });
  beforeEach(async () => {
    state = chainFor(DOCUMENT, names);
    chain = await serveChain(DOCUMENT, state);
    await writeFile(path('config.json'), JSON.stringify(config()));
    await writeFile(path('network.json'), JSON.stringify(DOCUMENT));
  });
  afterEach(() => chain.close());
  after(() => rm(folder, { recursive: true, force: true }));

  it('finds nothing where nothing is wrong, and says what it looked at', async () => {
    const { code, findings, problems, warnings } = await report();
    expect({ code, problems, warnings }, JSON.stringify(findings)).to.deep.equal({
      code: 0,
      problems: 0,
      warnings: 0,
    });
    const looked = Object.fromEntries(findings.map(({ check, message }) => [check, message]));
    expect(Object.keys(looked)).to.include.members([
      'versions',
      'network.json',
      'keystore',
      'passphrase',
      'data',
      'data folder',
      'disk',
      'privacy',
      'ports',
      'api',
      'chain',
      'clock',
      'contracts',
      'network',
      'bounds',
      'registration',
      'gas',
    ]);
    expect(looked.keystore).to.include(`node ${names.nodeId}`);
    expect(looked.chain).to.match(/^rpc 127\.0\.0\.1:\d+: eip155:31337, block 100$/);
    expect(looked.registration).to.equal(`owner ${OWNER}, bond 1 ETH`);
  });

  it('prints one line a finding, and the remedy below it', async () => {
    state.balance = 0n;
    const { out } = await ballast(['doctor', '--folder', folder], { BALLAST_PASSPHRASE: PASSPHRASE });
    expect(out).to.match(/^ok {7}versions {7}ballast \d/);
    expect(out).to.match(/\nwarning {2}gas +hot key holds 0 ETH.*\n +→ send 0x/);
    expect(out.trimEnd()).to.match(/\n0 problems, 1 warning$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what it looks for.
    expect(out).not.to.match(/\x1b/);
  });

  it('asks no release of the node itself where that is one of the first peers', async () => {
    const own = await startNode({ privateKey: await identity.transportKey(), release: '999.0.0' });
    try {
      await writeFile(path('network.json'), JSON.stringify({ ...DOCUMENT, bootstrap: [addressOf(own)] }));
      const { findings } = await report();
      expect(findings.filter(({ check }) => check === 'releases')).to.deep.equal([]);
    } finally {
      await stopAll();
    }
  });

  it('finds what is wrong with the chain', async () => {
    state.chainId = 1;
    const wrong = (await report()).findings.filter(({ status }) => status !== 'ok');
    expect(wrong.map(({ check }) => check)).to.deep.equal(['chain', 'clock', 'contracts']);
    expect(wrong[0]?.message).to.match(/got chain eip155:1, expected eip155:31337$/);
    Object.assign(state, chainFor(DOCUMENT, names), { network: 'c'.repeat(64) });
    expect((await only()).message).to.match(/^got network cccccccccccc on the chain/);
    Object.assign(state, chainFor(DOCUMENT, names), { network: '0'.repeat(64) });
    expect((await only()).message).to.equal('it has not been activated');
    Object.assign(state, chainFor(DOCUMENT, names), { fee: 100n });
    expect(await only()).to.include({ check: 'bounds', status: 'warning' });
    Object.assign(state, chainFor(DOCUMENT, names), { without: ['controller', 'modelRegistry'] });
    expect((await only()).message).to.equal(
      'no code of modelRegistry, controller at the address in network.json',
    );
    await chain.close();
    const [down] = (await report()).findings.filter(({ status }) => status === 'problem');
    expect(down?.message).to.match(/^rpc 127\.0\.0\.1:\d+: ECONNREFUSED$/);
  });

  it('finds what is wrong with the clock', async () => {
    for (const [clockMs, side] of [
      [10_000, 'behind'],
      [-10_000, 'ahead of'],
    ] as const) {
      state.clockMs = clockMs;
      expect((await only()).message).to.match(
        new RegExp(`^(9|10) s ${side} the endpoint’s, expected at most 5 s$`),
      );
    }
    state.clockMs = 0;
    state.now += 60;
    expect(await only()).to.include({ check: 'clock', status: 'warning' });
    state.now -= 3_600;
    expect((await only()).message).to.match(/^the last block is 35\d\d s old$/);
  });

  it('finds what is wrong with the registration', async () => {
    state.registered = undefined;
    expect(await only()).to.include({ check: 'registration', status: 'problem' });
    state.registered = { ...names, nodeId: '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' };
    expect(await only()).to.include({ check: 'registration', status: 'problem' });
    state.registered = names;
    state.status = 2;
    expect((await only()).message).to.equal(`owner ${OWNER} is leaving`);
  });

  it('finds what is wrong with the keystore and the passphrase', async () => {
    expect((await only([], { BALLAST_PASSPHRASE: 'another passphrase' })).check).to.equal('passphrase');
    expect(await only([], {})).to.deep.equal({
      check: 'passphrase',
      status: 'skipped',
      message: 'it would be asked for',
    });
    await chmod(path('keystore.json'), 0o644);
    try {
      const [found] = (await report()).findings.filter(({ status }) => status === 'problem');
      expect(found?.message).to.include('has mode 0644, expected 0600');
      expect(found?.remedy).to.include('chmod 600');
    } finally {
      await chmod(path('keystore.json'), 0o600);
    }
    expect(
      (await report(['keystore=absent.json'])).findings.find(({ status }) => status === 'problem')?.message,
    ).to.include('does not exist');
  });

  it('finds what is wrong with the data folder', async () => {
    await mkdir(path('data'), { mode: 0o700 });
    const own = { schema: 3, network: networkId(DOCUMENT), node: names.nodeId, createdAt: '2026-01-01' };
    const format = (change: object) =>
      writeFile(path('data', 'format.json'), JSON.stringify({ ...own, ...change }));
    try {
      await format({});
      expect((await report()).problems).to.equal(0);
      await format({ schema: 99 });
      expect((await only()).message).to.match(/schema 99, this release writes \d+$/);
      await format({ schema: 2 });
      expect(await only()).to.include({ status: 'warning' });
      await format({ network: 'd'.repeat(64) });
      expect((await only()).message).to.include('got network dddddddddddddddd, expected');
      await writeFile(path('data', 'format.json'), '{');
      expect((await only()).message).to.include('something else than a folder');
      await format({});
      await chmod(path('data'), 0o755);
      expect((await only()).message).to.include('has mode 0755, expected 0700');
    } finally {
      await rm(path('data'), { recursive: true });
    }
    expect((await only([`dataDir=${path('network.json')}/below`])).message).to.include('it is no folder');
  });

  it('finds a port that another has, unless the node itself runs', async () => {
    // The node's own interface is asked too: this one hangs up.
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    await mkdir(path('data'), { mode: 0o700 });
    try {
      const api = await only([`api.port=${port}`]);
      expect(api.message).to.equal(`api.port: another process has 127.0.0.1:${port}`);
      expect((await only([`listen=/ip4/127.0.0.1/tcp/${port}`])).message).to.include(
        'listen: another process',
      );
      expect((await only(['listen=/ip4/192.0.2.1/tcp/4001'])).message).to.include(
        '192.0.2.1 is no address of',
      );
      const lock = await FolderLock.take(path('data'));
      const { findings, problems } = await report([`api.port=${port}`]);
      await lock.release();
      expect(problems).to.equal(0);
      expect(findings.find(({ check }) => check === 'ports')?.message).to.include(
        `the node runs (process ${process.pid})`,
      );
    } finally {
      other.close();
      await rm(path('data'), { recursive: true });
    }
  });

  it('finds data that is not there, an open interface, and a configuration that cannot be read', async () => {
    const slice = JSON.stringify({ kind: 'csv', format: 'chainlink', file: 'absent.csv' });
    expect((await only([`slice=${slice}`])).message).to.match(/^slice: .*absent\.csv: it is not there$/);
    await writeFile(path('config.json'), JSON.stringify({ ...config(), publicMarket: undefined }));
    expect((await only()).message).to.match(/^publicMarket: got none/);
    await writeFile(path('config.json'), JSON.stringify(config()));
    expect((await only(['api.host=0.0.0.0'])).message).to.equal(
      '0.0.0.0 is reached from other machines, and has no tokens',
    );
    expect((await report(['api.host=0.0.0.0', 'api.anonymousReads=true'])).problems).to.equal(0);
    const [unread] = (await report(['rounds=none'])).findings.filter(({ status }) => status === 'problem');
    expect(unread).to.include({ check: 'configuration' });
  });

  it('wants the Node.js that the package names', () => {
    expect(checkVersions('1.0.0', '24.1.0', '>=24')[0]?.status).to.equal('ok');
    expect(checkVersions('1.0.0', '22.9.0', '>=24')[0]).to.include({ status: 'problem' });
  });
});
