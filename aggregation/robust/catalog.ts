import { liarCount } from '../options.ts';
import type { RuleEntry } from '../rule-entry.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { KRUM_CONDITION, krum } from './krum.ts';
import { median } from './median.ts';
import { multiKrum } from './multi-krum.ts';
import { trimmedMean } from './trimmed-mean.ts';

/** Rules that bear liars. */
export const ROBUST = {
  krum: {
    kind: 'selecting',
    summary: 'the one row nearest to its n − f − 2 nearest others',
    condition: KRUM_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => krum({ f: liarCount('krum', f) }),
  },
  'multi-krum': {
    kind: 'selecting',
    summary: 'the mean of the m rows with the lowest Krum scores, m = n − f unless given',
    condition: KRUM_CONDITION,
    options: ['f', 'm'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f, ...rest }) => multiKrum({ ...rest, f: liarCount('multi-krum', f) }),
  },
  median: {
    kind: 'coordinate-wise',
    summary: 'the middle value of each coordinate',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'hull' },
    create: ({ f }) => median({ f: liarCount('median', f) }),
  },
  'trimmed-mean': {
    kind: 'coordinate-wise',
    summary: 'the mean of each coordinate without its f smallest and f largest values',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'hull' },
    create: ({ f }) => trimmedMean({ f: liarCount('trimmed-mean', f) }),
  },
} as const satisfies Record<string, RuleEntry>;
