import type { NetworkParameters } from '../../protocol/network.ts';

/** What the members of a simulated network agree on, unless a simulation says otherwise. */
export const SCENARIO_PARAMETERS: NetworkParameters = {
  rule: { name: 'multi-krum', f: 1 },
  update: { clipNorm: 1, gridBits: 20, normCheck: true },
  privacy: {
    unit: 'none',
    relation: 'add-remove',
    noiseMultiplier: 0,
    recordClipNorm: 1,
    epsilonBudget: 8,
    delta: 1e-5,
  },
  training: { localSteps: 1, learningRate: 1, nominalRecords: 1 },
  gate: { enabled: true, deadBand: 0 },
  fee: { gain: '2000000000000000000', deadBand: '100000000000000' },
  timeouts: { collectMs: 3000, fetchMs: 1500, viewMs: 2000, resendMs: 2000 },
  beaconLag: 3,
  retention: { rounds: 5 },
};
