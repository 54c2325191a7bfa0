import { liarCount } from '../options.ts';
import { arc } from './arc.ts';
import { bucketing } from './bucketing.ts';
import { clipping } from './clipping.ts';
import { nnm } from './nnm.ts';
import type { PreAggregatorEntry } from './pre-aggregator.ts';

/** Steps before a rule. */
export const PRE_AGGREGATORS = {
  nnm: {
    summary: 'each row becomes the mean of the n − f rows nearest to it',
    options: ['f'],
    laws: { order: true, translation: true, scale: true, hull: true },
    create: ({ f }) => nnm({ f: liarCount('nnm', f) }),
  },
  bucketing: {
    summary: 'consecutive rows, 2 at a time unless given, become their mean',
    options: ['size'],
    laws: { order: false, translation: true, scale: true, hull: true },
    create: bucketing,
  },
  clipping: {
    summary: 'rows longer than the radius are shortened to it',
    options: ['radius'],
    laws: { order: true, translation: false, scale: false, hull: false },
    create: ({ radius }) => clipping({ radius: radius ?? Number.NaN }),
  },
  arc: {
    summary: 'the longest ⌊2f(n − f) ÷ n⌋ rows are shortened to the next longest',
    options: ['f'],
    laws: { order: true, translation: false, scale: true, hull: false },
    create: ({ f }) => arc({ f: liarCount('arc', f) }),
  },
} as const satisfies Record<string, PreAggregatorEntry>;
