import { createAggregator } from '../../../aggregation/index.ts';
import { loadSeries } from '../../../node/data/index.ts';
import { endHour, type HourlySeries, sliceHours } from '../../../node/features/index.ts';
import { genesisOf } from '../../../node/models/index.ts';
import type { Estimate } from '../../../node/models/metrics/index.ts';
import { clipHeads, trainLocally } from '../../../node/training/index.ts';
import { fromGrid, noisyUpdate } from '../../../privacy/index.ts';
import { seededRandom } from '../../world/random.ts';
import { clearFigures, openTrial, type Trial } from './clear.ts';
import type { History } from './histories.ts';
import { mean, type Scored } from './judging.ts';
import { averaged, EPSILONS, noiseFor } from './privacy.ts';
import { GRID_BITS, RECIPES, type Recipe, UPDATE_NORM } from './recipes.ts';
import { openTask } from './task.ts';

/** Days of a node's history, the first 14 of which fill averages, and of the test after it. */
const HISTORY_DAYS = 104;
const UNIT_HISTORY_DAYS = 60;
const TEST_DAYS = 150;
/** Venues that judge: those of the first nodes. */
const JUDGES = 10;
const BEFORE_DAYS = 200;

/** The node unit lives on few rounds. */
const NODE_UNIT_RECIPE: Recipe = { ...RECIPES[24], rounds: 10 };
export const NODE_COUNTS = [10, 50, 200] as const;

export type GeneratedFigures = {
  readonly markets: number;
  readonly nodes: number;
  readonly local: number;
  readonly federated: number;
  readonly pooled: number;
  readonly robust: number;
  /** By market. */
  readonly gains: readonly Estimate[];
  /** Share of all nodes of all markets that gain. */
  readonly gaining: number;
};

/** Ten venues of each generated market, 24 h ahead: local, federated and pooled. */
export async function generatedFigures(seeds: number, recordNorm: number): Promise<GeneratedFigures> {
  const all = [];
  for (let seed = 101; seed < 101 + seeds; seed++) {
    all.push(clearFigures(await generatedTrial(seed, JUDGES, HISTORY_DAYS, RECIPES[24], recordNorm)));
  }
  const nodes = all.flatMap((one) => one.nodes);
  return {
    markets: all.length,
    nodes: nodes.length,
    local: mean(all.map(({ local }) => local.value)),
    federated: mean(all.map(({ federated }) => federated.value)),
    pooled: mean(all.map(({ pooled }) => pooled.value)),
    robust: mean(all.map(({ robust }) => robust.value)),
    gains: all.map(({ gain }) => gain),
    gaining: mean(nodes.map(({ gain }) => (gain.value > 0 ? 1 : 0))),
  };
}

export type NodeUnitFigures = {
  readonly nodes: number;
  readonly clear: Estimate;
  readonly cases: readonly {
    readonly noise: 'shared' | 'own';
    readonly epsilon: number;
    /** σ / C of the sum where noise is shared, of each update where it is each node's own. */
    readonly noiseMultiplier: number;
    /** Expected norm of the noise on the mean of a round: σ·C·√d / n, and √n times that where each has its own. */
    readonly ratio: number;
    readonly federated: Estimate;
    readonly cost: Estimate;
  }[];
};

/**
 * Noise on whole updates, and what it costs at few rounds: each node's own, or a share each of one noise on the sum, as
 * under secure aggregation when nobody is missing.
 */
export async function nodeUnitFigures(
  count: number,
  seeds: number,
  recordNorm: number,
): Promise<NodeUnitFigures> {
  const trial = await generatedTrial(101, count, UNIT_HISTORY_DAYS, NODE_UNIT_RECIPE, recordNorm);
  const { bench, task } = trial;
  const clear = trial.scored(trial.together(trial.plan('mean'), { seed: 'clear' }));
  return {
    nodes: count,
    clear: bench.skill(clear),
    cases: (['shared', 'own'] as const).flatMap((noise) =>
      EPSILONS.map((epsilon) => {
        const noiseMultiplier = noiseFor(trial.plan('mean'), epsilon, 'node');
        // Shares of n nodes add up to the noise of one.
        const share = noise === 'own' ? 1 : 1 / Math.sqrt(count);
        const runs = Array.from({ length: count < 200 ? seeds : 1 }, (_, s) =>
          trial.scored(federateUnits(trial, share * noiseMultiplier, `unit/${epsilon}/${s + 1}`)),
        );
        const federated: Scored[] = averaged(runs);
        return {
          noise,
          epsilon,
          noiseMultiplier,
          ratio: (share * noiseMultiplier * UPDATE_NORM * Math.sqrt(task.model.size)) / Math.sqrt(count),
          federated: bench.skill(federated),
          cost: bench.gain(clear, federated),
        };
      }),
    ),
  };
}

/** Rounds whose updates are covered whole, as `round-trainer` covers a node's, and averaged. */
function federateUnits({ task, plan }: Trial, noiseMultiplier: number, seed: string): Float64Array {
  const { training, rounds, aggregation } = plan('mean');
  const aggregator = createAggregator(aggregation);
  let weights = genesisOf(task.model);
  let state = aggregator.initialState(task.model.size);
  for (let round = 1; round <= rounds; round++) {
    const updates = task.nodes.map(({ gradients }, node) => {
      const random = seededRandom(`${seed}/${round}/${node}`).bytes;
      const own = clipHeads(task.model, trainLocally(gradients, weights, training, random));
      return fromGrid(
        noisyUpdate(own, { clipNorm: UPDATE_NORM, noiseMultiplier, gridBits: GRID_BITS }, random),
        GRID_BITS,
      );
    });
    const step = aggregator.aggregate(updates, state);
    ({ state } = step);
    weights = weights.map((weight, k) => weight + step.update[k]!);
  }
  return weights;
}

async function generatedTrial(
  seed: number,
  count: number,
  days: number,
  recipe: Recipe,
  recordNorm: number,
): Promise<Trial> {
  const histories: History[] = [];
  const coins = new Map<string, HourlySeries>();
  let from = 0;
  for (let venue = 1; venue <= count; venue++) {
    const { series } = await loadSeries({
      kind: 'generator',
      seed,
      venue,
      days: BEFORE_DAYS + TEST_DAYS,
    });
    from = endHour(series) - 24 * TEST_DAYS;
    const coin = `venue-${venue}`;
    // Each at a time of its own before the test.
    const back = (24 * (BEFORE_DAYS - days) * ((venue * 7) % 10)) / 10;
    const to = from - Math.floor(back);
    histories.push({ name: coin, coin, series: sliceHours(series, to - 24 * days, to) });
    if (venue <= JUDGES) coins.set(coin, series);
  }
  const task = openTask({
    coins,
    histories,
    horizon: 24,
    test: { from, to: from + 24 * TEST_DAYS - 24 },
    norms: { record: recordNorm, update: UPDATE_NORM },
  });
  return openTrial(task, recipe, recordNorm);
}
