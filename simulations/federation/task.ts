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
  readonly examples: (node: number, round: number) => Promise<ExampleSet>;
};

/**
 * Bytes of feature tables that are kept, those of the nodes that come first; the others' are computed again for each
 * round, in about 10 ms, out of their series, which are kept for all (0.1 MB a node).
 */
export const KEPT_TABLE_BYTES = 512 * 2 ** 20;

/**
 * Reads the public feed; a node's own data is made when it is first asked for.
 *
 * @param keptBytes see {@link KEPT_TABLE_BYTES}.
 * @throws as {@link slicesFor} and {@link createDataClock}.
 */
export async function prepareTask(
  { nodes, rounds, seed, heterogeneity }: TaskOptions,
  keptBytes: number = KEPT_TABLE_BYTES,
): Promise<FederatedTask> {
  const { publicFeed, slices } = await slicesFor(undefined, seed, nodes);
  const feed = (await loadSeries(publicFeed)).series;
  const clock = createDataClock(feed, { rounds });
  const model = createModel(defaultModelSpec({ feed, fitting: clock.fitting }));
  // Training never reads beyond the last cutoff, so nothing beyond it is kept.
  const trainable = (series: HourlySeries): HourlySeries =>
    sliceHours(series, Number.NEGATIVE_INFINITY, clock.cutoff(rounds));
  const shared = computeFeatures(trainable(feed));
  const tableOf = keptTables(async (node) => {
    const slice = slices[node];
    if (slice === undefined) throw new RangeError(`node: got ${node}, expected 0 to ${nodes - 1}`);
    return trainable((await loadSeries(slice.spec)).series);
  }, keptBytes);
  return {
    options: { nodes, rounds, seed, heterogeneity },
    model,
    heldOut: createPublicMarket(feed, clock, model).heldOut,
    examples: async (node, round) => {
      const range = clock.training(round);
      const own = buildExamples(await tableOf(node), range);
      if (heterogeneity === 1) return withMirror(own);
      return withMirror(withSharedDays(own, buildExamples(shared, range), heterogeneity, { seed, node }));
    },
  };
}

function keptTables(
  load: (node: number) => Promise<HourlySeries>,
  keptBytes: number,
): (node: number) => Promise<FeatureTable> {
  const tables = new Map<number, FeatureTable>();
  const series = new Map<number, HourlySeries>();
  let left = keptBytes;
  return async (node) => {
    const known = tables.get(node);
    if (known !== undefined) return known;
    const own = series.get(node) ?? (await load(node));
    const table = computeFeatures(own);
    const bytes = table.x.byteLength + table.scale.byteLength + table.deviation.byteLength;
    if (bytes <= left) {
      tables.set(node, table);
      left -= bytes;
    } else series.set(node, own);
    return table;
  };
}
