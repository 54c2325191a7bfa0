import { type FeatureSchema, parseFeatureSchema } from '../library/schema.ts';
import { PARAMETERS } from '../protocol/governance-event.ts';
import { given, logMinMax, minMax, of, SCALE_FREE, standard } from './columns.ts';
import { PEG_DEVIATION, PEG_VOLATILITY } from './peg-channels.ts';

const HORIZONS = [1, 4, 24] as const;
const QUANTILES = [10, 50, 90] as const;

/** Risk scores from 0 to 100. */
const SCORE = minMax(0, 100);

/**
 * The 32 inputs of a policy: market (5), protocol (5), four risk scores, the eight parameters as they stand within their
 * bounds (0 to 1), nine forecast quantiles of the deviation, and the overall score. The three parameters among the
 * protocol's are levels in their own units, so that none is said twice. Sentiment has no source here and is missing until
 * somebody gives one.
 */
export const POLICY_INPUTS: FeatureSchema = parseFeatureSchema({
  id: 'policy-inputs',
  version: 1,
  barSeconds: 3_600,
  clip: 5,
  columns: [
    of('peg-deviation', PEG_DEVIATION),
    of('close-realised-30', PEG_VOLATILITY),
    of('log-volume', standard(10, 2)),
    of('depth', logMinMax(1e4, 1e8)),
    given('sentiment'),
    of('collateral-ratio', standard(2, 0.5)),
    of('utilisation', SCALE_FREE),
    given('stability-fee', minMax(0, 0.2)),
    given('liquidation-ratio', minMax(1, 3)),
    given('debt-ceiling', logMinMax(1e5, 1e11)),
    ...['collateral', 'market', 'liquidity', 'contagion'].map((risk) => given(`${risk}-risk-score`, SCORE)),
    ...PARAMETERS.map((parameter) => given(`${parameter}-position`)),
    ...HORIZONS.flatMap((hours) =>
      QUANTILES.map((percent) => given(`forecast-${hours}h-q${percent}`, PEG_DEVIATION)),
    ),
    given('overall-risk-score', SCORE),
  ],
});
