import { z } from 'zod';
import { FEATURE_GROUPS } from '../../models/index.ts';
import { count, digest } from './common.ts';

/** Hours of one series that a request may carry: a year would not fit in a body of 64 KiB anyway. */
const MAX_WINDOW_HOURS = 8_784;

const series = z.array(z.number()).min(1).max(MAX_WINDOW_HOURS);
const hours = z.array(z.number().nonnegative()).min(1).max(MAX_WINDOW_HOURS);
const startHour = z
  .int()
  .min(0)
  .max(10_000_000)
  .meta({ description: 'hours since the Unix epoch of the first value' });

const pegWindow = z.strictObject({
  startHour,
  deviation: series.meta({ description: 'hourly deviations of the coin from its target, bp' }),
  timing: z
    .strictObject({
      age: hours.meta({ description: 'hours from the newest observation to each hour' }),
      count: hours.meta({ description: 'observations since the hour before' }),
    })
    .optional()
    .meta({ description: 'when an oracle spoke, as long as deviation; left out for hourly bars' }),
});

const marketWindow = z.strictObject({
  startHour,
  close: series.meta({ description: 'hourly closes' }),
  volume: series.nullable().optional(),
});

const explain = z
  .boolean()
  .optional()
  .meta({ description: 'whether to say what each feature adds to the forecast' });

/** Without a window the forecast is made from the public feed of the node. */
export const pegRequest = z.strictObject({ window: pegWindow.optional(), explain });

/** Either both series or none: without them the assessment is made from the public feeds of the node. */
export const riskRequest = z
  .strictObject({ market: marketWindow.optional(), reference: marketWindow.optional(), explain })
  .refine(({ market, reference }) => (market === undefined) === (reference === undefined), {
    path: ['reference'],
    message: 'expected both market and reference, or neither',
  });

/** What adds up to an output: terms, and one contribution a feature. */
const attribution = z
  .strictObject({
    output: z.number(),
    terms: z
      .array(z.strictObject({ name: z.string(), value: z.number() }))
      .meta({ description: 'the output with every feature at zero, in parts' }),
    contributions: z.array(
      z.strictObject({
        feature: z.string(),
        group: z.enum(FEATURE_GROUPS),
        input: z.number().meta({ description: 'the feature as the model read it' }),
        value: z.number(),
      }),
    ),
    groups: z
      .array(z.strictObject({ group: z.enum(FEATURE_GROUPS), value: z.number() }))
      .meta({ description: 'contributions by group, the largest first' }),
    error: z.number().meta({ description: 'output less terms and contributions' }),
  })
  .meta({ description: 'terms, contributions and error sum to output' });

const madeBy = {
  version: count,
  modelDigest: digest,
  input: z.enum(['request', 'public-feed']),
  hour: count.meta({ description: 'the last hour that the forecast knows, since the Unix epoch' }),
};

export const pegForecast = z.strictObject({
  ...madeBy,
  deviationBp: z.number().meta({ description: 'at that hour' }),
  horizons: z
    .array(
      z.strictObject({
        horizonHours: count,
        scaleBp: z.number().meta({ description: 'usual change in that time, the unit of the model' }),
        modelShare: z
          .number()
          .min(0)
          .max(1)
          .meta({ description: 'weight of the model; the rest is a baseline' }),
        quantiles: z.array(
          z.strictObject({
            level: z.number().gt(0).lt(1),
            deviationBp: z.number(),
            attribution: attribution
              .extend({
                heldAt: z.number().meta({ description: 'the level whose weights explain it' }),
              })
              .optional()
              .meta({ description: 'in bp, where it was asked for' }),
          }),
        ),
      }),
    )
    .meta({ description: 'by ascending hours: those that the network forecasts' }),
});

export const riskAssessment = z.strictObject({
  ...madeBy,
  horizonHours: count,
  drawdown: z.strictObject({
    probability: z.number().min(0).max(1),
    threshold: z.number().meta({ description: 'log return that counts as a drawdown' }),
    score: z.number().min(0).max(100),
    attribution: attribution.optional().meta({ description: 'of the logit of probability, where asked for' }),
  }),
  volatility: z.strictObject({
    forecast: z.number().nonnegative().meta({ description: 'standard deviation of the log return of 24 h' }),
    score: z.number().min(0).max(100),
    attribution: attribution.optional().meta({ description: 'of the log of forecast, where asked for' }),
  }),
});

export type PegRequest = z.infer<typeof pegRequest>;
export type PegForecastJson = z.infer<typeof pegForecast>;
export type RiskRequest = z.infer<typeof riskRequest>;
export type RiskAssessmentJson = z.infer<typeof riskAssessment>;
export type AttributionJson = z.infer<typeof attribution>;
