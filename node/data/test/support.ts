import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../../protocol/errors.ts';

/** The recorded markets, where there are any. */
export const RECORDED =
  process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** A folder for the files of one test suite, removed after it. */
export function dataFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-data-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  const path = (name: string) => join(folder, name);
  const write = (content: string): string => {
    const file = path(`${files++}.csv`);
    writeFileSync(file, content);
    return file;
  };
  return { folder, path, write };
}

/** The refusal of `work`; it fails if there is none, or if it is no operator's mistake. */
export async function refusal(work: Promise<unknown>): Promise<UsageError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
