import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BallastError } from '../../../protocol/errors.ts';
import { createKeystore, MIN_SCRYPT_COST } from '../../keys/index.ts';
import { openNodeKeystore } from '../node-keystore.ts';

const PASSPHRASE = 'a passphrase for a test';
const FEED = { kind: 'generator', seed: 1, venue: 0, days: 700 };

describe('the keystore of a node, as commands open it', () => {
  let folder = '';
  const path = (name: string) => join(folder, name);
  /** The hot address, or the code of what is in the way. */
  const hotKey = (flags: Omit<Parameters<typeof openNodeKeystore>[0], 'folder'> = {}) =>
    openNodeKeystore({ folder, passphraseFile: path('pass'), ...flags }, 31_337).then(
      ({ account }) => account.address,
      (error: unknown) => (error instanceof BallastError ? error.code : String(error)),
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-node-keystore-'));
    await writeFile(path('pass'), PASSPHRASE, { mode: 0o600 });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('has the external signer of the configuration, unless a keystore or another signer is given', async () => {
    const { account } = await createKeystore(path('keystore.json'), PASSPHRASE, {
      scryptCost: MIN_SCRYPT_COST,
    });
    expect(await hotKey()).to.equal(account.address);
    // Nobody listens there, so that whoever is asked is known by its refusal.
    const signer = { url: 'http://127.0.0.1:1', address: account.address };
    const config = {
      ...{ network: 'network.json', rpc: 'http://127.0.0.1:1', keystore: 'keystore.json', dataDir: 'data' },
      ...{ slice: FEED, publicFeed: FEED, rounds: 1, signer },
    };
    await writeFile(path('config.json'), JSON.stringify(config));
    expect(await hotKey()).to.equal('SIGNER_UNREACHABLE');
    expect(await hotKey({ keystore: path('keystore.json') })).to.equal(account.address);
    expect(await hotKey({ signerUrl: signer.url })).to.equal('SIGNER_FLAGS');
  });
});
