import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../../protocol/errors.ts';
import { parseEndpoints, readNetworkDocument, readNodeConfig } from '../index.ts';

const GOOD = {
  network: 'network.json',
  rpc: 'http://127.0.0.1:8545',
  keystore: 'keystore.json',
  passwordFile: 'password',
  dataDir: 'data',
  slice: { kind: 'generator', seed: 1, venue: 1 },
  publicFeed: { kind: 'generator', seed: 1, venue: 0 },
  rounds: 3,
};

async function refusal(promise: Promise<unknown>): Promise<UsageError> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    expect((error as UsageError).message).not.to.match(/[\r\n]/);
    return error as UsageError;
  }
  throw new Error('expected a refusal');
}

describe('node configuration', () => {
  let folder = '';
  const path = () => join(folder, 'config.json');
  const read = async (value: unknown) => {
    await writeFile(path(), typeof value === 'string' ? value : JSON.stringify(value));
    return readNodeConfig(path());
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-config-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('is read as it stands, with paths that start at its own folder', async () => {
    const at = (name: string) => join(folder, name);
    const paths = {
      network: at('network.json'),
      keystore: at('keystore.json'),
      passwordFile: at('password'),
      dataDir: at('data'),
    };
    const good = { ...GOOD, ...paths };
    expect(await read(GOOD)).to.deep.equal(good);
    expect(await read(good)).to.deep.equal(good);
    const market = {
      kind: 'csv',
      format: 'daily',
      file: 'market.csv',
      peers: ['peer.csv', '/else/where.csv'],
    };
    const located = { ...market, file: at('market.csv'), peers: [at('peer.csv'), '/else/where.csv'] };
    expect(await read({ ...good, market, publicMarket: market })).to.deep.include({
      market: located,
      publicMarket: located,
    });
    const collaterals = [{ name: 'eth', feed: market }, { name: 'dai', market }, { name: 'usdc' }];
    expect((await read({ ...good, collaterals })).collaterals).to.deep.equal([
      { name: 'eth', feed: located },
      { name: 'dai', market: located },
      { name: 'usdc' },
    ]);
    for (const wrong of [
      Array.from({ length: 16 }, (_, i) => ({ name: `c${i}` })),
      [{ name: 'A/B', feed: market }],
    ])
      expect((await refusal(read({ ...good, collaterals: wrong }))).code).to.equal('CONFIG_FIELD');
    const more = {
      ...good,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      engine: 'float64',
      aggregation: { kernels: 'plain', threads: 2 },
    };
    expect(await read(more)).to.deep.equal(more);
  });

  it('names an unknown key and the one that was meant', async () => {
    const error = await refusal(read({ ...GOOD, pasword_file: 'x' }));
    expect(error.code).to.equal('CONFIG_FIELD');
    expect(error.message).to.include(path()).and.to.include('pasword_file: unknown key');
    expect((await refusal(read({ ...GOOD, keystor: 'x' }))).hint).to.equal('did you mean "keystore"?');
    expect((await refusal(read({ ...GOOD, zzzzzz: 1 }))).hint).to.equal('ballast config keys lists them');
  });

  it('names the misspelt key rather than the one that is missing for it', async () => {
    const { keystore, ...rest } = GOOD;
    const error = await refusal(read({ ...rest, keystor: keystore }));
    expect(error.message).to.include('keystor: unknown key');
    expect(error.hint).to.equal('did you mean "keystore"?');
  });

  const fields: readonly (readonly [string, object])[] = [
    ['rpc', { rpc: 'not a url' }],
    ['rpc', { rpc: [GOOD.rpc, GOOD.rpc] }],
    ['rpc', { rpc: [] }],
    ['rpc', { rpc: Array.from({ length: 9 }, (_, i) => `http://127.0.0.1:${i + 1}`) }],
    ['rounds', { rounds: 0 }],
    ['rounds', { rounds: 1.5 }],
    ['rounds', { rounds: 10_001 }],
    ['network', { network: '' }],
    ['listen', { listen: [] }],
    ['engine', { engine: 'tfjs-quantum' }],
    ['aggregation.kernels', { aggregation: { kernels: 'fast' } }],
    ['aggregation.threads', { aggregation: { threads: 0 } }],
    ['slice.kind', { slice: { kind: 'oracle' } }],
    ['publicFeed.seed', { publicFeed: { kind: 'generator', seed: -1, venue: 0 } }],
  ];
  for (const [field, change] of fields) {
    it(`names the field ${field} for ${JSON.stringify(change)}`, async () => {
      const error = await refusal(read({ ...GOOD, ...change }));
      expect(error.code).to.equal('CONFIG_FIELD');
      expect(error.metadata.field).to.equal(field);
      expect(error.message).to.include(`${path()}: ${field}: `);
    });
  }

  it('takes endpoints from beside the configuration, each once', () => {
    const urls = ['http://a:1', 'http://b:1'];
    expect(parseEndpoints(urls, '--rpc')).to.deep.equal(urls);
    for (const wrong of [[], ['not a url'], ['http://a:1', 'http://a:1']])
      expect(() => parseEndpoints(wrong, 'BALLAST_RPC_URL')).to.throw(UsageError, /^BALLAST_RPC_URL: /);
  });

  it('names a file that is missing, and one that is no JSON', async () => {
    const missing = await refusal(readNodeConfig(join(folder, 'missing.json')));
    expect(missing.code).to.equal('CONFIG_FILE');
    expect(missing.message).to.equal(
      `${join(folder, 'missing.json')}: got nothing, expected a readable file`,
    );
    for (const text of ['', '{', 'oops\n{}', '{"a": 1,\n}']) {
      const malformed = await refusal(read(text));
      expect(malformed.code, JSON.stringify(text)).to.equal('CONFIG_FILE');
      expect(malformed.message).to.match(/config\.json: got .*, expected JSON$/);
    }
    expect((await refusal(read('[]'))).code).to.equal('CONFIG_FIELD');
    expect((await refusal(read('null'))).code).to.equal('CONFIG_FIELD');
    expect((await refusal(readNetworkDocument(folder))).code).to.equal('NETWORK_FILE');
    expect((await refusal(readNetworkDocument(path()))).code).to.equal('NETWORK_DOCUMENT');
  });
});
