import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from '../../protocol/errors.ts';
import { createNodeReader, type NodeEndpoint, NodeFailure, type NodeReader } from '../client/index.ts';
import type { NodeConfig } from '../config/index.ts';
import { configOf, type FolderFlags, withFolder } from './folder.ts';
import { printResult } from './spending.ts';
import { withTerminal } from './terminal.ts';

/** Which running node is asked. */
export type RunningNodeFlags = FolderFlags & { readonly url?: string; readonly tokenFile?: string };

export function withRunningNode(command: Command): Command {
  return withFolder(command)
    .option('--url <url>', 'the HTTP interface of a node that runs; the configuration’s unless given')
    .option('--token-file <file>', 'a file with a token for it')
    .option('--json', 'print one JSON object', false);
}

/**
 * Asks a running node and prints its answer as it is, or in words.
 *
 * @throws UsageError `NODE_URL`, `TOKEN_FILE`, `NODE_NOT_RUNNING`; NodeFailure.
 */
export async function tellOf<Answer extends object>(
  flags: RunningNodeFlags & { readonly json: boolean },
  ask: (reader: NodeReader) => Promise<Answer>,
  inWords: (answer: Answer) => string,
): Promise<void> {
  const node = await endpointOf(flags);
  await withTerminal({ quiet: flags.json }, async ({ signal }) => {
    try {
      const answer = await ask(createNodeReader({ node, signal }));
      printResult(flags.json ? answer : inWords(answer), flags.json);
    } catch (error) {
      throw error instanceof NodeFailure ? explained(error) : error;
    }
  });
}

async function endpointOf({ url, tokenFile, ...flags }: RunningNodeFlags): Promise<NodeEndpoint> {
  const found = url === undefined ? urlOf(undefined, await configOf(flags)) : checkedUrl(url);
  if (found !== undefined) return withToken(found, tokenFile);
  throw new UsageError('NODE_URL', '--url: got nothing, expected the address of the node’s HTTP interface', {
    hint: 'the node prints it as listening; the configuration’s api names no port of its own',
  });
}

/** As {@link tellOf} would ask; undefined where neither the flags nor the configuration name an interface. */
export async function endpointIn(
  { url, tokenFile }: Pick<RunningNodeFlags, 'url' | 'tokenFile'>,
  config: NodeConfig,
): Promise<NodeEndpoint | undefined> {
  const found = urlOf(url, config);
  return found === undefined ? undefined : withToken(found, tokenFile);
}

const withToken = async (url: string, tokenFile: string | undefined): Promise<NodeEndpoint> => ({
  url,
  ...(tokenFile === undefined ? {} : { token: await tokenOf(tokenFile) }),
});

function explained(failure: NodeFailure): UsageError {
  const { node, code, cause, message, metadata } = failure;
  if (code === 'NODE_UNREACHABLE') {
    return new UsageError('NODE_NOT_RUNNING', `no node answers on ${node}`, {
      hint: 'start it with ballast node, or give --url with the address that it printed as listening',
      cause,
    });
  }
  const hint =
    metadata.status === 401 ? 'give --token-file with a file that holds a token of the node' : failure.hint;
  return new UsageError(code, message, { cause, ...(hint === undefined ? {} : { hint }) });
}

/** The interface that was given or that the configuration names, unless that takes any port. @throws UsageError. */
export function urlOf(given: string | undefined, { api }: NodeConfig): string | undefined {
  if (given !== undefined) return checkedUrl(given);
  if (api === undefined || api.port === 0) return undefined;
  return `http://${api.host.includes(':') ? `[${api.host}]` : api.host}:${api.port}`;
}

function checkedUrl(given: string): string {
  if (/^https?:\/\/[^/]/.test(given) && URL.canParse(given)) return given.replace(/\/+$/, '');
  throw new UsageError(
    'NODE_URL',
    `--url: got ${given.slice(0, 100)}, expected one such as http://127.0.0.1:9470`,
  );
}

/** @throws UsageError `TOKEN_FILE`. */
export async function tokenOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError('TOKEN_FILE', `--token-file: ${path}: got nothing, expected a readable file`, {
      cause,
    });
  });
  const token = text.trim();
  if (/^[\x21-\x7e]{1,512}$/.test(token)) return token;
  // What is in it is not said: it may be a part of the token.
  throw new UsageError('TOKEN_FILE', `--token-file: ${path}: expected one token and nothing else`);
}
