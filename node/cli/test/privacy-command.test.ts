import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ledgerAccountant, PrivacyLedger } from '../../../privacy/index.ts';
import { serve, stopAll } from '../../api/test/support.ts';
import { createKeystore, MIN_SCRYPT_COST } from '../../keys/index.ts';
import { DOCUMENT, PASSPHRASE } from '../../operator/test/support.ts';
import { nextOf } from '../../privacy/test/support.ts';
import { LevelStore } from '../../store/index.ts';
import { ballast as inProcess } from '../../test/e2e/in-process.ts';
import { CONFIG } from './config.ts';

const { parameters } = DOCUMENT;
const ballast = (...args: string[]) => inProcess(['privacy', ...args], { BALLAST_PASSPHRASE: PASSPHRASE });

/** A mistake is one line, and its status 1. */
async function refusal(...args: string[]): Promise<string> {
  const { code, out, err } = await ballast(...args);
  expect({ code, out }).to.deep.equal({ code: 1, out: '' });
  expect(err).to.match(/^ballast: [^\n]+\n$/);
  return err;
}

describe('ballast privacy', function () {
  this.timeout(30_000);
  let folder = '';
  let node = '';
  const path = (...parts: string[]) => join(folder, ...parts);
  const here = () => ['--folder', folder];
  const open = () => LevelStore.open(path('data', 'db'));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-privacy-'));
    await mkdir(path('data'), { mode: 0o700 });
    const feed = { ...CONFIG.slice, days: 700 };
    const config = {
      ...CONFIG,
      slice: feed,
      publicFeed: feed,
      api: { port: 0 },
    };
    await writeFile(path('config.json'), JSON.stringify(config));
    await writeFile(path('network.json'), JSON.stringify(DOCUMENT));
    const identity = await createKeystore(path('keystore.json'), PASSPHRASE, { scryptCost: MIN_SCRYPT_COST });
    node = identity.nodeId;
    const store = await open();
    const accountant = ledgerAccountant(parameters);
    const ledger = await PrivacyLedger.open(store.sub('ledger'), parameters.privacy, { accountant });
    for (const round of [1, 2, 4]) {
      await ledger.commit({ key: `round/${round}`, event: nextOf(parameters), bytes: Uint8Array.of(round) });
    }
    await store.close();
  });
  afterEach(stopAll);
  after(() => rm(folder, { recursive: true, force: true }));

  it('says what is covered, spent and left, each round’s cost, and what more rounds take', async () => {
    const { code, out, err } = await ballast(...here(), '--rounds', '60');
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).to.equal(
      'covers: a day of examples of the node (record, add-remove), δ = 0.00001, budget ε = 8',
    );
    expect(lines[1]).to.match(/^trust: the node that holds the records is trusted/);
    expect(lines[2]).to.equal(
      'spent: ε = 1.699 by the ledger (gaussian), 6.301 left; 3 releases, 12 noisy sums',
    );
    expect(lines[3]).to.match(/^under each accountant: gaussian 1\.699, rdp 1\.\d{3}, pld 1\.\d{3}$/);
    expect(lines[4]).to.equal(
      'at the present noise (4 sums with Gaussian noise, σ = 8 C) the budget bears 41 more rounds',
    );
    expect(lines[6]).to.match(/^round +ε gaussian +ε rdp +ε pld +released$/);
    expect(lines.slice(7, 10).map((line) => line.trim().split(/\s+/)[0])).to.deep.equal(['1', '2', '4']);
    expect(out).to.match(
      /60 more rounds: ε = 9\.\d+ at the present noise, beyond the budget of 8; σ = [\d.]+ C is the least/,
    );
    expect(out).to.match(/^high: 60 more rounds pass the budget/m);
  });

  it('prints the same as one JSON object', async () => {
    const { out } = await ballast('--json', ...here());
    const report = JSON.parse(out) as { account: { spent: object }; rounds: { round: number }[] };
    expect(report.account.spent).to.include({ releases: 3, sums: 12 });
    expect(report.rounds.map(({ round }) => round)).to.deep.equal([1, 2, 4]);
  });

  it('asks a node that runs, with a token where it wants one, and says what is missing', async () => {
    const store = await open();
    try {
      expect(await refusal(...here()))
        .to.include('the node runs')
        .and.to.include('--url');
      expect(await refusal(...here(), '--url', 'http://127.0.0.1:9')).to.include('does not answer');
      expect(await refusal(...here(), '--url', 'file:///etc')).to.include('--url: got file:///etc');
      const { url } = await serve();
      const { out } = await ballast(...here(), '--url', `${url}/`);
      expect(out).to.include('spent: ε = 1.430 by the ledger (gaussian), 6.570 left; 2 releases');
      expect(await refusal(...here(), '--url', url, '--token-file', path('none'))).to.include('--token-file');
      const starting = await serve({ source: undefined });
      expect(await refusal(...here(), '--url', starting.url)).to.include('got status 503');
    } finally {
      await store.close();
    }
  });

  it('writes an export that verifies, once, and says whose it is', async () => {
    const file = path('ledger.export');
    const written = await ballast('export', file, ...here());
    expect(written).to.deep.equal({ code: 0, out: `wrote ${file}: 3 releases of node ${node}\n`, err: '' });
    const { out } = await ballast('verify', file, '--earlier', file);
    expect(out).to.include('sound: 3 releases, ε = 1.699 at δ = 0.00001 (record, add-remove)\n');
    expect(out).to.include(`signed by node ${node}: compare it`);
    expect((await ballast('verify', file, '--node', node)).out).not.to.include('compare it');
    expect(await refusal('export', file, ...here())).to.include('exists already');
    const other = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
    expect(await refusal('verify', file, '--node', other)).to.include(`expected one of ${other}`);
  });

  it('names a mistake in one line', async () => {
    await writeFile(path('other'), 'x');
    expect(await refusal('verify', path('other'))).to.include('expected what ballast privacy export writes');
    expect(await refusal('verify', path('absent'))).to.include('cannot be read: ENOENT');
    expect(await refusal('verify', path('other'), '--node', 'me')).to.include('--node: got me');
    expect(await refusal(...here(), '--rounds', '0')).to.include('--rounds');
    expect(await refusal('--folder', path('data'))).to.include('config.json');
  });
});
