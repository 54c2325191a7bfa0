import { liarCount } from '../options.ts';
import type { RuleEntry } from '../rule-entry.ts';
import { BULYAN_CONDITION, bulyan } from './bulyan.ts';
import { caf } from './caf.ts';
import { centredClipping } from './centred-clipping.ts';
import { MAJORITY_CONDITION } from './coordinate-wise.ts';
import { dnc, dncCondition } from './dnc.ts';
import { flTrust } from './fltrust.ts';
import { foolsGold } from './foolsgold.ts';
import { geometricMedian, geometricMedianByzfl } from './geometric-median.ts';
import { KRUM_CONDITION, krum } from './krum.ts';
import { mda } from './mda.ts';
import { meamed } from './meamed.ts';
import { median } from './median.ts';
import { monna } from './monna.ts';
import { multiKrum } from './multi-krum.ts';
import { normBounding } from './norm-bounding.ts';
import { signGuard } from './signguard.ts';
import { trimmedMean } from './trimmed-mean.ts';
import { bulyanFedml, bulyanFlower, krumByzfl, krumP2pfl } from './variants.ts';

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
  // Where f is 1 or 2 the last choices always tie: two rows are each the nearest of the other.
  bulyan: {
    kind: 'selecting',
    summary: 'per coordinate the mean around the median of n − 2f rows that Krum chooses one by one',
    condition: BULYAN_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => bulyan({ f: liarCount('bulyan', f) }),
  },
  meamed: {
    kind: 'coordinate-wise',
    summary: 'the mean of the n − f values of each coordinate that are nearest to its median',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => meamed({ f: liarCount('meamed', f) }),
  },
  'geometric-median': {
    kind: 'weighting',
    summary: 'the point with the least sum of distances to all rows',
    condition: MAJORITY_CONDITION,
    options: ['f', 'iterations', 'tolerance', 'smoothing'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: true,
      scale: true,
      hull: true,
      liars: 'bounded',
    },
    create: ({ f, ...rest }) => geometricMedian({ ...rest, f: liarCount('geometric-median', f) }),
  },
  monna: {
    kind: 'selecting',
    summary: 'the mean of the n − f rows nearest to a trusted vector',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    reference: 'root',
    create: ({ f }) => monna({ f: liarCount('monna', f) }),
  },
  // Translation holds where a reference is given; without one the centre begins at 0.
  'centred-clipping': {
    kind: 'weighting',
    summary: 'the last aggregate, moved by the mean of the rows’ clipped differences from it',
    condition: MAJORITY_CONDITION,
    options: ['f', 'radius', 'iterations'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: false,
      hull: false,
      liars: 'bounded',
    },
    reference: 'last',
    create: ({ f, ...rest }) => centredClipping({ ...rest, f: liarCount('centred-clipping', f) }),
  },
  // Sets of equal diameter are common, and the first of them is taken: the order of the rows matters.
  mda: {
    kind: 'selecting',
    summary: 'the mean of the n − f rows with the least diameter',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: false, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => mda({ f: liarCount('mda', f) }),
  },
  'norm-bounding': {
    kind: 'weighting',
    summary: 'the mean of all rows, each clipped to a norm',
    condition: MAJORITY_CONDITION,
    options: ['f', 'radius'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: false,
      hull: false,
      liars: 'bounded',
    },
    create: ({ f, ...rest }) => normBounding({ ...rest, f: liarCount('norm-bounding', f) }),
  },
  'krum/byzfl': {
    kind: 'selecting',
    summary: 'ByzFL’s Krum: the one row nearest to its n − f − 1 nearest others',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => krumByzfl({ f: liarCount('krum/byzfl', f) }),
  },
  'krum/p2pfl': {
    kind: 'selecting',
    summary: 'p2pfl’s Krum: the medoid, the one row nearest to all others',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => krumP2pfl({ f: liarCount('krum/p2pfl', f) }),
  },
  'bulyan/flower': {
    kind: 'selecting',
    summary: 'Flower’s Bulyan: its n − 2f rows are chosen by one scoring',
    condition: BULYAN_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => bulyanFlower({ f: liarCount('bulyan/flower', f) }),
  },
  'bulyan/fedml': {
    kind: 'selecting',
    summary: 'FedML’s Bulyan: distances not squared, r − f neighbours, one value fewer averaged',
    condition: BULYAN_CONDITION,
    options: ['f'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => bulyanFedml({ f: liarCount('bulyan/fedml', f) }),
  },
  'geometric-median/byzfl': {
    kind: 'weighting',
    summary: 'ByzFL’s geometric median: a few smoothed steps from 0',
    condition: MAJORITY_CONDITION,
    options: ['f', 'iterations', 'smoothing'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: false,
      hull: true,
      liars: 'bounded',
    },
    create: ({ f, ...rest }) => geometricMedianByzfl({ ...rest, f: liarCount('geometric-median/byzfl', f) }),
  },
  caf: {
    kind: 'weighting',
    summary: 'the mean after rows that vary most were weighed down, where it varies least',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: { precision: 'rounding', order: true, translation: true, scale: true, hull: true, liars: 'far' },
    create: ({ f }) => caf({ f: liarCount('caf', f) }),
  },
  dnc: {
    kind: 'selecting',
    summary: 'the mean of the rows that stand out least in the direction in which rows vary most',
    condition: dncCondition(),
    options: ['f', 'iterations', 'sample', 'removal'],
    laws: { precision: 'bits', order: true, translation: true, scale: true, hull: true, liars: 'bounded' },
    create: ({ f, ...rest }) => dnc({ ...rest, f: liarCount('dnc', f) }),
  },
  signguard: {
    kind: 'weighting',
    summary: 'the mean of rows of usual norm and usual signs, clipped to the median norm',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: true,
      hull: false,
      liars: 'bounded',
    },
    create: ({ f }) => signGuard({ f: liarCount('signguard', f) }),
  },
  foolsgold: {
    kind: 'weighting',
    summary: 'the mean in which rows weigh less the more they point where another does',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: true,
      hull: false,
      liars: 'none',
    },
    create: ({ f }) => foolsGold({ f: liarCount('foolsgold', f) }),
  },
  fltrust: {
    kind: 'weighting',
    summary: 'the mean of rows, each as long as a trusted vector, weighed by how far they agree with it',
    condition: MAJORITY_CONDITION,
    options: ['f'],
    laws: {
      precision: 'rounding',
      order: true,
      translation: false,
      scale: true,
      hull: false,
      liars: 'bounded',
    },
    reference: 'root',
    create: ({ f }) => flTrust({ f: liarCount('fltrust', f) }),
  },
} as const satisfies Record<string, RuleEntry>;
