import type { NetworkParameters } from '../../../protocol/network.ts';

/** Parameters of a small network with clip norm 1 on a grid of 2^−20. */
export function parametersOf(privacy: Partial<NetworkParameters['privacy']> = {}): NetworkParameters {
  return {
    rule: { name: 'median', f: 1 },
    update: { clipNorm: 1, gridBits: 20, normCheck: true },
    privacy: {
      unit: 'record',
      relation: 'add-remove',
      noiseMultiplier: 8,
      recordClipNorm: 1,
      epsilonBudget: 8,
      delta: 1e-5,
      ...privacy,
    },
    training: { localSteps: 4, learningRate: 0.5, nominalRecords: 100 },
    gate: { enabled: true, deadBand: 0.01 },
    timeouts: { collectMs: 1000, fetchMs: 1000, viewMs: 1000, resendMs: 1000 },
    fee: { gain: String(2n * 10n ** 18n), deadBand: String(5n * 10n ** 13n) },
    beaconLag: 3,
    retention: { rounds: 5 },
  };
}
