import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { UsageError } from '../../../protocol/errors.ts';
import { readConfigText } from '../config-text.ts';
import { effectiveValues } from '../effective.ts';
import { environmentAssignments } from '../environment.ts';
import { configKeys, variableOf } from '../keys.ts';
import { assignmentsOf, layered } from '../layers.ts';
import { redacted } from '../redact.ts';
import { parseSettings } from '../settings.ts';

const schema = z.strictObject({
  rpc: z.union([z.url(), z.array(z.url())]),
  dataDir: z.string(),
  api: z
    .strictObject({
      port: z.int().default(9470),
      isOpen: z.boolean().optional(),
      rateLimit: z.strictObject({ windowSeconds: z.number().optional() }).prefault({}),
    })
    .optional(),
  slice: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('generator'), seed: z.int() }),
    z.strictObject({ kind: z.literal('csv'), file: z.string() }),
  ]),
  collaterals: z.array(z.strictObject({ name: z.string() })).optional(),
});
const keys = configKeys(schema);

function refusal(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('expected a refusal');
}

describe('layers of a configuration', () => {
  it('name their variables after their keys', () => {
    expect(variableOf('api.rateLimit.windowSeconds')).to.equal('BALLAST_API_RATE_LIMIT_WINDOW_SECONDS');
    expect(keys.map(({ name }) => name)).to.deep.equal([
      'rpc',
      'dataDir',
      'api',
      'api.port',
      'api.isOpen',
      'api.rateLimit',
      'api.rateLimit.windowSeconds',
      'slice',
      'slice.kind',
      'slice.seed',
      'slice.file',
      'collaterals',
    ]);
    expect(new Set(keys.map(({ variable }) => variable)).size).to.equal(keys.length);
  });

  it('come one before the other, value by value, and each value remembers its own', () => {
    const { value, originOf } = layered([
      ...assignmentsOf({ dataDir: 'a', api: { port: 1, isOpen: false }, slice: { kind: 'csv' } }, 'file'),
      ...environmentAssignments(keys, {
        BALLAST_API_PORT: '2',
        BALLAST_SLICE: '{"kind":"generator","seed":3}',
        BALLAST_SLICE_SEED: '4',
        BALLAST_DATA_DIR: '',
        HOME: '/',
      }),
      ...parseSettings(keys, ['api.isOpen=true', 'api.rateLimit.windowSeconds=0.5']),
    ]);
    expect(value).to.deep.equal({
      dataDir: 'a',
      api: { port: 2, isOpen: true, rateLimit: { windowSeconds: 0.5 } },
      slice: { kind: 'generator', seed: 4 },
    });
    expect(originOf(['dataDir'])).to.equal('file');
    expect(originOf(['api', 'port'])).to.equal('BALLAST_API_PORT');
    expect(originOf(['api', 'isOpen'])).to.equal('--set api.isOpen');
    expect(originOf(['api'])).to.equal(undefined);
    expect(originOf(['slice', 'kind'])).to.equal('BALLAST_SLICE');
    expect(originOf(['slice', 'seed'])).to.equal('BALLAST_SLICE_SEED');
  });

  it('read text as the key wants it', () => {
    const set = (name: string, text: string) => parseSettings(keys, [`${name}=${text}`])[0]?.value;
    expect(set('rpc', 'http://a')).to.equal('http://a');
    expect(set('rpc', 'http://a, http://b')).to.deep.equal(['http://a', 'http://b']);
    expect(set('dataDir', '12')).to.equal('12');
    expect(set('api.port', '12')).to.equal(12);
    expect(set('api.port', 'many')).to.equal('many');
    expect(set('api.isOpen', 'TRUE')).to.equal(true);
    expect(set('api.isOpen', 'yes')).to.equal('yes');
    expect(set('collaterals', '[{"name":"dai"}]')).to.deep.equal([{ name: 'dai' }]);
    const broken = refusal(() => set('collaterals', '[{"name": "https://host/secret"'));
    expect(broken.message).to.equal('--set collaterals: got something else, expected JSON');
  });

  it('suggest the key that was meant, and let other variables of the same prefix be', () => {
    const { message, hint } = refusal(() =>
      environmentAssignments(keys, { BALLAST_API_PROT: '1' }, {}, ['BALLAST_PASSPHRASE']),
    );
    expect(message).to.equal('BALLAST_API_PROT: unknown environment variable');
    expect(hint).to.equal('did you mean BALLAST_API_PORT?');
    const passphrase = () =>
      environmentAssignments(keys, { BALLAST_PASPHRASE: '1' }, {}, ['BALLAST_PASSPHRASE']);
    expect(refusal(passphrase).hint).to.equal('did you mean BALLAST_PASSPHRASE?');
    const service = { BALLAST_PORT_80_TCP_ADDR: '10.0.0.1', BALLAST_SERVICE_HOST: 'x', BALLAST_DATA: 'y' };
    expect(environmentAssignments(keys, service)).to.deep.equal([]);
    expect(refusal(() => parseSettings(keys, ['api.prot=1'])).hint).to.equal('did you mean "api.port"?');
    expect(refusal(() => parseSettings(keys, ['hunter2'])).message).not.to.include('hunter2');
  });

  it('refuse a key that two variables set', () => {
    const environment = { BALLAST_RPC: 'http://a', BALLAST_RPC_URL: 'http://b' };
    const error = refusal(() => environmentAssignments(keys, environment, { BALLAST_RPC_URL: 'rpc' }));
    expect(error.message).to.equal('BALLAST_RPC_URL: BALLAST_RPC sets rpc too');
  });

  it('show every key with what holds and who said so, and nothing secret', () => {
    const { value, originOf } = layered(
      assignmentsOf(
        { rpc: ['http://u:p@host:1/v2/key'], dataDir: 'a', api: {}, slice: { kind: 'csv', file: 'f' } },
        'file',
      ),
    );
    const fallbacks = new Map([['api.isOpen', { value: false, origin: 'network.json' }]]);
    const rows = effectiveValues(keys, schema.parse(value), originOf, fallbacks);
    expect(rows.map(({ key, value: shown, origin }) => [key, shown, origin])).to.deep.equal([
      ['rpc', ['http://host:1/<hidden>'], 'file'],
      ['dataDir', 'a', 'file'],
      ['api.port', 9470, 'default'],
      ['api.isOpen', false, 'network.json'],
      ['api.rateLimit.windowSeconds', undefined, undefined],
      ['slice.kind', 'csv', 'file'],
      ['slice.seed', undefined, undefined],
      ['slice.file', 'f', 'file'],
      ['collaterals', undefined, undefined],
    ]);
    expect(redacted('https://host/?key=1')).to.equal('https://host/<hidden>');
    expect(redacted({ a: ['wss://x:y@h'] })).to.deep.equal({ a: ['wss://h/<hidden>'] });
    expect(redacted('http://127.0.0.1:8545')).to.equal('http://127.0.0.1:8545');
    expect(redacted('data/folder')).to.equal('data/folder');
  });
});

describe('a configuration’s file', () => {
  let folder = '';
  const read = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return readConfigText(join(folder, name));
  };
  const refused = (name: string, text: string): Promise<UsageError> =>
    read(name, text).then(
      () => expect.fail('expected a refusal'),
      (error: unknown) => {
        expect(error).to.be.instanceOf(UsageError);
        expect((error as UsageError).message).not.to.match(/\n/);
        return error as UsageError;
      },
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-config-text-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is YAML or JSON by its name', async () => {
    const yaml = 'rounds: 3\nslice: &own\n  kind: generator\nmarket: *own\nflag: no\n';
    const value = { rounds: 3, slice: { kind: 'generator' }, market: { kind: 'generator' }, flag: 'no' };
    expect(await read('a.yaml', yaml)).to.deep.equal(value);
    expect(await read('a.YML', JSON.stringify(value))).to.deep.equal(value);
    expect((await refused('a.json', yaml)).message).to.match(/a\.json: got .*, expected JSON$/);
  });

  it('is refused with the line where it is no YAML, without what stands there', async () => {
    for (const text of [
      'a: 1\nb: secret: word\n',
      'a: 1\na: secret\n',
      'a: 1\n\tb: secret\n',
      'a: !!js secret\n',
    ]) {
      const { message } = await refused('b.yaml', text);
      expect(message, text).to.match(/b\.yaml:\d+:\d+: got [a-z ]+, expected YAML$/);
      expect(message).not.to.include('secret');
    }
  });

  it('has limits', async () => {
    expect((await refused('c.json', ' '.repeat(256 * 1024 + 1))).message).to.include(
      'expected at most 262144',
    );
    const levels = Array.from({ length: 8 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    const { message } = await refused('d.yaml', ['l0: &l0 [x]', ...levels].join('\n'));
    expect(message).to.include('repetitions of named parts');
  });

  it('cannot put a key on every object', async () => {
    const value = layered(assignmentsOf(await read('f.json', '{"__proto__": {"polluted": 1}}'), 'f')).value;
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
    expect(schema.safeParse(value).success).to.equal(false);
    expect(Object.keys(value as object)).to.deep.equal(['__proto__']);
  });
});
