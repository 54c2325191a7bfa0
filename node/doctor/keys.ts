import { BallastError } from '../../protocol/errors.ts';
import { apiConfigSchema, isLoopback } from '../api/config.ts';
import { readTokens } from '../api/tokens.ts';
import type { NodeConfig } from '../config/index.ts';
import {
  hasPassphrase,
  keystoreName,
  obtainPassphrase,
  openKeystore,
  openRemoteSigner,
  type PassphraseSources,
  readKeystoreText,
} from '../keys/index.ts';
import { attempt, failureIn } from './attempt.ts';
import { type Finding, ok, problem, skipped } from './finding.ts';

/** Whose keys the node has. */
export type NodeNames = { readonly nodeId: string; readonly address: string };

/** The keystore: there, nobody else's to read, whole, and opened by the passphrase that the node would take. */
export async function checkKeystore(
  { keystore }: Pick<NodeConfig, 'keystore'>,
  sources: PassphraseSources,
): Promise<{ readonly findings: readonly Finding[]; readonly names: NodeNames | undefined }> {
  const read = await attempt('keystore', async () =>
    keystoreName(await readKeystoreText(keystore), keystore),
  );
  if ('failure' in read) return { findings: [read.failure], names: undefined };
  const names = read.value;
  const findings = [ok('keystore', `${keystore}: mode 0600, node ${names.nodeId}, hot key ${names.address}`)];
  if (!hasPassphrase(sources))
    return { findings: [...findings, skipped('passphrase', 'it would be asked for')], names };
  const opened = await attempt('passphrase', async () =>
    openKeystore(keystore, await obtainPassphrase(sources, keystore)),
  );
  const passphrase = 'failure' in opened ? opened.failure : ok('passphrase', 'it opens the keystore');
  return { findings: [...findings, passphrase], names };
}

/** An external signer, where one is configured: it answers for its address. */
export async function checkSigner(
  { signer }: Pick<NodeConfig, 'signer'>,
  chainId: number,
): Promise<readonly Finding[]> {
  if (signer === undefined) return [];
  const opened = await attempt('signer', () => openRemoteSigner({ ...signer, chainId }));
  return 'failure' in opened ? failureIn(opened) : [ok('signer', `it signs for ${signer.address}`)];
}

/** Who may read the HTTP interface. */
export async function checkApi({ api }: Pick<NodeConfig, 'api'>): Promise<readonly Finding[]> {
  if (api === undefined) return [skipped('api', 'the configuration has no HTTP interface')];
  const { host, tokens, anonymousReads } = apiConfigSchema.parse(api);
  if (tokens !== undefined) {
    try {
      await readTokens(tokens);
    } catch (error) {
      if (error instanceof BallastError) return [problem('api', error.message, error.hint)];
      throw error;
    }
    return [ok('api', `${host} is read with a token`)];
  }
  if (isLoopback(host)) return [ok('api', `${host} is read from this machine alone`)];
  if (anonymousReads) return [ok('api', `${host} is read by anybody, as configured`)];
  return [
    problem(
      'api',
      `${host} is reached from other machines, and has no tokens`,
      'set api.tokens, or api.host to 127.0.0.1',
    ),
  ];
}
