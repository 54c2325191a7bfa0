import type { Estimate } from '../../../../node/models/metrics/index.ts';
import { EVENT_NAMES, INSURED } from '../cell.ts';
import { type Row, table } from '../tables.ts';
import type { RiskAverage } from './average.ts';
import { RISK_DAYS } from './cells.ts';
import type { RiskFigures } from './insurance.ts';
import { RISK_STARTS, type RiskStart } from './trial.ts';

const START_NAMES: Readonly<Record<RiskStart, string>> = {
  public: 'the public past (the default head)',
  none: 'nothing',
  own: 'nothing, and no public market to look at',
};
const KINDS = [
  ['calm', 'all ten calm'],
  ['newcomer', 'one calm among settled ones'],
] as const;

type Kind = (typeof KINDS)[number][0];
type Case = { readonly label: string; readonly own: RiskFigures };

/** Falls told in the insurance cases: the means over cases, every case, and what each node learned from. */
export function riskParts(figures: ReadonlyMap<string, unknown>): string[] {
  return [
    '### Risk: falls told in the insurance cases',
    'AUC over the rows of an event. Means over nine cases (60, 44 and 30 calm days, three events), each of ten nodes:',
    table(
      [
        'begins with',
        'nodes',
        'EWMA',
        'untrained',
        'alone',
        'ten times the rounds',
        'logistic',
        'federated',
        'gain',
        'nodes that gain',
        'all assets together: alone',
        'federated',
        'gain',
        'ε = 8: alone',
        'federated',
      ],
      RISK_STARTS.flatMap((start) =>
        KINDS.flatMap(([kind, label]) => averageRow(figures, start, kind, label)),
      ),
    ),
    ...RISK_STARTS.flatMap((start) => [
      `Every case, beginning with ${START_NAMES[start]}:`,
      table(
        [
          'case',
          'EWMA',
          'untrained',
          'alone',
          'federated',
          'pooled',
          'gain',
          'all assets: gain',
          'nodes that gain',
          'ε = 8: alone',
          'federated',
        ],
        casesOf(figures, start).map(caseRow),
      ),
    ]),
    'What the ten learn from, share of their rows that a fall followed (the same in all three beginnings):',
    table(
      ['case', ...nodeNames(figures)],
      RISK_DAYS.flatMap((days) =>
        INSURED.flatMap((event) => {
          const own = figuresOf(figures, 'none', 'calm', days, event);
          if (own === undefined) return [];
          return [
            [
              `${EVENT_NAMES[event]}, ${days} days`,
              ...own.nodes.map(({ fallShare }) => `${(100 * fallShare).toFixed(1)} %`),
            ],
          ];
        }),
      ),
    ),
  ];
}

function averageRow(
  figures: ReadonlyMap<string, unknown>,
  start: RiskStart,
  kind: Kind,
  label: string,
): Row[] {
  const found = averagesOf(figures, start, kind);
  if (found === undefined) return [];
  const { average, mean } = found;
  return [
    [
      START_NAMES[start],
      label,
      mean(({ ewma }) => ewma.own.value),
      mean((own) => own.start.own.value),
      mean(({ local }) => local.own.value),
      mean(({ localLong }) => localLong.own.value),
      mean(({ localRidge }) => localRidge.own.value),
      mean(({ federated }) => federated.own.value),
      areaInterval(average.gain.own),
      `${average.gaining} of ${average.nodes}`,
      mean(({ local }) => local.joint),
      mean(({ federated }) => federated.joint),
      areaInterval(average.gain.joint),
      mean((own) => own.private.local.value),
      mean((own) => own.private.federated.value),
    ],
  ];
}

const ASKED: Readonly<Record<RiskStart, string>> = {
  own: 'its own hours alone',
  none: 'BTC’s hours beside them',
  public: 'BTC’s past too (the default head)',
};

/** What one reads first of falls: each beginning, from the one that knows least. */
export function riskAnswer(figures: ReadonlyMap<string, unknown>): string {
  const rows = [...KINDS].reverse().flatMap(([kind]) =>
    [...RISK_STARTS].reverse().flatMap((start): Row[] => {
      const found = averagesOf(figures, start, kind);
      if (found === undefined) return [];
      const { average, mean } = found;
      return [
        [
          `${ASKED[start]}, ${kind === 'calm' ? 'as have all others' : 'new among settled nodes'}`,
          mean(({ local }) => local.own.value),
          mean(({ federated }) => federated.own.value),
          areaInterval(average.gain.own),
          `${average.gaining} of ${average.nodes}`,
          areaInterval(average.gain.joint),
        ],
      ];
    }),
  );
  return table(
    [
      'falls, told by a calm node with',
      'alone',
      'in the network',
      'gain',
      'nodes that gain',
      'gain over all assets',
    ],
    rows,
  );
}

/** The average of all cases of a kind, and means over them; undefined where one of them is missing. */
function averagesOf(figures: ReadonlyMap<string, unknown>, start: RiskStart, kind: Kind) {
  const average = figures.get(`risk/average/${start}/${kind}`) as RiskAverage | undefined;
  const cases = RISK_DAYS.flatMap((days) =>
    INSURED.flatMap((event) => figuresOf(figures, start, kind, days, event) ?? []),
  );
  if (average === undefined || cases.length !== average.cases) return undefined;
  const mean = (of: (own: RiskFigures) => number) =>
    three(cases.reduce((sum, own) => sum + of(own), 0) / cases.length);
  return { average, mean };
}

function casesOf(figures: ReadonlyMap<string, unknown>, start: RiskStart): Case[] {
  return KINDS.flatMap(([kind]) =>
    RISK_DAYS.flatMap((days) =>
      INSURED.flatMap((event): Case[] => {
        const own = figuresOf(figures, start, kind, days, event);
        const who =
          kind === 'calm' ? `${days} calm days each` : `one with ${days} calm days among settled ones`;
        return own === undefined ? [] : [{ label: `${EVENT_NAMES[event]}, ${who}`, own }];
      }),
    ),
  );
}

function caseRow({ label, own }: Case): Row {
  return [
    label,
    three(own.ewma.own.value),
    three(own.start.own.value),
    areaInterval(own.local.own),
    areaInterval(own.federated.own),
    own.pooled === undefined ? '–' : three(own.pooled.own.value),
    areaInterval(own.gain.own),
    areaInterval(own.gain.joint),
    `${own.nodes.filter(({ gain }) => gain.value > 0).length} of ${own.nodes.length}`,
    three(own.private.local.value),
    three(own.private.federated.value),
  ];
}

function nodeNames(figures: ReadonlyMap<string, unknown>): string[] {
  return figuresOf(figures, 'none', 'calm', 30, 'terra')?.nodes.map(({ node }) => node) ?? [];
}

function figuresOf(
  figures: ReadonlyMap<string, unknown>,
  start: RiskStart,
  kind: Kind,
  days: number,
  event: (typeof INSURED)[number],
): RiskFigures | undefined {
  return figures.get(`risk/${kind}/${start}/${days}/${event}`) as RiskFigures | undefined;
}

/** An area, or a difference of two: 0.834, −0.021. */
export function three(area: number): string {
  const text = Math.abs(area).toFixed(3);
  return area < 0 && text !== '0.000' ? `−${text}` : text;
}

function areaInterval({ value, low, high }: Estimate): string {
  return low === null || high === null ? three(value) : `${three(value)} [${three(low)}, ${three(high)}]`;
}
