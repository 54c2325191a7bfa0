import { randomBytes } from 'node:crypto';
import { PrivacyLedger, releaseEvent } from '../../../privacy/index.ts';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { LevelStore } from '../../store/index.ts';

/**
 * Releases round after round through a node's ledger without end, and says of each release, once its debit is done,
 * the digest of the bytes that it would send and what has been spent.
 */
const [folder = '', first = '1'] = process.argv.slice(2);
const store = (await LevelStore.open(folder)).sub('ledger');
const ledger = await PrivacyLedger.open(store, {
  unit: 'record',
  relation: 'add-remove',
  epsilonBudget: 1_000,
  delta: 1e-5,
});
const event = releaseEvent({ unit: 'record', relation: 'add-remove', noiseMultiplier: 8, releases: 4 });
for (let round = Number(first); ; round++) {
  const bytes = await ledger.commit({
    key: `round/${round}`,
    event,
    bytes: Uint8Array.from(randomBytes(260)),
  });
  const { epsilon } = ledger.spent();
  process.stdout.write(`${JSON.stringify({ round, digest: digestOfBytes(bytes), epsilon })}\n`);
}
