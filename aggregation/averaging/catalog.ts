import type { RuleEntry } from '../rule-entry.ts';
import { FEDAVG_CONDITION, fedAvg } from './fedavg.ts';
import { fedNova } from './fednova.ts';
import { qFedAvg } from './q-fedavg.ts';

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
  // Translation and hull hold where all steps are equal only: the weights of unequal ones do not add up to 1.
  fednova: {
    kind: 'averaging',
    summary: 'the mean of all rows per local step, times the mean number of steps',
    condition: FEDAVG_CONDITION,
    options: ['f', 'weightCap'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: true,
      hull: false,
      liars: 'none',
    },
    create: fedNova,
  },
  // The step is divided by the square of what the rows weigh, so that none but the order is indifferent.
  'q-fedavg': {
    kind: 'averaging',
    summary: 'the mean of all rows, weighted by the q-th power of each loss',
    condition: FEDAVG_CONDITION,
    options: ['f', 'q', 'lipschitz'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: false,
      hull: false,
      liars: 'none',
    },
    create: qFedAvg,
  },
} as const satisfies Record<string, RuleEntry>;
