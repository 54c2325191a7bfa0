import * as z from 'zod';
import { UsageError } from '../../protocol/errors.ts';
import { digest, firstIssue } from '../../protocol/schema.ts';
import {
  PEG_HORIZONS,
  type PegHorizon,
  pegFeatureSchema,
  RISK_FEATURES,
  RISK_HORIZON_HOURS,
  riskFeatureSchema,
} from '../features/index.ts';
import { type PegModelSpec, QUANTILE_LEVELS } from './peg-model.ts';
import type { PublicNumbers } from './public-numbers.ts';
import { RISK_TARGETS } from './risk-model.ts';
import { type RiskNumbers, SCORE_POINTS } from './risk-numbers.ts';

const finite = z.number();
const norm = z.number().positive().max(1e6);
const levels = z.array(finite).length(QUANTILE_LEVELS.length).refine(ascends, 'expected ascending numbers');
const table = z.array(finite).length(SCORE_POINTS).refine(ascends, 'expected ascending numbers');
const logistic = z.strictObject({ intercept: finite, slope: finite, centre: finite });
const correction = z.strictObject({ drawdown: logistic, volatility: finite });

/** L2 bound of one record's gradient in a head, and of a whole update's part of it. */
const bounds = { recordClipNorm: norm, updateClipNorm: norm };

/** One horizon of the peg: a head of its own, with weights, baselines and a gate of its own. */
const pegHorizon = z.strictObject({
  hours: z.literal(PEG_HORIZONS),
  /** Hash of the features that the weights belong to. */
  features: digest,
  numbers: z.strictObject({
    persistence: levels,
    scaledPersistence: levels,
    meanReversion: z.strictObject({ coefficients: z.array(finite).length(3), quantiles: levels }),
    anchor: z.strictObject({ scale: z.number().positive() }),
  }),
});

const peg = z.strictObject({
  kind: z.enum(['linear', 'mlp']),
  /** Hidden units of an mlp. */
  hidden: z.int().min(1).max(20).optional(),
  quantiles: z.array(finite).refine(isQuantileLevels, `expected ${QUANTILE_LEVELS.join(', ')}`),
  /** Of each horizon. */
  ...bounds,
  /** By ascending hours. */
  horizons: z
    .array(pegHorizon)
    .min(1)
    .max(PEG_HORIZONS.length)
    .refine(
      (given) => given.every(({ hours }, i) => i === 0 || hours > (given[i - 1]?.hours ?? hours)),
      'expected ascending hours, none twice',
    ),
});

const risk = z.strictObject({
  kind: z.literal('linear'),
  horizonHours: z.literal(RISK_HORIZON_HOURS),
  targets: z.tuple([z.literal(RISK_TARGETS[0]), z.literal(RISK_TARGETS[1])]),
  features: digest,
  ...bounds,
  /** How much worse than the last version the gate lets this head be, as a share of its score; see docs/models.md. */
  deadBand: z.number().min(0).max(1),
  numbers: z.strictObject({
    threshold: z.number().min(0),
    start: z.array(finite).length(RISK_FEATURES.length),
    ewma: correction,
    persistence: correction,
    scores: z.strictObject({ drawdown: table, volatility: table }),
  }),
});

const spec = z.strictObject({ heads: z.strictObject({ peg, risk: risk.optional() }) });

/**
 * What a network trains, as plain JSON: each head's kind, its features, its bounds and the public numbers that a
 * forecast needs. With it and the weights anyone can forecast.
 */
export type ModelSpec = z.infer<typeof spec>;

/**
 * @param value parsed JSON, such as the `model` of a network document.
 * @throws UsageError `MODEL_SPEC` (field and expectation), also for features that this code does not compute.
 */
export function parseModelSpec(value: unknown): ModelSpec {
  const parsed = spec.safeParse(value);
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw refused(field, expectation);
  }
  const { peg, risk } = parsed.data.heads;
  if ((peg.kind === 'mlp') !== (peg.hidden !== undefined)) {
    throw refused('heads.peg.hidden', `expected ${peg.kind === 'mlp' ? 'a number of hidden units' : 'none'}`);
  }
  for (const [i, { hours, features }] of peg.horizons.entries()) {
    requireFeatures(`heads.peg.horizons.${i}.features`, features, pegFeatureSchema(hours));
  }
  if (risk !== undefined) requireFeatures('heads.risk.features', risk.features, riskFeatureSchema());
  return parsed.data;
}

/** L2 bounds of the heads, the peg's over all its horizons, and of their vectors one after the other: √ΣC². */
export type HeadNorms = { readonly peg: number; readonly risk: number };

/** A spec from what was fitted on public data; the risk head is left out where there are no numbers for it. */
export function modelSpec(options: {
  readonly peg: PegModelSpec;
  /** By ascending horizon. */
  readonly pegNumbers: readonly { readonly horizon: PegHorizon; readonly numbers: PublicNumbers }[];
  readonly riskNumbers?: RiskNumbers;
  readonly recordClipNorms: HeadNorms;
  readonly updateClipNorms: HeadNorms;
  readonly riskDeadBand: number;
}): ModelSpec {
  const { recordClipNorms, updateClipNorms, pegNumbers, riskNumbers } = options;
  // Horizons of one norm each, one after the other, are as long as the head may be.
  const share = 1 / Math.sqrt(pegNumbers.length);
  const value = {
    heads: {
      peg: {
        ...options.peg,
        quantiles: [...QUANTILE_LEVELS],
        recordClipNorm: share * recordClipNorms.peg,
        updateClipNorm: share * updateClipNorms.peg,
        horizons: pegNumbers.map(({ horizon, numbers }) => ({
          hours: horizon,
          features: pegFeatureSchema(horizon),
          numbers,
        })),
      },
      ...(riskNumbers === undefined
        ? {}
        : {
            risk: {
              kind: 'linear',
              horizonHours: RISK_HORIZON_HOURS,
              targets: [...RISK_TARGETS],
              features: riskFeatureSchema(),
              recordClipNorm: recordClipNorms.risk,
              updateClipNorm: updateClipNorms.risk,
              deadBand: options.riskDeadBand,
              numbers: riskNumbers,
            },
          }),
    },
  };
  // As a file would carry it: the canonical encoding knows no negative zero.
  return parseModelSpec(JSON.parse(JSON.stringify(value)));
}

function ascends(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value));
}

function isQuantileLevels(values: readonly number[]): boolean {
  return values.length === QUANTILE_LEVELS.length && QUANTILE_LEVELS.every((level, q) => values[q] === level);
}

function requireFeatures(field: string, given: string, expected: string): void {
  if (given === expected) return;
  throw refused(field, `got features ${given.slice(0, 12)}, expected ${expected.slice(0, 12)}`);
}

function refused(field: string, expectation: string): UsageError {
  return new UsageError('MODEL_SPEC', `model: ${field}: ${expectation}`, {
    metadata: { field },
    hint: 'the network document was written for another model, or by another version',
  });
}
