import { resolve } from 'node:path';
import type { MarketSource } from '../data/index.ts';
import { versionNamed } from '../runtime/shadow-candidate.ts';
import type { NodeConfig } from './node-config.ts';

/** The configuration with absolute paths: relative ones start at `folder`. */
export function located(config: NodeConfig, folder: string): NodeConfig {
  const at = (path: string) => resolve(folder, path);
  const source = (given: MarketSource): MarketSource => {
    if (given.kind !== 'csv') return given;
    const { peers } = given;
    return { ...given, file: at(given.file), ...(peers === undefined ? {} : { peers: peers.map(at) }) };
  };
  const {
    network,
    keystore,
    dataDir,
    passwordFile,
    slice,
    publicFeed,
    market,
    publicMarket,
    collaterals,
    api,
    shadow,
  } = config;
  return {
    ...config,
    network: at(network),
    keystore: at(keystore),
    dataDir: at(dataDir),
    slice: source(slice),
    publicFeed: source(publicFeed),
    ...(shadow === undefined || versionNamed(shadow) !== undefined ? {} : { shadow: at(shadow) }),
    ...(passwordFile === undefined ? {} : { passwordFile: at(passwordFile) }),
    ...(market === undefined ? {} : { market: source(market) }),
    ...(publicMarket === undefined ? {} : { publicMarket: source(publicMarket) }),
    ...(collaterals === undefined
      ? {}
      : {
          collaterals: collaterals.map(({ name, feed, market: asset }) => ({
            name,
            ...(feed === undefined ? {} : { feed: source(feed) }),
            ...(asset === undefined ? {} : { market: source(asset) }),
          })),
        }),
    ...(api?.tokens === undefined ? {} : { api: { ...api, tokens: at(api.tokens) } }),
  };
}
