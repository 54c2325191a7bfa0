import { EVENT_NAMES, INSURED } from './cell.ts';
import type { ClearFigures, NodeFigures } from './clear.ts';
import type { AverageFigures, CrossFigures, NewcomerFigures } from './insurance.ts';
import { gaining, interval, points, type Row, table, worst } from './tables.ts';

const INSURANCE = [
  ['insurance', '60 calm days each', 24],
  ['insurance-month', '44 calm days each', 24],
  ['insurance-short', '30 calm days each', 24],
  ['newcomer-short', 'one with 30 calm days among settled ones', 24],
  ['newcomer', 'one with 60 calm days among settled ones', 24],
  ['newcomer-month', 'one with 44 calm days among settled ones', 24],
  ['insurance', '60 calm days each, 4 h', 4],
  ['insurance', '60 calm days each, 1 h', 1],
] as const;

type Case = {
  readonly label: string;
  readonly horizon: number;
  readonly own: ClearFigures | NewcomerFigures;
};

/** The insurance cases, their averages, and the nodes that lose. */
export function insuranceParts(figures: ReadonlyMap<string, unknown>): string[] {
  const cases = INSURANCE.flatMap(([name, label, horizon]) =>
    INSURED.flatMap((event): Case[] => {
      const own = figures.get(`${name}/${event}/${horizon}`) as Case['own'] | undefined;
      return own === undefined ? [] : [{ label: `${EVENT_NAMES[event]}, ${label}`, horizon, own }];
    }),
  );
  return [
    '### Insurance: calm histories before an event that nobody has seen',
    table(
      [
        'case',
        'local',
        'local, ten times the rounds',
        'federated',
        'gain',
        'multi-krum',
        'nodes that gain',
        'worst node',
        'half own: gain',
        'nodes that gain',
        'worst node',
      ],
      cases.map(insuranceRow),
    ),
    'Mean over cases at 24 h, each of ten nodes:',
    table(
      ['cases', 'gain', 'nodes that gain', 'half own: gain', 'nodes that gain'],
      AVERAGES.flatMap(([name, label]) => {
        const own = figures.get(`average/${name}/24`) as AverageFigures | undefined;
        return own === undefined ? [] : [averageRow(label, own)];
      }),
    ),
    'Every node that loses in a case at 24 h, and what all data in one hand has on its coin:',
    table(
      ['case', 'node', 'local', 'federated', 'pooled', 'half own', 'gain', 'half own: gain'],
      cases.flatMap(({ label, horizon, own }) =>
        own.nodes
          .filter(({ gain, mixedGain }) => horizon === 24 && (gain.value <= 0 || mixedGain.value <= 0))
          .map((node) => loserRow(label, node)),
      ),
    ),
    ...INSURED.flatMap((event) => {
      const own = figures.get(`cross-short/${event}/24`) as CrossFigures | undefined;
      return own === undefined ? [] : crossParts(EVENT_NAMES[event], own);
    }),
  ];
}

function crossParts(event: string, { rows, coins, nodes }: CrossFigures): string[] {
  const two = coins.map(({ coin, twoDays }) => `${coin} ${points(twoDays)} %`);
  return [
    `${event}, 30 calm days each, ${rows} hours: each node's own weights on every coin. Of B2's loss the two worst days have: ${two.join(', ')}.`,
    table(
      ['weights of', ...coins.map(({ coin }) => `on ${coin}`)],
      [
        ...nodes.map(({ node, skills }) => [node, ...skills.map(points)]),
        ['all, federated', ...coins.map(({ federated }) => points(federated))],
      ],
    ),
  ];
}

const AVERAGES = [
  ['calm', 'all ten calm: 60, 44 and 30 days, three events'],
  ['newcomer', 'one calm among settled ones: 60, 44 and 30 days, three events'],
] as const;

function insuranceRow({ label, own }: Case): Row {
  return [
    label,
    interval(own.local),
    own.localLong === undefined ? '–' : interval(own.localLong),
    interval(own.federated),
    interval(own.gain),
    interval(own.robust),
    gaining(own.nodes.map(({ gain }) => gain)),
    worst(own.nodes.map(({ gain }) => gain)),
    interval(own.mixedGain),
    gaining(own.nodes.map(({ mixedGain }) => mixedGain)),
    worst(own.nodes.map(({ mixedGain }) => mixedGain)),
  ];
}

function averageRow(label: string, own: AverageFigures): Row {
  return [
    `${label}: ${own.cases}`,
    interval(own.gain),
    `${own.gaining} of ${own.nodes}`,
    interval(own.mixedGain),
    `${own.mixedGaining} of ${own.nodes}`,
  ];
}

function loserRow(label: string, node: NodeFigures | Omit<NodeFigures, 'pooled'>): Row {
  return [
    label,
    node.node,
    points(node.local),
    points(node.federated),
    'pooled' in node ? points(node.pooled) : '–',
    points(node.mixed),
    interval(node.gain),
    interval(node.mixedGain),
  ];
}
