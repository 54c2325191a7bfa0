import { type FeatureSchema, parseFeatureSchema } from '../library/schema.ts';
import { logMinMax, logStandard, minMax, of, SCALE_FREE, standard } from './columns.ts';

/**
 * The 24 inputs of a risk network: the collateral (4), its market (5), the protocol (4), and what positions and
 * concentration add (11). Constants of volatility and volume are round ones near those of the public
 * generated asset (seed 1, venue 0); the others are set, there being no public record of a protocol's positions here.
 */
export const RISK_INPUTS: FeatureSchema = parseFeatureSchema({
  id: 'risk-inputs',
  version: 1,
  barSeconds: 3_600,
  clip: 5,
  columns: [
    of('collateral-ratio', standard(2, 0.5)),
    of('collateral-volatility', logStandard(1e-4, 0.04, 0.5)),
    of('effective-collaterals', standard(3, 2)),
    of('liquidation-proximity', standard(0.7, 0.15)),
    of('close-realised-30', logStandard(1e-4, 0.0075, 0.5)),
    of('log-volume', standard(9.8, 0.77)),
    of('depth', logMinMax(1e4, 1e8)),
    of('spread-bps', logMinMax(0, 100)),
    of('ask-impact-50', minMax(0, 0.02)),
    of('supply', logMinMax(1e5, 1e11)),
    of('utilisation', SCALE_FREE),
    of('redemption-rate-24h', minMax(0, 0.1)),
    of('supply-balance-24h', SCALE_FREE),
    of('liquidation-distance', standard(0.3, 0.2)),
    of('debt-at-risk', SCALE_FREE),
    of('debt-ratio-to-1.5', SCALE_FREE),
    of('debt-ratio-to-2', SCALE_FREE),
    of('debt-ratio-to-3', SCALE_FREE),
    of('debt-ratio-to-5', SCALE_FREE),
    of('debt-ratio-above-5', SCALE_FREE),
    of('collateral-concentration', SCALE_FREE),
    of('collateral-risk', SCALE_FREE),
    of('mean-correlation', SCALE_FREE),
    of('supply-flow-24h', standard(0, 0.02)),
  ],
});
