import { z } from 'zod';
import { count, digest, nodeId, pageOf, privacyGuarantee } from './common.ts';

const href = z.string().meta({ description: 'path on this node' });

/** A published version. Version 0 is the genesis model, which nobody voted on. */
export const model = z.strictObject({
  version: count,
  modelDigest: digest.meta({ description: 'SHA-256 of the weights as served' }),
  layout: digest,
  round: count.meta({ description: 'the round that decided it; 0 for the genesis model' }),
  base: z.strictObject({ version: count, modelDigest: digest }).nullable(),
  contributors: z
    .array(nodeId)
    .nullable()
    .meta({ description: 'whose updates have weight in it; null where this node did without the roll' }),
  privacy: privacyGuarantee.nullable(),
  links: z.strictObject({ weights: href, certificate: href.nullable(), report: href }),
});

export const modelPage = pageOf(model);

/** Weights as JSON; exact, since JSON numbers are written so that the same float64 is read back. */
export const weights = z.strictObject({ digest, weights: z.array(z.number()) });

const interval = z.strictObject({
  level: z.number().gt(0).lt(1).meta({ description: 'coverage, such as 0.95' }),
  low: z.number(),
  high: z.number(),
});

const baseline = z.strictObject({
  name: z.string(),
  loss: z.number(),
  skill: z.number().meta({ description: '1 − loss / loss of the baseline: 0 is no better, below 0 worse' }),
  skillInterval: interval.nullable(),
});

const headReport = z.strictObject({
  head: z.string().meta({ description: 'peg, risk/drawdown, risk/volatility' }),
  metric: z.string(),
  unit: z.string(),
  examples: count,
  loss: z.number(),
  lossInterval: interval.nullable(),
  baselines: z.array(baseline),
});

/** How a version does on public data held out from training, and what it cost in privacy. */
export const report = z.strictObject({
  version: count,
  modelDigest: digest,
  round: count,
  heads: z.array(headReport),
  privacy: privacyGuarantee.nullable(),
});

export type ModelJson = z.infer<typeof model>;
export type VersionReport = z.infer<typeof report>;
