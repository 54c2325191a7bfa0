import { readFile } from 'node:fs/promises';
import { UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, parseNetworkDocument } from '../../protocol/network.ts';
import { parseJson } from './parse-json.ts';

/**
 * Reads the document that a configuration's key `network` names.
 *
 * @throws UsageError `NETWORK_FILE` or `NETWORK_DOCUMENT`.
 */
export async function readNetworkDocument(path: string): Promise<NetworkDocument> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError('NETWORK_FILE', `${path}: got nothing, expected a readable file`, {
      cause,
      hint: 'ballast deploy writes it; whoever runs the network hands it out',
    });
  });
  return parseNetworkDocument(parseJson(text, path, 'NETWORK_FILE'));
}
