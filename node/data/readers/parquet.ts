import { Worker } from 'node:worker_threads';
import { UsageError } from '../../../protocol/errors.ts';
import { threadUrl } from '../../threads/thread-url.ts';
import { firstBytes } from './first-bytes.ts';
import { damaged } from './parquet-errors.ts';
import type { ParquetAnswer, ParquetJob } from './parquet-thread.ts';
import type { TableRow } from './table-row.ts';

const MAGIC = 'PAR1';
const PATIENCE_MS = 60_000;
/** Enough for a row group at its limits. */
const HEAP_MB = 2_048;

/** How a Parquet file is read. */
export type ParquetOptions = {
  /** Bytes of the columns that are read, uncompressed. */
  readonly maxFileBytes: number;
  /** Columns to read; all of them unless given. */
  readonly columns?: readonly string[] | undefined;
  /** How a moment, milliseconds since the epoch, is spelled; ISO 8601 unless given. */
  readonly spellTime?: ((milliseconds: number) => string) | undefined;
  /** How long one row group may take, milliseconds; a minute unless given. */
  readonly patienceMs?: number | undefined;
};

/** Whether a file begins as a Parquet file does. @throws UsageError `DATA_FILE_UNREADABLE`. */
export async function isParquet(file: string): Promise<boolean> {
  return (await firstBytes(file, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * The rows of a flat Parquet file, its header first. It is decoded in a thread of its own with bounded memory and time:
 * a damaged page can claim counts that take hours to go through.
 *
 * @throws UsageError as `parquetCells`, and `DATA_PARQUET` for a row group that takes longer or more memory.
 */
export async function* readParquetRows(
  file: string,
  { maxFileBytes, columns, spellTime = isoTime, patienceMs = PATIENCE_MS }: ParquetOptions,
): AsyncGenerator<TableRow> {
  const job: ParquetJob = { file, columns, maxFileBytes };
  const worker = new Worker(threadUrl(import.meta.url, 'parquet-thread'), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  try {
    for (let number = 0; ; ) {
      const answer = await ask(worker, file, patienceMs);
      if (answer.kind === 'end') return;
      if (answer.kind === 'refused') {
        const { code, message, ...details } = answer.error;
        throw new UsageError(code, message, details);
      }
      for (const cells of answer.rows) {
        const fields = cells.map((cell) => (typeof cell === 'number' ? spellTime(cell) : cell));
        yield { number, fields, text: fields.join(',') };
        number++;
      }
    }
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, file: string, patienceMs: number): Promise<ParquetAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => settle(() => reject(damaged(file, `a row group that takes longer than ${patienceMs / 1000} s`))),
      patienceMs,
    );
    const onMessage = (answer: ParquetAnswer) => settle(() => resolve(answer));
    const onError = (error: unknown) => settle(() => reject(damaged(file, error)));
    const settle = (act: () => void) => {
      clearTimeout(late);
      worker.off('message', onMessage).off('error', onError);
      act();
    };
    worker.on('message', onMessage).on('error', onError);
    worker.postMessage('next');
  });
}

const isoTime = (milliseconds: number) => new Date(milliseconds).toISOString();
