import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/** Has a prepared node ask for a token from its next start on. */
export async function apiToken(configPath: string, tokensPath: string, token: string): Promise<void> {
  await writeFile(tokensPath, `${createHash('sha256').update(token).digest('hex')}\n`, { mode: 0o600 });
  const config = JSON.parse(await readFile(configPath, 'utf8'));
  await writeFile(configPath, JSON.stringify({ ...config, api: { ...config.api, tokens: tokensPath } }));
}
