import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createIdentity, saveKeystore } from '../../keys/index.ts';
import { createSandbox, gone, killAll, Run, type Sandbox } from './command.ts';
import { FIRST_PRIVATE_RECORDING, writeMarkets } from './markets.ts';

/** One line, and nothing of it from a stack. */
function oneLine(run: Run): string {
  expect(run.stderr, 'stderr').to.match(/^ballast: [^\n]+\n$/);
  expect(run.stderr).not.to.match(/\bat .*\.ts:\d+|node:internal/);
  return run.stderr;
}

describe('bad input', function () {
  this.timeout(120_000);
  let place: Sandbox;

  before(async () => {
    place = await createSandbox();
  });

  after(async () => {
    await killAll();
    await place.remove();
  });

  describe('is refused on one line before anything is started', () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ['devnet --ronds 3', /unknown option '--ronds' \(Did you mean --rounds\?\)/],
      ['devnt', /unknown command 'devnt' \(Did you mean devnet\?\)/],
      ['devnet --rounds x', /--rounds.*got "x", expected a whole number/],
      ['devnet --rounds 0', /--rounds: got 0, expected a whole number from 1 to 1000/],
      ['devnet --nodes 3', /--nodes: got 3, expected a whole number from 4 to 40/],
      ['devnet --byzantine 3', /--byzantine: got 3, expected a whole number from 0 to 2, .* 7 nodes/],
      ['devnet --rule krumm', /rule "krumm" is unknown, .*\(did you mean krum\?\)/],
      ['devnet --rule multi-krum --nodes 4', /multi-krum needs n ≥ 2f \+ 3.* f = 1.* n = 4/],
      ['devnet --attack sign-flop', /attack "sign-flop" is unknown, .*\(did you mean sign-flip\?\)/],
      ['devnet --attack ipm', /--attack: got ipm, expected one that needs no other node's update/],
      ['devnet --attack zero --boost 2', /zero takes no option boost/],
      ['devnet --boost -1', /--boost.*got "-1", expected a number above 0/],
      ['devnet --privacy foo', /--privacy.*got "foo", expected record, node or off/],
      ['devnet --data /nonexistent', /\/nonexistent\/.*: got nothing, expected a readable file/],
      ['node', /config.json: got nothing, expected a readable file .*--folder/],
      ['node --config missing.json', /missing\.json: got nothing, expected a readable file/],
    ];

    it('for every flag', async () => {
      const lines = await Promise.all(
        refused.map(async ([command, expected]) => {
          const dataDir = join(place.root, `unused ${command}`);
          const args = command.split(' ');
          const run = new Run([...args, ...(args[0] === 'devnet' ? ['--data-dir', dataDir] : [])], place);
          const { code } = await run.end(90_000);
          expect(code, command).to.equal(1);
          expect(oneLine(run), command).to.match(expected);
          expect(run.stdout, command).to.equal('');
        }),
      );
      expect(lines).to.have.length(refused.length);
      expect((await readdir(place.root)).filter((name) => name.startsWith('unused'))).to.deep.equal([]);
      expect(place.strays()).to.deep.equal([]);
    });
  });

  describe('in a node’s files is refused on one line', () => {
    const config = async (
      name: string,
      change: (folder: string, config: Record<string, unknown>) => void,
    ) => {
      const folder = join(place.root, name);
      await mkdir(folder, { recursive: true });
      const identity = createIdentity((length) => new Uint8Array(length).fill(3));
      const keystore = join(folder, 'keystore.json');
      await saveKeystore(identity, keystore, 'a good password', { scryptCost: 2 ** 14 });
      await writeFile(join(folder, 'password'), 'a good password\n', { mode: 0o600 });
      const value: Record<string, unknown> = {
        network: join(folder, 'network.json'),
        rpc: 'http://127.0.0.1:9',
        keystore,
        passwordFile: join(folder, 'password'),
        dataDir: join(folder, 'data'),
        slice: { kind: 'generator', seed: 1, venue: 1 },
        publicFeed: { kind: 'generator', seed: 1, venue: 0 },
        rounds: 3,
      };
      await writeFile(join(folder, 'network.json'), JSON.stringify(NETWORK));
      change(folder, value);
      await writeFile(join(folder, 'config.json'), JSON.stringify(value));
      return join(folder, 'config.json');
    };

    it('for keys, passwords and documents', async () => {
      const cases: readonly (readonly [string, RegExp, Parameters<typeof config>[1]])[] = [
        [
          'typo',
          /data_dir: unknown key \(did you mean "dataDir"\?\)/,
          (_, value) => Object.assign(value, { data_dir: 'x' }),
        ],
        ['field', /rounds: /, (_, value) => Object.assign(value, { rounds: 'three' })],
        [
          'no password',
          /passphrase.*expected a readable file/,
          (folder, value) => Object.assign(value, { passwordFile: join(folder, 'absent') }),
        ],
        ['wrong password', /password/i, (_, value) => Object.assign(value, { passwordFile: value.keystore })],
        [
          'no keystore',
          /absent does not exist/,
          (folder, value) => Object.assign(value, { keystore: join(folder, 'absent') }),
        ],
        [
          'no network',
          /absent.json: got nothing, expected a readable file/,
          (folder, value) => Object.assign(value, { network: join(folder, 'absent.json') }),
        ],
      ];
      await Promise.all(
        cases.map(async ([name, expected, change]) => {
          const run = new Run(['node', '--config', await config(name, change)], place);
          expect((await run.end(90_000)).code, name).to.equal(1);
          expect(oneLine(run), name).to.match(expected);
        }),
      );
    });

    it('for a network document with a misspelt key or broken JSON', async () => {
      const spelt = await config('misspelt', () => undefined);
      const document = join(place.root, 'misspelt', 'network.json');
      await writeFile(
        document,
        JSON.stringify({ ...NETWORK, contarcts: NETWORK.contracts, contracts: undefined }),
      );
      const run = new Run(['node', '--config', spelt], place);
      expect((await run.end(90_000)).code).to.equal(1);
      expect(oneLine(run)).to.match(/contarcts: unknown key \(did you mean "contracts"\?\)/);
      await writeFile(document, '{\n  "name": "x",\n  oops\n}\n');
      const broken = new Run(['node', '--config', spelt], place);
      expect((await broken.end(90_000)).code).to.equal(1);
      expect(oneLine(broken)).to.match(/network\.json: got .*expected JSON/);
    });
  });

  it('in a private recording fails the devnet with the node, the file and the line', async () => {
    const spoilt: readonly (readonly [string, number, (line: string) => string])[] = [
      ['malformed', 500, () => 'not a row'],
      ['not monotonic', 700, (line) => line.replace(/^\d+/, '1600000000')],
    ];
    await Promise.all(
      spoilt.map(async ([name, number, change]) => {
        const data = join(place.root, name.replace(' ', '-'));
        await writeMarkets(data, (file, lines) => {
          if (file === FIRST_PRIVATE_RECORDING) lines[number - 1] = change(lines[number - 1] ?? '');
        });
        const dataDir = join(place.root, `net ${name}`);
        const args = ['--nodes', '4', '--byzantine', '0', '--rule', 'median', '--rounds', '1', '--json'];
        const run = new Run(['devnet', '--data', data, ...args, '--data-dir', dataDir], place);
        expect((await run.end(90_000)).code, name).to.equal(1);
        expect(oneLine(run), name).to.match(
          new RegExp(`node-1: .*arbitrum_frax_usd\\.csv\\.gz:${number}: column `),
        );
        await gone(run, 1_000);
        expect(await readFile(join(dataDir, 'network.json'), 'utf8')).to.include('devnet');
      }),
    );
    expect(place.strays()).to.deep.equal([]);
  });
});

const ADDRESS = `0x${'1'.repeat(40)}`;
const DIGEST = 'a'.repeat(64);
/** A document that is well formed and that no chain knows. */
const NETWORK = {
  name: 'test',
  chain: 'eip155:31337',
  contracts: {
    nodeRegistry: ADDRESS,
    modelRegistry: ADDRESS,
    parameterRegistry: ADDRESS,
    controller: ADDRESS,
  },
  bootstrap: [],
  genesis: { modelDigest: DIGEST, layout: DIGEST, beaconHeight: 1 },
  model: {},
  parameters: {
    rule: { name: 'median', f: 1 },
    update: { clipNorm: 1, gridBits: 20, normCheck: true },
    privacy: {
      unit: 'none',
      relation: 'add-remove',
      noiseMultiplier: 0,
      recordClipNorm: 1,
      epsilonBudget: 8,
      delta: 1e-5,
    },
    training: { localSteps: 1, learningRate: 0.1, nominalRecords: 100 },
    gate: { enabled: true, deadBand: 0.001 },
    timeouts: { collectMs: 1000, fetchMs: 1000, viewMs: 1000, resendMs: 1000 },
    fee: { gain: '1', deadBand: '0' },
    beaconLag: 3,
    retention: { rounds: 5 },
  },
};
