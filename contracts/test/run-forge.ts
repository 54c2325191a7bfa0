import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { foundryBinary } from '../client/foundry.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Runs forge in the repository's root. What it has compiled of the same sources before it does not compile again.
 *
 * @returns what it printed.
 */
export async function runForge(...args: string[]): Promise<string> {
  // The compiler that forge calls is a script for the Node.js that runs this process.
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const { stdout } = await promisify(execFile)(foundryBinary('forge'), args, {
    cwd: ROOT,
    env: { ...process.env, PATH: path },
    maxBuffer: 1 << 28,
  });
  return stdout;
}
