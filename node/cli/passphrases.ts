import password from '@inquirer/password';
import type { PassphraseSources } from '../keys/index.ts';

/**
 * Where a command looks for a passphrase. The environment is read once and forgotten, so that no child process
 * inherits a secret.
 *
 * @param name `BALLAST` for the node's keystore, `BALLAST_STAKE` for the stake keystore.
 */
export function passphraseSources(
  name: 'BALLAST' | 'BALLAST_STAKE',
  { flag, configured }: { readonly flag?: string | undefined; readonly configured?: string | undefined },
): PassphraseSources {
  const environment = takeVariable(`${name}_PASSPHRASE`);
  const environmentFile = takeVariable(`${name}_PASSPHRASE_FILE`);
  return {
    ...(flag === undefined ? {} : { file: flag }),
    ...(environmentFile === undefined ? {} : { environmentFile }),
    ...(environment === undefined ? {} : { environment }),
    ...(configured === undefined ? {} : { configuredFile: configured }),
    ...(process.stdin.isTTY === true && process.stderr.isTTY === true ? { ask } : {}),
  };
}

function takeVariable(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value === '' ? undefined : value;
}

/** On standard error: standard output is for results. */
function ask(question: string): Promise<string> {
  return password({ message: question, mask: true }, { output: process.stderr });
}
