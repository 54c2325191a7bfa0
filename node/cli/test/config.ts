const FEED = { kind: 'generator', seed: 1, venue: 0 } as const;

/** The configuration of a node in the folder that it is written to; its chain answers nobody. */
export const CONFIG = {
  network: 'network.json',
  rpc: 'http://127.0.0.1:1',
  keystore: 'keystore.json',
  dataDir: 'data',
  slice: FEED,
  publicFeed: FEED,
  rounds: 3,
} as const;
