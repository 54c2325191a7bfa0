import { join } from 'node:path';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { documentOf } from '../../client/test/published.ts';
import { devnetParameters } from '../../devnet/options.ts';
import { LevelStore } from '../../store/index.ts';
import type { NodeFiles } from '../backup.ts';

export const PASSPHRASE = 'correct horse battery';

export const DOCUMENT: NetworkDocument = {
  name: 'backups',
  chain: 'eip155:31337',
  contracts: {
    nodeRegistry: `0x${'1'.repeat(40)}`,
    modelRegistry: `0x${'2'.repeat(40)}`,
    parameterRegistry: `0x${'3'.repeat(40)}`,
    controller: `0x${'4'.repeat(40)}`,
  },
  bootstrap: [],
  genesis: { modelDigest: 'a'.repeat(64), layout: 'b'.repeat(64), beaconHeight: 1 },
  model: documentOf().model,
  parameters: devnetParameters({
    rounds: 3,
    byzantine: 0,
    rule: 'median',
    privacy: 'record',
    gate: true,
    normCheck: true,
  }),
};

export const filesIn = (folder: string): NodeFiles => ({
  document: DOCUMENT,
  keystore: join(folder, 'keystore.json'),
  passphrase: PASSPHRASE,
  dataDir: join(folder, 'data'),
});

/** Everything that a data folder remembers. */
export async function remembered(dataDir: string): Promise<Record<string, string>> {
  const store = await LevelStore.open(join(dataDir, 'db'));
  const all: Record<string, string> = {};
  for (const name of ['round', 'ledger']) {
    for await (const [key, value] of store.sub(name).entries('')) {
      all[`${name}:${key}`] = Buffer.from(value).toString('hex');
    }
  }
  await store.close();
  return all;
}
