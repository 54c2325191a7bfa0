import type { Area } from './area.ts';

const PRIVACY: Pick<Area, 'folder' | 'isFirst' | 'leftOut' | 'replaced' | 'stuckMs'> = {
  folder: 'privacy',
  isFirst: (test, word) => word !== '' && test.startsWith(word),
  leftOut: [],
  replaced: {},
  // The slowest takes half a second where nothing else runs.
  stuckMs: 15_000,
};

/** What a guarantee rests on: what is released, the draws, and what a Gaussian is said to cost. */
export const PRIVACY_AREAS: readonly Area[] = [
  {
    ...PRIVACY,
    files: [
      'privacy/{clip,grid,rational,parameters,discretisation,events,policy,mechanism,noise-shares}.ts',
      'privacy/{adaptive-clip,poisson-sample,random-integers,ledger-cost,ledger-report}.ts',
    ],
    stages: [
      'privacy/test/!(vectors|published|accountants-agree|calibration|discretisation).test.ts',
      'privacy/{samplers,correlated}/test/*.test.ts',
    ],
  },
  {
    ...PRIVACY,
    files: ['privacy/accountants/{gaussian,gaussian-curve,gaussian-accountant}.ts'],
    stages: [
      'privacy/test/{gaussian*,calibration,adaptive-clip,ledger-events}.test.ts',
      'privacy/test/discretisation.test.ts',
    ],
  },
  {
    ...PRIVACY,
    files: ['privacy/samplers/*.ts'],
    stages: [
      'privacy/samplers/test/*.test.ts',
      'privacy/test/{mechanism,noise-shares,adaptive-clip}.test.ts',
    ],
  },
];
