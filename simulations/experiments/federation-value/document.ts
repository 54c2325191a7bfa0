import { PEG_HORIZONS } from '../../../node/features/index.ts';
import { answerGains, answerParts } from './answer.ts';
import { EVENT_NAMES, INSURED } from './cell.ts';
import type { ClearFigures, NodeFigures } from './clear.ts';
import type { DissimilarityFigures } from './dissimilarity.ts';
import type { GeneratedFigures, NodeUnitFigures } from './generated.ts';
import { NODE_COUNTS } from './generated.ts';
import { insuranceParts } from './insurance-tables.ts';
import { ATTACK_NAMES, type LiarsFigures } from './liars.ts';
import { gainsPlot, insurancePlot, roundsPlot } from './plots.ts';
import type { PrivacyFigures } from './privacy.ts';
import type { Recipe } from './recipes.ts';
import type { RecordNorms } from './results.ts';
import { riskParts } from './risk/tables.ts';
import { gaining, interval, points, type Row, table, worst } from './tables.ts';
import { venueParts } from './venue-tables.ts';

/** Figures by the names of their cells; undefined where one has not been run. */
export type Figures = ReadonlyMap<string, unknown>;

const HORIZONS = [...PEG_HORIZONS].reverse();
/**
 * What the page says first and the study's tables, as markdown, and its plots as SVG by the name of their file. Cells
 * without figures are left out.
 */
export function documentOf(
  figures: Figures,
  norms: RecordNorms,
): {
  readonly answer: string;
  readonly text: string;
  readonly plots: Readonly<Record<string, string>>;
} {
  const of = <T>(name: string) => figures.get(name) as T | undefined;
  const clear = HORIZONS.flatMap((horizon) => {
    const own = of<ClearFigures>(`clear/period/full/${horizon}`);
    return own === undefined ? [] : [{ horizon, own }];
  });
  const parts = [
    `C of a record by the public rule: ${HORIZONS.map((h) => `${norms[h].toFixed(3)} at ${h} h`).join(', ')}.`,
    '### Full histories, ten nodes of disjoint periods',
    table(
      CLEAR_HEAD,
      clear.map(({ horizon, own }) => clearRow(`${horizon} h`, own)),
    ),
    'By node, local → federated; in brackets the mean of both weights:',
    table(
      ['node', ...clear.map(({ horizon }) => `${horizon} h`)],
      (clear[0]?.own.nodes ?? []).map(({ node }, i) => [
        node,
        ...clear.map(({ own }) => nodeText(own.nodes[i]!)),
      ]),
    ),
    '### How many rounds',
    'Mean skill of the ten nodes, local → federated:',
    table(
      ['rounds', ...roundsOf(clear.map(({ own }) => own)).map(String)],
      clear.map(({ horizon, own }) => [
        `${horizon} h`,
        ...roundsOf(clear.map((each) => each.own)).map((round) => {
          const point = own.curve.find((one) => one.round === round);
          return point === undefined ? '' : `${points(point.local)} → ${points(point.federated)}`;
        }),
      ]),
    ),
    '### Other cuts',
    table(
      CLEAR_HEAD,
      HORIZONS.flatMap((horizon) =>
        OTHER_CUTS.flatMap(([name, label]) => {
          const own = of<ClearFigures>(`${name}/${horizon}`);
          return own === undefined ? [] : [clearRow(`${horizon} h, ${label}`, own)];
        }),
      ),
    ),
    ...venueParts(figures),
    ...insuranceParts(figures),
    ...riskParts(figures),
    '### Record privacy',
    table(
      [
        'case',
        'ε',
        'σ / C',
        'releases',
        'clear',
        'federated',
        'cost',
        'worst seed',
        'multi-krum',
        'alone',
        'cost alone',
      ],
      HORIZONS.flatMap((horizon) =>
        ['period', 'coin'].flatMap((cut) => {
          const own = of<PrivacyFigures>(`privacy/${cut}/${horizon}`);
          return own === undefined ? [] : privacyRows(`${horizon} h, by ${cut}`, own);
        }),
      ),
    ),
    '### Liars, two of ten',
    table(
      ['horizon', 'draws', 'attack', 'rule', 'skill', 'kept of the honest alone', 'least draw'],
      HORIZONS.flatMap((horizon) => {
        const own = of<LiarsFigures>(`liars/${horizon}`);
        return own === undefined ? [] : liarRows(`${horizon} h`, own);
      }),
    ),
    'With at most 50 rounds, in brackets the least draw, kept of the honest alone:',
    table(
      ['horizon', 'draws', 'rule', ...ATTACK_NAMES],
      HORIZONS.flatMap((horizon) =>
        candidateRows(`${horizon} h`, of<LiarsFigures>(`fewer-rounds/${horizon}`), true),
      ),
    ),
    'Other rules, one draw, kept of the honest alone:',
    table(
      ['horizon', 'draws', 'rule', ...ATTACK_NAMES],
      HORIZONS.flatMap((horizon) => candidateRows(`${horizon} h`, of<LiarsFigures>(`candidates/${horizon}`))),
    ),
    'What follows from how unlike the honest nodes are, for every rule (norms of gradients; the text says how):',
    table(
      ['horizon', 'mean gradient', 'spread G', 'pull', 'kept under it', 'least draw'],
      HORIZONS.flatMap((horizon) => {
        const own = of<DissimilarityFigures>(`dissimilarity/${horizon}`);
        return own === undefined ? [] : [dissimilarityRow(`${horizon} h`, own)];
      }),
    ),
    '### Generator',
    ...generatorLines(of<GeneratedFigures>('generator/24')),
    '### Node unit',
    table(
      ['nodes', 'noise', 'ε', 'σ / C', 'norm of the noise', 'clear', 'federated', 'cost'],
      NODE_COUNTS.flatMap((count) => unitRows(of<NodeUnitFigures>(`node-unit/${count}`))),
    ),
    '### What the recipes were chosen on',
    table(
      ['horizon', 'rate', 'server', 'rounds', 'local', 'federated', 'pooled', 'share'],
      HORIZONS.flatMap((horizon) =>
        (of<readonly ({ readonly recipe: Recipe } & ClearFigures)[]>(`choose/${horizon}`) ?? []).map(
          ({ recipe, local, federated, pooled, share }) => [
            `${horizon} h`,
            String(recipe.learningRate),
            recipe.server,
            String(recipe.rounds),
            interval(local),
            interval(federated),
            interval(pooled),
            interval(share),
          ],
        ),
      ),
    ),
  ];
  const insured = INSURED.flatMap((event) => {
    const own = of<ClearFigures>(`insurance/${event}/24`);
    return own === undefined ? [] : [{ event: EVENT_NAMES[event], nodes: own.nodes }];
  });
  return {
    answer: `${answerParts(figures).join('\n\n')}\n`,
    text: `${parts.join('\n\n')}\n`,
    plots: {
      'federation-gains.svg': gainsPlot(answerGains(figures)),
      'federation-rounds.svg': roundsPlot(clear.map(({ horizon, own }) => ({ horizon, curve: own.curve }))),
      'federation-insurance.svg': insurancePlot(insured),
    },
  };
}

const CLEAR_HEAD = [
  'case',
  'local',
  'federated',
  'pooled',
  'gain',
  'share of the pooled gain',
  'nodes that gain',
  'worst node',
  'half own: gain',
  'worst node',
  'multi-krum',
];

const OTHER_CUTS = [
  ['clear/coin/full', 'by coin'],
  ['clear/coin/90', 'by coin, 3 months'],
  ['clear/coin/30', 'by coin, 1 month'],
  ['clear/period/30', 'by period, 1 month'],
] as const;

function clearRow(label: string, own: ClearFigures): Row {
  return [
    label,
    interval(own.local),
    interval(own.federated),
    interval(own.pooled),
    interval(own.gain),
    interval(own.share),
    gaining(own.nodes.map(({ gain }) => gain)),
    worst(own.nodes.map(({ gain }) => gain)),
    interval(own.mixedGain),
    worst(own.nodes.map(({ mixedGain }) => mixedGain)),
    interval(own.robust),
  ];
}

function privacyRows(label: string, { clear, cases }: PrivacyFigures): Row[] {
  return cases.map((one) => [
    label,
    String(one.epsilon),
    one.noiseMultiplier.toFixed(1),
    String(one.releases),
    points(clear.value),
    interval(one.federated),
    interval(one.cost),
    points(one.worstCost),
    points(one.robust.value),
    points(one.local.value),
    interval(one.localCost),
  ]);
}

function liarRows(label: string, { honest, seeds, cases }: LiarsFigures): Row[] {
  return [
    [label, String(seeds), 'none: the honest eight', 'mean', interval(honest), '100', ''],
    ...cases.map(({ attack, rule, skill, kept, leastKept }) => [
      label,
      String(seeds),
      attack,
      rule,
      interval(skill),
      interval(kept),
      points(leastKept),
    ]),
  ];
}

function candidateRows(label: string, own: LiarsFigures | undefined, least = false): Row[] {
  const rules = new Set(own?.cases.map(({ rule }) => rule));
  const kept = (of: string) =>
    ATTACK_NAMES.map((name) => own?.cases.find(({ attack, rule }) => rule === of && attack === name));
  return [...rules].map((rule) => [
    label,
    String(own?.seeds),
    rule,
    ...kept(rule).map((one) => {
      if (one === undefined) return '–';
      return least ? `${interval(one.kept)} (${points(one.leastKept)})` : points(one.kept.value);
    }),
  ]);
}

function dissimilarityRow(label: string, own: DissimilarityFigures): Row {
  const { gradient, spread, pull, kept, leastKept } = own;
  const norms = [gradient, spread, pull].map((value) => value.toFixed(3));
  return [label, ...norms, interval(kept), points(leastKept)];
}

function unitRows(own: NodeUnitFigures | undefined): Row[] {
  return (own?.cases ?? []).map(({ noise, epsilon, noiseMultiplier, ratio, federated, cost }) => [
    String(own?.nodes),
    noise,
    String(epsilon),
    noiseMultiplier.toFixed(2),
    ratio.toFixed(3),
    points(own?.clear.value ?? Number.NaN),
    interval(federated),
    interval(cost),
  ]);
}

function generatorLines(own: GeneratedFigures | undefined): string[] {
  if (own === undefined) return [table([], [])];
  const { markets, local, federated, pooled, robust, gains, gaining: share } = own;
  return [
    table(
      ['markets', 'local', 'federated', 'pooled', 'multi-krum', 'gain by market', 'nodes that gain'],
      [
        [
          String(markets),
          points(local),
          points(federated),
          points(pooled),
          points(robust),
          gains.map(interval).join('; '),
          `${points(share)} %`,
        ],
      ],
    ),
  ];
}

function roundsOf(all: readonly ClearFigures[]): number[] {
  return [...new Set(all.flatMap(({ curve }) => curve.map(({ round }) => round)))].sort((a, b) => a - b);
}

function nodeText({ local, federated, mixed }: NodeFigures): string {
  return `${points(local)} → ${points(federated)} (${points(mixed)})`;
}
