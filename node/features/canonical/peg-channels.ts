import { type FeatureSchema, parseFeatureSchema } from '../library/schema.ts';
import { arcsinh, logStandard, of, SCALE_FREE, standard } from './columns.ts';

/** Deviation from the peg and volatility of an hour's return, as every schema of a coin scales them. */
export const PEG_DEVIATION = arcsinh(0.0006);
export const PEG_VOLATILITY = logStandard(1e-5, 1.6e-4, 1);

/**
 * The 15 channels of a sequence model of the peg. The constants are round numbers between the robust ones of the two
 * public coins, the generated one (seed 1, venue 0) and DAI on its oracle; of volumes neither says anything. What has
 * heavy tails goes through a logarithm or arcsinh, so that hardly an hour of a recorded coin is clipped.
 */
export const PEG_CHANNELS: FeatureSchema = parseFeatureSchema({
  id: 'peg-channels',
  version: 1,
  barSeconds: 3_600,
  clip: 5,
  columns: [
    of('peg-deviation', PEG_DEVIATION),
    of('log-return', arcsinh(0.00016)),
    of('log-volume', standard(10, 2)),
    of('close-rsi-14', standard(50, 25)),
    of('close-macd-line', arcsinh(0.00008)),
    of('close-macd-signal', arcsinh(0.00007)),
    of('close-macd-histogram', arcsinh(0.00003)),
    of('bollinger-b', standard(0.5, 0.33)),
    of('close-bollinger-width', logStandard(1e-5, 0.001, 1)),
    of('close-realised-7', PEG_VOLATILITY),
    of('close-realised-30', PEG_VOLATILITY),
    of('flow-imbalance-60m', SCALE_FREE),
    of('value-imbalance-10', SCALE_FREE),
    of('hour-sin', SCALE_FREE),
    of('hour-cos', SCALE_FREE),
  ],
});
