import type { LevelStore } from '../store/index.ts';

/** One step from a schema to the next. Running it again after a crash must change nothing that it has made. */
export type Migration = {
  readonly from: number;
  readonly to: number;
  readonly run: (store: LevelStore) => Promise<void>;
};

/**
 * Schema 1 is a folder without `format.json`. Schema 2 has one; what the round log keeps beside its certificates is
 * added by the log itself.
 */
export const SCHEMA = 2;

export const MIGRATIONS: readonly Migration[] = [{ from: 1, to: 2, run: async () => undefined }];
