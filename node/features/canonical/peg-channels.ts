import { type FeatureSchema, parseFeatureSchema } from '../library/schema.ts';
import { of, SCALE_FREE, standard } from './columns.ts';

/**
 * The 15 channels of a sequence model of the peg. The constants are of the public generated coin (seed 1, venue 0):
 * medians, 0 or the middle where a median is not told from it, and robust spreads, to two digits. Of its volume the
 * generator knows nothing: those two are set.
 */
export const PEG_CHANNELS: FeatureSchema = parseFeatureSchema({
  id: 'peg-channels',
  version: 1,
  barSeconds: 3_600,
  clip: 5,
  columns: [
    of('peg-deviation', standard(0, 0.00046)),
    of('log-return', standard(0, 0.00016)),
    of('log-volume', standard(10, 2)),
    of('close-rsi-14', standard(50, 6.1)),
    of('close-macd-line', standard(0, 0.00007)),
    of('close-macd-signal', standard(0, 0.000062)),
    of('close-macd-histogram', standard(0, 0.00003)),
    of('bollinger-b', standard(0.5, 0.33)),
    of('close-bollinger-width', standard(0.00065, 0.00041)),
    of('close-realised-7', standard(0.00016, 0.000068)),
    of('close-realised-30', standard(0.00016, 0.000055)),
    of('flow-imbalance-60m', SCALE_FREE),
    of('value-imbalance-10', SCALE_FREE),
    of('hour-sin', SCALE_FREE),
    of('hour-cos', SCALE_FREE),
  ],
});
