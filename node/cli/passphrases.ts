import password from '@inquirer/password';
import { UsageError } from '../../protocol/errors.ts';
import type { PassphraseSources } from '../keys/index.ts';

const VARIABLES = ['BALLAST', 'BALLAST_STAKE'].flatMap((name) => [
  `${name}_PASSPHRASE`,
  `${name}_PASSPHRASE_FILE`,
]);
let taken: ReadonlyMap<string, string> = new Map();

/** Takes the passphrases out of the environment before anything else runs: no worker or child inherits them. */
export function takePassphrases(): void {
  taken = new Map(
    VARIABLES.flatMap((name) => {
      const value = process.env[name];
      delete process.env[name];
      return value === undefined || value === '' ? [] : [[name, value] as const];
    }),
  );
}

/**
 * Where a command looks for a passphrase.
 *
 * @param name `BALLAST` for the node's keystore, `BALLAST_STAKE` for the stake keystore.
 * @param option what the command takes for it beside the environment.
 */
export function passphraseSources(
  name: 'BALLAST' | 'BALLAST_STAKE',
  { flag, configured }: { readonly flag?: string | undefined; readonly configured?: string | undefined },
  option = '--passphrase-file',
): PassphraseSources {
  const environment = taken.get(`${name}_PASSPHRASE`);
  const environmentFile = taken.get(`${name}_PASSPHRASE_FILE`);
  return {
    places: `${option}, ${name}_PASSPHRASE_FILE or ${name}_PASSPHRASE`,
    ...(flag === undefined ? {} : { file: flag }),
    ...(environmentFile === undefined ? {} : { environmentFile }),
    ...(environment === undefined ? {} : { environment }),
    ...(configured === undefined ? {} : { configuredFile: configured }),
    ...(process.stdin.isTTY === true && process.stderr.isTTY === true ? { ask } : {}),
  };
}

/** On standard error: standard output is for results. */
async function ask(question: string): Promise<string> {
  try {
    return await password({ message: question, mask: true }, { output: process.stderr });
  } catch {
    // No cause: what was typed so far stays here.
    throw new UsageError('PASSPHRASE_CANCELLED', 'passphrase: the question was not answered');
  }
}
