import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ledgerAccountant, PrivacyLedger } from '../../../privacy/index.ts';
import { networkId } from '../../../protocol/network.ts';
import { explainError } from '../../cli/errors.ts';
import { readNetworkDocument, readNodeConfig } from '../../config/index.ts';
import { DataFolder } from '../../data-folder/index.ts';
import { chainFor, type StubChain, serveChain } from '../../doctor/test/chain.ts';
import { createKeystore, MIN_SCRYPT_COST, openKeystore } from '../../keys/index.ts';
import { DOCUMENT, PASSPHRASE } from '../../operator/test/support.ts';
import { nextOf } from '../../privacy/test/support.ts';
import { NodeService } from '../../service/index.ts';
import { LevelStore } from '../../store/index.ts';
import { ballast } from './in-process.ts';

const LIGHT = { scryptCost: MIN_SCRYPT_COST };
const FEED = { kind: 'generator', seed: 1, venue: 0, days: 700 };

/** What an operator sees: one line that names the cause and, in brackets, the remedy. */
type Told = { readonly line: string; readonly exitCode: number };

/** What operators do wrong, one at a time, each on a node's folder in which nothing else is. */
describe('a mistake of an operator', function () {
  this.timeout(20_000);
  let root = '';
  let folder = '';
  let state: StubChain;
  let chain: Awaited<ReturnType<typeof serveChain>>;
  let other: Server;
  const path = (...parts: string[]) => join(folder, ...parts);
  const owner = async () => {
    const { nodeId } = await openKeystore(path('keystore.json'), PASSPHRASE);
    return { network: networkId(DOCUMENT), node: nodeId };
  };
  const port = () => (other.address() as AddressInfo).port;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'ballast-mistakes-'));
    await mkdir(join(root, 'keys'));
    other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    other.close();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(root, 'node-'));
    const { nodeId, account } = await createKeystore(path('keystore.json'), PASSPHRASE, LIGHT);
    state = chainFor(DOCUMENT, { nodeId, address: account.address });
    chain = await serveChain(DOCUMENT, state);
    await writeFile(path('pass'), PASSPHRASE, { mode: 0o600 });
    await writeFile(path('network.json'), JSON.stringify(DOCUMENT));
    await configure({});
  });
  afterEach(() => chain.close());

  const configOf = (change: object) => ({
    network: 'network.json',
    rpc: chain.url,
    keystore: 'keystore.json',
    passwordFile: 'pass',
    dataDir: 'data',
    slice: FEED,
    publicFeed: FEED,
    publicMarket: FEED,
    rounds: 3,
    ...change,
  });
  const configure = (change: object) => writeFile(path('config.json'), JSON.stringify(configOf(change)));

  /** What a command prints. */
  async function command(...args: string[]): Promise<Told> {
    const { code, out, err } = await ballast([...args, '--folder', folder]);
    expect(out).to.equal('');
    return { line: err, exitCode: code };
  }

  /** What `ballast node` ends with, in this process. */
  async function start(): Promise<Told> {
    try {
      const config = await readNodeConfig(path('config.json'));
      const document = await readNetworkDocument(config.network);
      const identity = await openKeystore(config.keystore, PASSPHRASE);
      const service = new NodeService(
        { config, document, identity, api: config.api },
        { emit: () => undefined },
      );
      await service.start().finally(() => service.stop());
    } catch (error) {
      const { lines, exitCode } = explainError(error);
      return { line: `${lines.join('\n')}\n`, exitCode };
    }
    throw new Error('the node has started');
  }

  /** The first thing that `ballast doctor` finds, as a line. */
  async function doctor(): Promise<Told> {
    const { code, out, err } = await ballast(['doctor', '--folder', folder, '--json']);
    expect(err).to.equal('');
    const { findings } = JSON.parse(out) as {
      findings: { status: string; message: string; remedy?: string }[];
    };
    const found = findings.find(({ status }) => status === 'problem');
    return { line: `ballast: ${found?.message} (${found?.remedy})\n`, exitCode: code };
  }

  /** Puts a database of some rounds into the data folder, as a release of that schema would have left it. */
  async function lived(schema: number): Promise<void> {
    const data = await DataFolder.open(path('data'), await owner());
    const store = await LevelStore.open(data.database);
    await store.sub('round').write([{ type: 'put', key: 'log/0000000000000001', value: Uint8Array.of(1) }]);
    await store.close();
    await data.close();
    const format = { schema, ...(await owner()), createdAt: '2026-01-01' };
    await writeFile(path('data', 'format.json'), JSON.stringify(format));
  }

  async function spent(): Promise<void> {
    const data = await DataFolder.open(path('data'), await owner());
    const store = await LevelStore.open(data.database);
    const { parameters } = DOCUMENT;
    const accountant = ledgerAccountant(parameters);
    const ledger = await PrivacyLedger.open(store.sub('ledger'), parameters.privacy, { accountant });
    const event = nextOf(parameters);
    const commitAll = async () => {
      for (let n = 1; n <= 200; n++)
        await ledger.commit({ key: `round/${n}`, event, bytes: Uint8Array.of(n % 256) });
    };
    const refused: unknown = await commitAll().catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'PRIVACY_BUDGET_EXCEEDED');
    await store.close();
    await data.close();
  }

  const yaml = async (text: string): Promise<void> => {
    await rm(path('config.json'));
    await writeFile(path('config.yaml'), text);
  };
  const print = () => command('config', 'print');

  const mistakes: readonly (readonly [string, () => Promise<Told>, RegExp])[] = [
    [
      'a flag that there is not',
      () => command('status', '--tokn-file', 'x'),
      /'--tokn-file' \(Did you mean --token-file\?\)/,
    ],
    ['a command that there is not', () => command('stauts'), /'stauts' \(Did you mean status\?\)/],
    [
      'a key that there is not',
      async () => {
        await yaml(JSON.stringify({ ...configOf({}), dataDri: 'data' }));
        return print();
      },
      /config\.yaml: dataDri: unknown key \(did you mean "dataDir"\?\)/,
    ],
    [
      'a file that is no YAML',
      async () => {
        await yaml('network: network.json\nrpc: a: b\n');
        return print();
      },
      /config\.yaml:2:\d+: got [a-z ]+, expected YAML \(indent with spaces/,
    ],
    [
      'an address that is no multiaddr',
      async () => {
        await configure({ listen: ['/ip4/127.0.0.1/tpc/4001'] });
        return print();
      },
      /listen\.0: got "\/ip4\/127\.0\.0\.1\/tpc\/4001", .*did you mean \/ip4\/127\.0\.0\.1\/tcp\/4001\?/,
    ],
    [
      'no configuration',
      () => command('config', 'print', '--config', join(root, 'none.json')),
      /none\.json: got nothing, expected a readable file \(check the path/,
    ],
    [
      'no network document',
      async () => {
        await rm(path('network.json'));
        return start();
      },
      /network\.json: got nothing, .*\(ballast deploy writes it/,
    ],
    [
      'a keystore that others may read',
      async () => {
        await chmod(path('keystore.json'), 0o644);
        return start();
      },
      /has mode 0644, expected 0600 \(chmod 600 /,
    ],
    [
      'another file in the keystore’s place',
      async () => {
        await writeFile(path('keystore.json'), JSON.stringify(DOCUMENT), { mode: 0o600 });
        return start();
      },
      /keystore\.json is not one of Ballast's: .*\(restore the file from a backup/,
    ],
    [
      'a wrong passphrase',
      async () => {
        await writeFile(path('pass'), 'another passphrase', { mode: 0o600 });
        return doctor();
      },
      /keystore\.json: the password does not open it \(check the password/,
    ],
    [
      'a passphrase that others may read',
      async () => {
        await chmod(path('pass'), 0o640);
        return doctor();
      },
      /pass has mode 0640, expected 0600 \(chmod 600 /,
    ],
    [
      'data that is not there',
      async () => {
        await configure({ publicFeed: { kind: 'csv', format: 'chainlink', file: 'absent.csv' } });
        return start();
      },
      /absent\.csv.*\(/,
    ],
    [
      'an endpoint of another chain',
      async () => {
        state.chainId = 1;
        return start();
      },
      /got chain eip155:1, expected eip155:31337 \(point rpc at/,
    ],
    [
      'an endpoint that is down',
      async () => {
        await chain.close();
        return doctor();
      },
      /rpc 127\.0\.0\.1:\d+: ECONNREFUSED \(check the URL of rpc/,
    ],
    [
      'a network document of another network',
      async () => {
        await writeFile(path('network.json'), JSON.stringify({ ...DOCUMENT, name: 'elsewhere' }));
        return start();
      },
      /got network [0-9a-f]{12}, expected [0-9a-f]{12} \(the network document is not the one/,
    ],
    [
      'a contract that is not there',
      async () => {
        state.without = ['controller'];
        return doctor();
      },
      /no code of controller at the address in network\.json \(take the network\.json/,
    ],
    [
      'a key that is not registered',
      async () => {
        state.registered = undefined;
        return doctor();
      },
      /hot key 0x[0-9a-fA-F]{40} is not registered \(ballast register posts the bond/,
    ],
    [
      'a clock that is off',
      async () => {
        state.clockMs = -10_000;
        return doctor();
      },
      /(9|10) s ahead of the endpoint’s, expected at most 5 s \(set it by NTP/,
    ],
    [
      'a port that another process has',
      async () => {
        await configure({ listen: [`/ip4/127.0.0.1/tcp/${port()}`] });
        return doctor();
      },
      /listen: another process has 127\.0\.0\.1:\d+ \(stop it, or set listen/,
    ],
    [
      'a port of the interface that another process has',
      async () => {
        await configure({ api: { port: port() } });
        return doctor();
      },
      /api\.port: another process has 127\.0\.0\.1:\d+ \(stop it, or set api\.port/,
    ],
    [
      'a data folder that cannot be written',
      async () => {
        await configure({ dataDir: 'network.json/data' });
        return start();
      },
      /cannot be written: ENOTDIR \(check that the folder belongs/,
    ],
    [
      'two nodes on one folder',
      async () => {
        const held = await DataFolder.open(path('data'), await owner());
        return start().finally(() => held.close());
      },
      /is in use by another process: process \d+ \(stop the node that has it/,
    ],
    [
      'the folder of another node',
      async () => {
        await DataFolder.open(path('data'), { ...(await owner()), node: '12D3KooWOther' }).then((data) =>
          data.close(),
        );
        return start();
      },
      /got node 12D3KooWOther, expected 12D3KooW\w+ \(give each node/,
    ],
    [
      'a folder of an earlier release',
      async () => {
        await lived(2);
        return start();
      },
      /expected no rounds of schema 2 \(run the release that wrote it/,
    ],
    [
      'a folder of a later release',
      async () => {
        await lived(99);
        return start();
      },
      /got schema 99, expected at most \d+ \(run the release that wrote it, or a later one/,
    ],
    [
      'a budget beyond the network’s',
      async () => {
        await configure({ privacy: { epsilonBudget: 1_000 } });
        await spent();
        return command('privacy');
      },
      /privacy\.epsilonBudget: got 1000, expected more than 0 and at most the network's 8 \(leave it out/,
    ],
    [
      'a budget that is spent',
      async () => {
        await spent();
        return doctor();
      },
      /ε = 7\.\d+ of 8 is spent: the node votes, and trains no more \(the budget never comes back/,
    ],
  ];

  for (const [what, make, expected] of mistakes) {
    it(`is told in one line with its remedy: ${what}`, async () => {
      const { line, exitCode } = await make();
      expect(line).to.match(/^ballast: [^\n]+\n$/);
      expect(line).to.match(expected);
      expect(line, 'remedy').to.match(/[(;] ?.+\n$/);
      expect(line).not.to.match(/\bat .*\.ts:\d+|node:internal|unexpected error/);
      expect(line).not.to.include(PASSPHRASE);
      expect(exitCode).to.equal(1);
    });
  }
});
