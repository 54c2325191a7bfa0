import type { Estimate } from '../../../node/models/metrics/index.ts';
import { EVENT_NAMES, INSURED } from './cell.ts';
import type { ClearFigures } from './clear.ts';
import type { NodeUnitFigures } from './generated.ts';
import type { NewcomerFigures } from './insurance.ts';
import { mean } from './judging.ts';
import { ATTACK_NAMES, type LiarsFigures } from './liars.ts';
import type { PrivacyFigures } from './privacy.ts';
import { FEWER_ROUNDS, RECIPES } from './recipes.ts';
import { riskAnswer } from './risk/tables.ts';
import { interval, points, type Row, table } from './tables.ts';
import type { VenueFigures } from './venues.ts';

/** One who asks whether to join: the cells that say what it is worth, one or an event each. */
type Asker = {
  readonly who: string;
  readonly horizon: number;
  readonly cells: readonly string[];
  readonly halfOwn?: true;
};

const events = (name: string) => INSURED.map((event) => `${name}/${event}/24`);
const ASKERS: readonly Asker[] = [
  {
    who: '30 calm days, new among settled nodes',
    horizon: 24,
    cells: events('newcomer-short'),
  },
  { who: '30 calm days, as have all others', horizon: 24, cells: events('insurance-short') },
  { who: '60 calm days, new among settled nodes', horizon: 24, cells: events('newcomer') },
  { who: '60 calm days, as have all others', horizon: 24, cells: events('insurance') },
  { who: 'three varied months', horizon: 24, cells: ['clear/period/full/24'] },
  { who: 'all of a coin’s history', horizon: 24, cells: ['clear/coin/full/24'] },
  { who: 'three varied months', horizon: 4, cells: ['clear/period/full/4'] },
  { who: 'the same, half own', horizon: 4, cells: ['clear/period/full/4'], halfOwn: true },
  { who: 'three varied months', horizon: 1, cells: ['clear/period/full/1'] },
  { who: 'the same, half own', horizon: 1, cells: ['clear/period/full/1'], halfOwn: true },
  { who: 'one coin at two venues', horizon: 24, cells: ['venue/24'] },
  { who: 'one coin at two venues', horizon: 1, cells: ['venue/1'] },
];

type Worth = Pick<ClearFigures | NewcomerFigures, 'local' | 'federated' | 'mixed' | 'gain' | 'mixedGain'> & {
  readonly nodes: readonly { readonly gain: Estimate; readonly mixedGain: Estimate }[];
};

/** What one reads first: who gains what, at what privacy, against which liars. */
export function answerParts(figures: ReadonlyMap<string, unknown>): string[] {
  return [
    table(
      [
        'a node with',
        'forecast of',
        'alone',
        'in the network',
        'gain',
        'nodes that gain',
        'gain of the least, the middle, the best',
      ],
      ASKERS.flatMap((asker) => askerRow(figures, asker)),
    ),
    riskAnswer(figures),
    table(
      ['what else was asked', ''],
      [...privacyRows(figures), ...liarRows(figures), ...venueRows(figures)],
    ),
  ];
}

/** A gain by asker and, where there are several, event. */
export function answerGains(
  figures: ReadonlyMap<string, unknown>,
): { readonly label: string; readonly gain: Estimate }[] {
  return ASKERS.flatMap(({ who, horizon, cells, halfOwn }) =>
    cells.flatMap((name) => {
      const own = figures.get(name) as Worth | undefined;
      if (own === undefined) return [];
      const event = INSURED.find((one) => name.includes(`/${one}/`));
      const label = `${who}${event === undefined ? '' : `: ${EVENT_NAMES[event]}`}, ${horizon} h`;
      return [{ label, gain: halfOwn === true ? own.mixedGain : own.gain }];
    }),
  );
}

/** Means over events; an interval stands where there is one cell. */
function askerRow(figures: ReadonlyMap<string, unknown>, { who, horizon, cells, halfOwn }: Asker): Row[] {
  const found = cells.flatMap((name) => (figures.get(name) as Worth | undefined) ?? []);
  if (found.length === 0 || found.length < cells.length) return [];
  const [first] = found;
  const gain = (own: { readonly gain: Estimate; readonly mixedGain: Estimate }) =>
    halfOwn === true ? own.mixedGain : own.gain;
  const gains = found.flatMap((own) => own.nodes.map((node) => gain(node).value)).sort((a, b) => a - b);
  const over = (of: (own: Worth) => Estimate) => points(mean(found.map((own) => of(own).value)));
  const only = first === undefined || found.length > 1 ? undefined : gain(first);
  return [
    [
      who,
      `${horizon} h`,
      over(({ local }) => local),
      over((own) => (halfOwn === true ? own.mixed : own.federated)),
      only === undefined ? over(gain) : interval(only),
      `${gains.filter((value) => value > 0).length} of ${gains.length}`,
      [0, 0.5, 1].map((share) => points(quantileOf(gains, share))).join(', '),
    ],
  ];
}

/** Of ascending values; between two of them, their mean. */
function quantileOf(ascending: readonly number[], share: number): number {
  const at = share * (ascending.length - 1);
  return mean([ascending[Math.floor(at)]!, ascending[Math.ceil(at)]!]);
}

/** What a venue's own two nodes gain, or lose, by those of the other. */
function venueRows(figures: ReadonlyMap<string, unknown>): Row[] {
  return [24, 1].flatMap((horizon) => {
    const own = figures.get(`venue/${horizon}`) as VenueFigures | undefined;
    const label = `one coin at two venues, ${horizon} h: what crossing them adds to the own venue’s two`;
    return own === undefined ? [] : [[label, `${interval(own.acrossGain)} points`]];
  });
}

function privacyRows(figures: ReadonlyMap<string, unknown>): Row[] {
  const record = figures.get('privacy/period/24') as PrivacyFigures | undefined;
  const units = [10, 200].flatMap((count) => {
    const own = figures.get(`node-unit/${count}`) as NodeUnitFigures | undefined;
    return own === undefined ? [] : [{ count, own }];
  });
  const list = (cases: readonly { readonly epsilon: number; readonly cost: Estimate }[]): Row => [
    `ε = ${cases.map(({ epsilon }) => epsilon).join(', ')}`,
    `${cases.map(({ cost }) => points(cost.value)).join(', ')} points`,
  ];
  const row = (label: string, cases: Parameters<typeof list>[0]): Row => {
    const [epsilons = '', costs = ''] = list(cases);
    return [`${label} ${epsilons}`, costs];
  };
  return [
    ...(record === undefined ? [] : [row('privacy of a day’s record, 24 h: cost at', record.cases)]),
    ...units.flatMap(({ count, own }) =>
      (['shared', 'own'] as const).map((noise) =>
        row(
          `privacy of a whole node, ${count} nodes, ${noise} noise: cost at`,
          own.cases.filter((one) => one.noise === noise),
        ),
      ),
    ),
  ];
}

function liarRows(figures: ReadonlyMap<string, unknown>): Row[] {
  const attacks = ATTACK_NAMES.filter((name) => !name.startsWith('none'));
  return ([24, 4] as const).flatMap((horizon) => {
    const own = figures.get(`fewer-rounds/${horizon}`) as LiarsFigures | undefined;
    const rounds = Math.min(FEWER_ROUNDS, RECIPES[horizon].rounds);
    return ['multi-krum', 'bucketing:size=2+caf'].flatMap((rule): Row[] => {
      const kept = attacks.flatMap((attack) =>
        (own?.cases ?? []).filter((one) => one.rule === rule && one.attack === attack),
      );
      if (kept.length < attacks.length) return [];
      const shares = kept.map((one) => points(one.kept.value)).join(', ');
      return [
        [
          `two liars of ten, \`${rule}\`, ${horizon} h, ${rounds} rounds: kept under ${attacks.join(', ')}`,
          `${shares} %`,
        ],
      ];
    });
  });
}
