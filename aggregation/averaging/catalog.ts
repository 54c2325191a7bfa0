import type { RuleEntry } from '../rule-entry.ts';
import { FEDAVG_CONDITION, fedAvg } from './fedavg.ts';

/** Rules that believe every row. */
export const AVERAGING = {
  fedavg: {
    kind: 'averaging',
    summary: 'the mean of all rows, optionally weighted under a cap',
    condition: FEDAVG_CONDITION,
    options: ['f', 'weightCap'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'none' },
    create: fedAvg,
  },
} as const satisfies Record<string, RuleEntry>;
