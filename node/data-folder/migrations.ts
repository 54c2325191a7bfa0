import type { LevelStore } from '../store/index.ts';
import { DataFolderError } from './errors.ts';

/** One step from a schema to the next. Running it again after a crash must change nothing that it has made. */
export type Migration = {
  readonly from: number;
  readonly to: number;
  readonly run: (store: LevelStore) => Promise<void>;
};

/**
 * Schema 1 is a folder without `format.json`. Schema 2 has one; what the round log keeps beside its certificates is
 * added by the log itself. In schema 3 an entry names the aggregation's state: nobody can sign that into the entries
 * of an earlier release, so a folder that has any is refused.
 */
export const SCHEMA = 3;

/** What says that this node has taken part in rounds. */
const ROUNDS = ['log/', 'sent/', 'lock/'];

async function requireNoRounds(store: LevelStore): Promise<void> {
  const rounds = store.sub('round');
  for (const prefix of ROUNDS) {
    for await (const [key] of rounds.entries(prefix)) {
      throw new DataFolderError(
        'DATA_FOLDER_OUTDATED',
        `data folder: got ${key} of an earlier release, expected no rounds of schema 2`,
        {
          metadata: { key },
          hint: 'run the release that wrote it to the end of its network; keep the folder, which holds the privacy ledger',
        },
      );
    }
  }
}

export const MIGRATIONS: readonly Migration[] = [
  { from: 1, to: 2, run: async () => undefined },
  { from: 2, to: 3, run: requireNoRounds },
];
