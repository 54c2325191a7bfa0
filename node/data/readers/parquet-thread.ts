import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../../../protocol/errors.ts';
import { type Cell, parquetCells } from './parquet-cells.ts';

/** What the thread is asked to read. */
export type ParquetJob = {
  readonly file: string;
  readonly columns: readonly string[] | undefined;
  readonly maxFileBytes: number;
};

/** What it answers each message with: the header, then a row group's rows, then the end; or why it cannot. */
export type ParquetAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'refused'; readonly error: ReturnType<UsageError['toObject']> };

const { file, columns, maxFileBytes } = workerData as ParquetJob;
const groups = parquetCells(file, columns, maxFileBytes);

async function next(): Promise<ParquetAnswer> {
  try {
    const { done, value } = await groups.next();
    return done === true || value === undefined ? { kind: 'end' } : { kind: 'rows', rows: value };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { kind: 'refused', error: error.toObject() };
  }
}

parentPort?.on('message', async () => parentPort?.postMessage(await next()));
