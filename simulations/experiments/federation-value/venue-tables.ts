import { PEG_HORIZONS } from '../../../node/features/index.ts';
import { three } from './risk/tables.ts';
import { interval, points, table } from './tables.ts';
import type { VenueFigures } from './venues.ts';

/** One coin at two venues: what crossing them is worth. */
export function venueParts(figures: ReadonlyMap<string, unknown>): string[] {
  const cases = [...PEG_HORIZONS].reverse().flatMap((horizon) => {
    const own = figures.get(`venue/${horizon}`) as VenueFigures | undefined;
    return own === undefined ? [] : [{ horizon, own }];
  });
  const [first] = cases;
  return [
    '### By asset, venue and time: USDC on the oracle and at the exchange',
    ...(first === undefined
      ? []
      : [`${first.own.hours} hours at both, ${first.own.rows} of them judge at 24 h. Two nodes a venue:`]),
    table(
      [
        'horizon',
        'correlation of moves',
        'local',
        'own venue’s two',
        'all four',
        'gain',
        'of crossing venues',
        'on the oracle',
        'at the exchange',
        'half own: gain',
      ],
      cases.map(({ horizon, own }) => [
        `${horizon} h`,
        three(own.correlation),
        interval(own.local),
        interval(own.within),
        interval(own.federated),
        interval(own.gain),
        interval(own.acrossGain),
        ...own.acrossGains.map(({ gain }) => interval(gain)),
        interval(own.mixedGain),
      ]),
    ),
    'By node, local → all four:',
    table(
      ['node', ...cases.map(({ horizon }) => `${horizon} h`)],
      (first?.own.nodes ?? []).map(({ node }, i) => [
        node,
        ...cases.map(({ own }) => {
          const one = own.nodes[i];
          return one === undefined ? '–' : `${points(one.local)} → ${points(one.federated)}`;
        }),
      ]),
    ),
  ];
}
