import type { Command } from 'commander';
import {
  configDefaults,
  type EffectiveValue,
  effectiveValues,
  nodeConfigKeys,
  readNetworkDocument,
} from '../config/index.ts';
import type { DefineCommand } from './command-entry.ts';
import { configPathOf, type FolderFlags, layeredConfigOf, withFolder } from './folder.ts';
import { passphraseSources } from './passphrases.ts';
import { printResult } from './spending.ts';
import { table } from './table.ts';

export const defineConfig: DefineCommand = (command) => {
  withFolder(
    command
      .command('print')
      .description(
        'every value that holds and who gave it: flag, BALLAST_… variable, file, network, default',
      ),
  )
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', `\n${PRECEDENCE}`)
    .action(print);
  command
    .command('keys')
    .description('every key that a configuration may have, and the variable that sets it; reads no file')
    .option('--json', 'print one JSON object', false)
    .action(async (_flags: object, self: Command) => keys(self.opts<{ json: boolean }>().json));
};

const PRECEDENCE =
  'A flag comes before a variable, a variable before the file, the file before what the network document says, and that before a default. What may be secret in a value, such as the path of a URL, is not shown.';

async function print({ json, ...flags }: FolderFlags & { readonly json: boolean }): Promise<void> {
  const file = configPathOf(flags);
  const { config, originOf } = await layeredConfigOf(flags);
  // Without the document, the values that hold are shown all the same.
  const document = await readNetworkDocument(config.network).catch(() => undefined);
  const network = document === undefined ? undefined : { document, path: config.network };
  const values = effectiveValues(nodeConfigKeys(), config, originOf, configDefaults(network));
  const passphrase = passphraseOrigin(config.passwordFile);
  if (json) {
    printResult({ file, values: values.map(jsonOf), passphrase: passphrase ?? null }, true);
    return;
  }
  const held = values.filter(({ origin }) => origin !== undefined);
  const rest = values.filter(({ origin }) => origin === undefined);
  const lines = [
    ...table([
      ['key', 'value', 'from', 'variable'],
      ...held.map(({ key, value, origin, variable }) => [key, textOf(value), origin ?? '', variable]),
      ['(passphrase)', passphrase === undefined ? 'asked for' : '<hidden>', passphrase ?? 'terminal', ''],
    ]),
    '',
    'not set:',
    ...table(rest.map(({ key, variable }) => [key, variable])),
  ];
  printResult(lines.join('\n'), false);
}

const jsonOf = ({ key, value, origin, variable }: EffectiveValue) => ({
  key,
  value: value ?? null,
  origin: origin ?? null,
  variable,
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Which of its sources the keystore's passphrase would be taken from; undefined where it would be asked for. */
function passphraseOrigin(configured: string | undefined): string | undefined {
  const { environmentFile, environment, configuredFile } = passphraseSources('BALLAST', { configured });
  if (environmentFile !== undefined) return 'BALLAST_PASSPHRASE_FILE';
  if (environment !== undefined) return 'BALLAST_PASSPHRASE';
  return configuredFile === undefined ? undefined : 'passwordFile';
}

async function keys(json: boolean): Promise<void> {
  const known = nodeConfigKeys()
    .filter(({ isGroup }) => !isGroup)
    .map(({ name, variable, kinds }) => ({ key: name, variable, takes: [...kinds] }));
  const lines = table(known.map(({ key, variable, takes }) => [key, variable, takes.join(' or ')]));
  printResult(json ? { keys: known } : lines.join('\n'), json);
}
