import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { NodeConfig } from '../config/index.ts';
import type { MarketSource } from '../data/index.ts';
import { type Finding, ok, problem } from './finding.ts';

/**
 * The files that the node trains on and is judged by are there. What is in them `ballast data check` tells.
 *
 * @param hasRiskHead whether the network's model has one; undefined where nobody knows.
 */
export async function checkData(
  config: NodeConfig,
  hasRiskHead: boolean | undefined,
): Promise<readonly Finding[]> {
  if (hasRiskHead === true && config.publicMarket === undefined) {
    const message = 'publicMarket: got none, expected the market that the risk head is judged on';
    return [problem('data', message, 'name it in the configuration, as the other members do')];
  }
  const { slice, publicFeed, market, publicMarket, collaterals = [] } = config;
  const sources: readonly (readonly [string, MarketSource | undefined])[] = [
    ['slice', slice],
    ['publicFeed', publicFeed],
    ['market', market],
    ['publicMarket', publicMarket],
    ...collaterals.flatMap(({ name, feed, market: asset }) => [
      [`collaterals ${name}`, feed] as const,
      [`collaterals ${name}`, asset] as const,
    ]),
  ];
  const files = sources.flatMap(([key, source]) =>
    source?.kind === 'csv' ? [source.file, ...(source.peers ?? [])].map((file) => ({ key, file })) : [],
  );
  const missing = await Promise.all(
    files.map(async ({ key, file }) => {
      const reason = await whyUnreadable(file);
      return reason === undefined
        ? []
        : [
            problem(
              'data',
              `${key}: ${file}: ${reason}`,
              'put the file there, or name another; ballast data fetch gets some',
            ),
          ];
    }),
  );
  const found = missing.flat();
  if (found.length > 0) return found;
  return [ok('data', files.length === 0 ? 'generated, no files' : `${files.length} files can be read`)];
}

async function whyUnreadable(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.R_OK);
    const { size } = await stat(file);
    return size === 0 ? 'it is empty' : undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ENOENT' ? 'it is not there' : `it cannot be read (${code})`;
  }
}
