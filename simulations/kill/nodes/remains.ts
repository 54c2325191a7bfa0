import { aggregatorOf, type Certificate, networkGenesis, RoundLog } from '../../../coordinator/index.ts';
import { createModel, parseModelSpec } from '../../../node/models/index.ts';
import { LevelStore } from '../../../node/store/index.ts';
import { PrivacyLedger } from '../../../privacy/index.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import type { Opened } from '../arena.ts';
import { releasedBodies } from '../released.ts';

export type Remains = {
  readonly opened: Opened;
  /** The log from a round on. */
  readonly log: readonly Certificate[];
};

/** What a dead node has left on its disk, read with the node's own code. @throws what opening store, log or ledger throws. */
export async function readRemains(
  database: string,
  document: NetworkDocument,
  owner: NodeId,
  from: number,
): Promise<Remains> {
  const { size } = createModel(parseModelSpec(document.model));
  const store = await LevelStore.open(database);
  try {
    const log = await RoundLog.open(
      store.sub('round'),
      networkGenesis(document, aggregatorOf(document.parameters), size),
    );
    const ledger = await PrivacyLedger.open(store.sub('ledger'), document.parameters.privacy);
    const head = log.head.round;
    const released = await releasedBodies(ledger, owner, head + 2);
    const certificates: Certificate[] = [];
    for (let round = from; round <= head; round++) {
      const certificate = await log.get(round);
      if (certificate !== undefined) certificates.push(certificate);
    }
    const { epsilon } = ledger.spent();
    return { opened: { head, released, debits: ledger.position().count, epsilon }, log: certificates };
  } finally {
    await store.close();
  }
}
