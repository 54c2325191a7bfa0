import { barFeature, column } from '../library/feature.ts';
import { MomentWindow } from '../streaming/moments.ts';
import { Ring } from '../streaming/ring.ts';
import { BOLLINGER, bollingerBands } from './bollinger.ts';

/**
 * What a model's inputs need beside the classic indicators, free of scale: the log return of a bar, ln(1 + volume), and
 * Bollinger's %b = (x − lower) / (upper − lower), one half where the bands meet.
 */
export const channels = barFeature({
  name: 'channels',
  family: 'technical',
  description: 'log return of a bar, ln(1 + volume), Bollinger %b (one half where the bands meet)',
  columns: [column('log-return', 'log'), column('log-volume', 'log'), column('bollinger-b', 'one', 0.5)],
  warmupBars: BOLLINGER.bars,
  create: () => {
    const past = new Ring(1);
    const window = new MomentWindow(BOLLINGER.bars);
    return (bar, values, offset) => {
      const before = past.ago(0);
      past.push(bar.close);
      window.push(bar.close);
      const bands = bollingerBands(window);
      values[offset] = Math.log(bar.close / before);
      values[offset + 1] = Math.log1p(bar.volume);
      values[offset + 2] =
        bands === null
          ? Number.NaN
          : bands.upper === bands.lower
            ? 0.5
            : (bar.close - bands.lower) / (bands.upper - bands.lower);
    };
  },
});
