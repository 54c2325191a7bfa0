import { setImmediate } from 'node:timers/promises';
import { createDataClock, loadSeries, slicesFor } from '../../node/data/index.ts';
import {
  buildExamples,
  computeFeatures,
  type ExampleSet,
  type FeatureTable,
  type HourlySeries,
  sliceHours,
  withMirror,
} from '../../node/features/index.ts';
import { createModel, type StabilityModel } from '../../node/models/index.ts';
import { createPublicMarket, type PublicMarket } from '../../node/runtime/public-market.ts';
import { defaultModelSpec } from '../../node/training/index.ts';
import type { FederationOptions } from './options.ts';
import { withSharedDays } from './shared-days.ts';

export type TaskOptions = Pick<FederationOptions, 'nodes' | 'rounds' | 'seed' | 'heterogeneity'>;

/** What a federation learns: the peg of a generated market, a venue a node, judged on public rows held out. */
export type FederatedTask = {
  readonly options: TaskOptions;
  /** The peg head of the published model, without the risk head. */
  readonly model: StabilityModel;
  readonly heldOut: PublicMarket['heldOut'];
  /** What a node, from 0, trains on in a round, from 1; its rows mirrored. Made anew at each call. */
  readonly examples: (node: number, round: number) => ExampleSet;
};

export type TaskCollaborators = {
  readonly signal?: AbortSignal;
  /** Told after each node's data. */
  readonly onPrepared?: (node: number) => void;
};

/**
 * Bytes of feature tables that are kept, those of the first nodes; those of the others are computed again for each
 * round out of their series, in about 10 ms, which are kept for all (0.1 MB a node).
 */
export const KEPT_TABLE_BYTES = 512 * 2 ** 20;

/** @throws the signal's reason; {@link slicesFor} and {@link createDataClock} say what they refuse. */
export async function prepareTask(
  options: TaskOptions,
  { signal, onPrepared }: TaskCollaborators = {},
): Promise<FederatedTask> {
  const { nodes, rounds, seed, heterogeneity } = options;
  const { publicFeed, slices } = await slicesFor(undefined, seed, nodes);
  const feed = (await loadSeries(publicFeed)).series;
  const clock = createDataClock(feed, { rounds });
  const model = createModel(defaultModelSpec({ feed, fitting: clock.fitting }));
  // Training never reads beyond the last cutoff, so nothing beyond it is kept.
  const trainable = (series: HourlySeries): HourlySeries =>
    sliceHours(series, Number.NEGATIVE_INFINITY, clock.cutoff(rounds));
  const series: HourlySeries[] = [];
  for (const [node, { spec }] of slices.entries()) {
    signal?.throwIfAborted();
    series.push(trainable((await loadSeries(spec, signal)).series));
    onPrepared?.(node);
    await setImmediate();
  }
  const shared = computeFeatures(trainable(feed));
  const tableOf = keptTables(series);
  return {
    options,
    model,
    heldOut: createPublicMarket(feed, clock, model).heldOut,
    examples: (node, round) => {
      const range = clock.training(round);
      const own = buildExamples(tableOf(node), range);
      if (heterogeneity === 1) return withMirror(own);
      return withMirror(withSharedDays(own, buildExamples(shared, range), heterogeneity, { seed, node }));
    },
  };
}

function keptTables(series: readonly HourlySeries[]): (node: number) => FeatureTable {
  const kept = new Map<number, FeatureTable>();
  let left = KEPT_TABLE_BYTES;
  return (node) => {
    const known = kept.get(node);
    if (known !== undefined) return known;
    const own = series[node];
    if (own === undefined) throw new RangeError(`node: got ${node}, expected 0 to ${series.length - 1}`);
    const table = computeFeatures(own);
    const bytes = table.x.byteLength + table.scale.byteLength + table.deviation.byteLength;
    if (bytes <= left) {
      kept.set(node, table);
      left -= bytes;
    }
    return table;
  };
}
