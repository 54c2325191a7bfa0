import { UsageError } from '../../protocol/errors.ts';
import { readSecretFile } from '../files/secret-file.ts';

/** Least length of a new passphrase, in characters. */
const MIN_PASSPHRASE_LENGTH = 8;
const MAX_PASSPHRASE_FILE_BYTES = 4096;

/** Where a passphrase may come from; the first that is given counts. */
export type PassphraseSources = {
  /** A file that the command line names. */
  readonly file?: string;
  /** A file that the environment names. */
  readonly environmentFile?: string;
  /** The passphrase itself, from the environment. */
  readonly environment?: string;
  /** A file that the configuration names. */
  readonly configuredFile?: string;
  /** Asks a person; absent where there is no terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** The places that a person may use, for who has used none. */
  readonly places?: string;
};

/** Whether a passphrase is given, so that nobody is asked for one. */
export const hasPassphrase = ({
  file,
  environmentFile,
  environment,
  configuredFile,
}: PassphraseSources): boolean =>
  [file, environmentFile, environment, configuredFile].some((source) => source !== undefined);

/**
 * The passphrase of a keystore that exists.
 *
 * @param what names the keystore in a question.
 * @throws UsageError `PASSPHRASE_MISSING` without a source, `PASSPHRASE_FILE`, `PASSPHRASE_PERMISSIONS`.
 */
export async function obtainPassphrase(sources: PassphraseSources, what: string): Promise<string> {
  const given = await givenPassphrase(sources);
  if (given !== undefined) return given;
  if (sources.ask !== undefined) return sources.ask(`Passphrase of ${what}:`);
  throw missing(what, sources);
}

/**
 * A passphrase for a new keystore: a person is asked twice, and a weak one is refused.
 *
 * @throws UsageError as {@link obtainPassphrase}, `PASSPHRASE_WEAK`, `PASSPHRASE_DIFFERS`.
 */
export async function obtainNewPassphrase(sources: PassphraseSources, what: string): Promise<string> {
  const given = await givenPassphrase(sources);
  if (given !== undefined) return requireStrong(given);
  const { ask } = sources;
  if (ask === undefined) throw missing(what, sources);
  const passphrase = requireStrong(await ask(`New passphrase of ${what}:`));
  if ((await ask('The same again:')) === passphrase) return passphrase;
  throw new UsageError('PASSPHRASE_DIFFERS', 'passphrase: the second differs from the first', {
    hint: 'run the command again; nothing was written',
  });
}

async function givenPassphrase(sources: PassphraseSources): Promise<string | undefined> {
  const { file, environmentFile, environment, configuredFile } = sources;
  const first = file ?? environmentFile;
  if (first !== undefined) return readPassphraseFile(first);
  if (environment !== undefined) return environment;
  return configuredFile === undefined ? undefined : readPassphraseFile(configuredFile);
}

async function readPassphraseFile(path: string): Promise<string> {
  const content = await readSecretFile(path, MAX_PASSPHRASE_FILE_BYTES);
  if (Buffer.isBuffer(content)) return content.toString('utf8').replace(/\r?\n$/, '');
  if (content.refusal === 'permissions') {
    throw new UsageError(
      'PASSPHRASE_PERMISSIONS',
      `passphrase file ${path} has mode ${content.mode}, expected 0600`,
      { metadata: { path, mode: content.mode }, hint: `chmod 600 ${path}` },
    );
  }
  throw new UsageError('PASSPHRASE_FILE', `passphrase file ${path}: got nothing, expected a readable file`, {
    metadata: { path, reason: content.refusal },
  });
}

function requireStrong(passphrase: string): string {
  const length = [...passphrase].length;
  if (length >= MIN_PASSPHRASE_LENGTH) return passphrase;
  throw new UsageError(
    'PASSPHRASE_WEAK',
    `passphrase: got ${length} characters, expected at least ${MIN_PASSPHRASE_LENGTH}`,
    { hint: 'several random words are both long and easy to keep' },
  );
}

function missing(what: string, { places }: PassphraseSources): UsageError {
  return new UsageError(
    'PASSPHRASE_MISSING',
    `passphrase of ${what}: none given, and no terminal to ask on`,
    places === undefined ? {} : { hint: `give ${places}` },
  );
}
