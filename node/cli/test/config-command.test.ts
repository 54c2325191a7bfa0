import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DOCUMENT } from '../../operator/test/support.ts';
import { inProcess } from '../../test/e2e/in-process.ts';

const SECRET = 'kept-to-oneself';
const { ballast, succeed, refuse } = inProcess(SECRET);

type Value = { readonly key: string; readonly value: unknown; readonly origin: string | null };

describe('ballast config', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  const here = () => ['config', 'print', '--folder', folder];
  const feed = '{ kind: generator, seed: 1, venue: 0 }';

  async function values(args: readonly string[] = []): Promise<Map<string, Value>> {
    const printed = await succeed([...here(), ...args], { BALLAST_PASSPHRASE: SECRET });
    expect(printed.passphrase).to.equal('BALLAST_PASSPHRASE');
    return new Map((printed.values as Value[]).map((value) => [value.key, value]));
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-config-command-'));
    await mkdir(path('data'));
    await writeFile(path('network.json'), JSON.stringify(DOCUMENT));
    await writeFile(
      path('config.yaml'),
      `# a comment
network: network.json
rpc: https://user:${SECRET}@rpc.example/v2/${SECRET}?k=${SECRET}
keystore: keystore.json
dataDir: data
slice: ${feed}
publicFeed: ${feed}
rounds: 3
api: { port: 9501 }
`,
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    for (const name of ['BALLAST_API_PORT', 'BALLAST_API_HOST', 'BALLAST_API_PROT', 'BALLAST_RPC_URL'])
      delete process.env[name];
  });

  it('says what holds: a flag before a variable, that before the file, the network and the defaults', async () => {
    const origin = async (key: string, args: readonly string[] = []) => {
      const found = (await values(args)).get(key);
      return [found?.value, found?.origin];
    };
    const file = path('config.yaml');
    expect(await origin('api.port')).to.deep.equal([9501, file]);
    process.env.BALLAST_API_PORT = '9502';
    process.env.BALLAST_API_HOST = '::1';
    expect(await origin('api.port')).to.deep.equal([9502, 'BALLAST_API_PORT']);
    expect(await origin('api.port', ['--set', 'api.port=9503'])).to.deep.equal([9503, '--set api.port']);
    const all = await values();
    expect(all.get('api.host')).to.include({ value: '::1', origin: 'BALLAST_API_HOST' });
    expect(all.get('engine')).to.include({ value: 'tfjs', origin: 'default' });
    expect(all.get('api.rateLimit.requests')).to.include({ value: 10_000, origin: 'default' });
    const { epsilonBudget } = DOCUMENT.parameters.privacy;
    expect(all.get('privacy.epsilonBudget')).to.include({
      value: epsilonBudget,
      origin: path('network.json'),
    });
    const narrowed = await origin('privacy.epsilonBudget', ['--set', 'privacy.epsilonBudget=2']);
    expect(narrowed).to.deep.equal([2, '--set privacy.epsilonBudget']);
    expect(all.get('signer.url')).to.include({ value: null, origin: null });
  });

  it('shows nothing secret, in the table as in JSON', async () => {
    const { code, out, err } = await ballast(here(), { BALLAST_PASSPHRASE: SECRET });
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out).not.to.include(SECRET).and.not.to.include('user');
    expect(out).to.match(/^rpc +https:\/\/rpc\.example\/<hidden> +\S+config\.yaml +BALLAST_RPC$/m);
    expect(out).to.match(/^\(passphrase\) +<hidden> +BALLAST_PASSPHRASE$/m);
    expect(out).to.match(/^signer\.url +BALLAST_SIGNER_URL$/m);
    process.env.BALLAST_RPC_URL = `http://a/${SECRET},http://b`;
    expect((await values()).get('rpc')?.value).to.deep.equal(['http://a/<hidden>', 'http://b']);
  });

  it('lists every key with its variable without reading a file', async () => {
    const { keys } = await succeed(['config', 'keys']);
    const known = keys as { readonly key: string; readonly variable: string; readonly takes: string[] }[];
    expect(known.find(({ key }) => key === 'api.rateLimit.windowSeconds')).to.deep.equal({
      key: 'api.rateLimit.windowSeconds',
      variable: 'BALLAST_API_RATE_LIMIT_WINDOW_SECONDS',
      takes: ['number'],
    });
    expect(known.find(({ key }) => key === 'rpc')?.takes).to.deep.equal(['text', 'list']);
  });

  it('names a mistake in one line, with what was meant', async () => {
    process.env.BALLAST_API_PROT = '1';
    expect(await refuse(here())).to.include('BALLAST_API_PROT: unknown environment variable (did you mean');
    delete process.env.BALLAST_API_PROT;
    process.env.BALLAST_API_PORT = 'many';
    expect(await refuse(here())).to.include('BALLAST_API_PORT (api.port): got "many", expected number');
    process.env.BALLAST_API_PORT = '70000';
    expect(await refuse(here())).to.include('got 70000, expected number to be <=65535');
    process.env.BALLAST_API_PORT = 'm'.repeat(1000);
    expect(await refuse(here())).to.match(/got "m{79}…, expected number/);
    delete process.env.BALLAST_API_PORT;
    expect(await refuse([...here(), '--set', 'api.prot=1'])).to.include('did you mean "api.port"?');
    const wrong = await refuse([...here(), '--set', 'listen=127.0.0.1:4001']);
    expect(wrong).to.include('--set listen (listen.0): got "127.0.0.1:4001"');
    expect(wrong).to.include('did you mean /ip4/127.0.0.1/tcp/4001?');
    const misspelt = await refuse([...here(), '--set', 'listen=/ip4/127.0.0.1/tpc/4001']);
    expect(misspelt).to.include('did you mean /ip4/127.0.0.1/tcp/4001?');
    const api = await refuse([...here(), '--set', 'api={"prot":1}']);
    expect(api).to.include('--set api (api.prot): unknown key (did you mean "port"?)');
  });

  it('wants one configuration in a folder, and finds it by any of its names', async () => {
    await writeFile(path('config.json'), '{}');
    expect(await refuse(here())).to.include('config.yaml is there too, expected one configuration');
    await rm(path('config.json'));
    await rename(path('config.yaml'), path('config.yml'));
    expect((await values()).get('rounds')?.origin).to.equal(path('config.yml'));
    expect(await refuse(['init', '--folder', folder])).to.include('config.yml exists already');
    await rename(path('config.yml'), path('config.yaml'));
    expect(await refuse(['config', 'print', '--folder', path('data')])).to.include(
      'config.json: got nothing',
    );
  });
});
