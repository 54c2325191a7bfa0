import { TRAINING_DEFAULTS } from '../../node/training/defaults.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';

/** What the members of a network that is to be killed agree on: a tiny model and phases of a fraction of a second. */
export const SIZE = 24;
export const LAYOUT = { tensors: [{ name: 'w', shape: [SIZE] }] } as const;
export const NETWORK = digestOf('ballast/simulation/kill', { size: SIZE });
const BEACON_LAG = 2;
export const PASSWORD = 'a passphrase of the kill test';
/** scrypt's N: the keys are play keys, and a killed process opens them hundreds of times. */
export const SCRYPT_COST = 2 ** 14;

/** The ModelRegistry that decisions are signed for; nobody deploys it. */
export const DOMAIN = { chainId: 31_337, contract: '0x5fbdb2315678afecb367f032d93f642f64180aa3' };

export const PARAMETERS: NetworkParameters = {
  ...SCENARIO_PARAMETERS,
  rule: { name: 'median', f: 1 },
  privacy: { ...SCENARIO_PARAMETERS.privacy, unit: 'node', noiseMultiplier: 8, epsilonBudget: 1_000 },
  training: { ...SCENARIO_PARAMETERS.training, learningRate: TRAINING_DEFAULTS.learningRate },
  timeouts: { collectMs: 800, fetchMs: 500, viewMs: 900, resendMs: 300 },
  beaconLag: BEACON_LAG,
  retention: { rounds: 20 },
};

/** Randomness of the block at `height`: the same to all, known to nobody by a rule of the network. */
export function randomnessAt(seed: number, height: number): string {
  return digestOf('ballast/simulation/kill/randomness', { seed, height });
}
