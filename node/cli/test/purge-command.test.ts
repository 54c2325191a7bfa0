import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Blobs } from '../../../coordinator/blobs.ts';
import { aggregatorOf, networkGenesis, RoundLog } from '../../../coordinator/index.ts';
import { transcriptKey } from '../../../coordinator/transcript.ts';
import { PrivacyLedger, releaseEvent } from '../../../privacy/index.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { networkId } from '../../../protocol/network.ts';
import { history } from '../../api/test/support.ts';
import { DataFolder } from '../../data-folder/index.ts';
import { createKeystore, MIN_SCRYPT_COST } from '../../keys/index.ts';
import { createModel, parseModelSpec } from '../../models/index.ts';
import { DOCUMENT, PASSPHRASE, remembered } from '../../operator/test/support.ts';
import { LevelStore } from '../../store/index.ts';
import { inProcess } from '../../test/e2e/in-process.ts';
import { CONFIG } from './config.ts';

const { succeed, refuse } = inProcess(PASSPHRASE);
const bytes = (text: string) => new TextEncoder().encode(text.repeat(1000));

describe('ballast purge', function () {
  this.timeout(20_000);
  let root = '';
  let node = '';
  const path = (...parts: string[]) => join(root, ...parts);
  const run = (...args: string[]) => ['purge', '--folder', root, ...args];
  const owner = () => ({ network: networkId(DOCUMENT), node });

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'ballast-purge-'));
    const { nodeId } = await createKeystore(path('keystore.json'), PASSPHRASE, {
      scryptCost: MIN_SCRYPT_COST,
    });
    node = nodeId;
    await writeFile(path('config.json'), JSON.stringify(CONFIG));
    await writeFile(path('network.json'), JSON.stringify(DOCUMENT));
  });
  beforeEach(fill);
  afterEach(() => rm(path('data'), { recursive: true, force: true }));
  after(() => rm(root, { recursive: true, force: true }));

  /** Two decided rounds and one in progress: bodies, votes, transcripts, a debit, something watched. */
  async function fill(): Promise<void> {
    await mkdir(path('data'), { mode: 0o700 });
    const folder = await DataFolder.open(path('data'), owner());
    const store = await LevelStore.open(folder.database);
    const round = store.sub('round');
    const blobs = new Blobs(round);
    const { size } = createModel(parseModelSpec(DOCUMENT.model));
    const log = await RoundLog.open(round, networkGenesis(DOCUMENT, aggregatorOf(DOCUMENT.parameters), size));
    for (const { entry } of history(2).certificates) {
      const model = await blobs.put(entry.round, bytes(`model ${entry.round}`));
      const state = await blobs.put(entry.round, bytes(`state ${entry.round}`));
      await blobs.put(entry.round, bytes(`update ${entry.round}`));
      const next: RoundEntry = { ...entry, parent: log.head.entry, modelDigest: model, stateDigest: state };
      await log.append({
        certificate: { entry: next, view: 0, signatures: [{ index: 0, signature: new Uint8Array(65) }] },
        roll: undefined,
      });
    }
    await blobs.put(3, bytes('update 3'));
    await round.write(
      [transcriptKey(1), 'sent/0000000000000003/commit/0', 'lock/0000000000000003', 'sequence'].map(
        (key) => ({
          type: 'put',
          key,
          value: bytes(key),
        }),
      ),
    );
    await store.sub('monitor').write([{ type: 'put', key: 'pair', value: bytes('watched') }]);
    const ledger = await PrivacyLedger.open(store.sub('ledger'), DOCUMENT.parameters.privacy);
    const event = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 8, releases: 1 });
    await ledger.commit({ key: 'round/1', event, bytes: bytes('released') });
    await store.close();
    await folder.close();
  }

  /** What is left in the node's stores, by the first parts of the keys. */
  async function left(): Promise<{ readonly kept: Record<string, string>; readonly texts: string[] }> {
    const kept = await remembered(path('data'));
    const texts = Object.entries(kept)
      .filter(([key]) => key.startsWith('round:blob/'))
      .map(([, hex]) => /^[a-z]+ \d/.exec(Buffer.from(hex, 'hex').toString())?.[0] ?? '');
    return { kept, texts: texts.sort() };
  }

  const protectedOf = (kept: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(kept).filter(([key]) => /^ledger:|^round:(sent\/|lock\/|sequence)/.test(key)),
    );

  it('deletes bodies of rounds that are over, and leaves what the next round builds on', async () => {
    const before = await left();
    expect(before.texts).to.have.length(7);
    const plan = await succeed(run('--models', '--dry-run'));
    expect(await left()).to.deep.equal(before);
    const purged = await succeed(run('--models', '--yes'));
    expect({ dryRun: true, ...purged }).to.deep.equal(plan);
    expect(purged).to.include({ scope: 'models', round: 2 });
    const { kept, texts } = await left();
    expect(texts).to.deep.equal(['model 2', 'state 2', 'update 3']);
    expect(protectedOf(kept)).to.deep.equal(protectedOf(before.kept));
    expect(Object.keys(kept).filter((key) => key.startsWith('round:log/'))).to.have.length(2);
    expect(Object.keys(kept).filter((key) => key.startsWith('round:transcript/'))).to.deep.equal([]);
    expect(existsSync(path('data', 'restored.json'))).to.equal(false);
    expect((await succeed(run('--models', '--yes'))).entries).to.equal(0);
  });

  it('deletes all but keys, votes and ledger, and has the node ask its peers before it signs', async () => {
    const before = await left();
    await succeed(run('--all-but-keys', '--yes'));
    const { kept } = await left();
    expect(kept).to.deep.equal(protectedOf(before.kept));
    expect(Object.keys(kept).filter((key) => key.startsWith('ledger:'))).not.to.deep.equal([]);
    expect(existsSync(path('keystore.json'))).to.equal(true);
    const folder = await DataFolder.open(path('data'), owner());
    expect(folder.restored).to.equal(true);
    await folder.close();
    const store = await LevelStore.open(path('data', 'db'));
    for await (const [key] of store.sub('monitor').entries('')) expect.fail(`${key} is still there`);
    await store.close();
  });

  it('touches nothing while the node runs, unasked, or where there is nothing', async () => {
    const before = await left();
    const running = await DataFolder.open(path('data'), owner());
    expect(await refuse(run('--models', '--yes'))).to.match(
      /is in use by another process: process \d+ \(stop/,
    );
    await running.close();
    expect(await refuse(run('--models'))).to.include('no terminal to ask on (give --yes');
    expect(await refuse(run('--yes'))).to.include('expected one of --models and --all-but-keys');
    expect(await refuse(run('--models', '--all-but-keys', '--yes'))).to.include('expected one of');
    expect(await left()).to.deep.equal(before);
    expect(await refuse(run('--models', '--yes', '--set', 'dataDir=none'))).to.include('got nothing');
    expect(existsSync(path('none'))).to.equal(false);
  });
});
