import { createDataClock, loadMarket, loadSeries, slicesFor } from '../../node/data/index.ts';
import {
  buildExamples,
  buildRiskExamples,
  computeFeatures,
  computeMarketFeatures,
  type ExampleSet,
  ROWS_PER_RECORD,
  withMirror,
} from '../../node/features/index.ts';
import { createModel, genesisOf, type PegModelSpec, type StabilityModel } from '../../node/models/index.ts';
import {
  defaultModelSpec,
  float64Engine,
  type HeadExamples,
  openHeads,
  TRAINING_DEFAULTS,
  trainLocally,
} from '../../node/training/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { auditBytes } from './random.ts';

/** One node's data, for the audits to play with. */
export type AuditMarket = {
  /** Of both heads, as a devnet describes it. */
  readonly model: StabilityModel;
  /** The node's last days before the first cutoff, peg rows mirrored; record r is the same day in both heads. */
  readonly pool: HeadExamples;
  /** The same peg rows without mirror images. */
  readonly peg: ExampleSet;
  /**
   * A model of the peg head alone, and a version of it that was trained, without noise, on the public feed of
   * those days.
   */
  readonly pegModel: (spec: PegModelSpec) => {
    readonly model: StabilityModel;
    readonly weights: Float64Array;
  };
};

/** Gradient steps on the public feed: three rounds of four. */
const PUBLIC_STEPS = 12;

/**
 * @param dataDir folder of the recorded markets; the generator's market of `seed` where left out.
 * @param days of the pool, at most what the node has.
 * @throws as `slicesFor`; BallastError `AUDIT_POOL` where the two heads do not have the same days.
 */
export async function loadAuditMarket(
  dataDir: string | undefined,
  seed: number,
  days: number,
): Promise<AuditMarket> {
  const { publicFeed, publicMarket, slices } = await slicesFor(dataDir, seed, 1);
  const [slice] = slices;
  if (slice === undefined) throw new RangeError('slices: got none, expected one');
  const feed = (await loadSeries(publicFeed)).series;
  const { market } = await loadMarket(publicMarket);
  const clock = createDataClock(feed, { rounds: 10 });
  const { fitting } = clock;
  const { to } = clock.training(1);
  const last = Math.floor(to / ROWS_PER_RECORD) * ROWS_PER_RECORD;
  const range = { from: last - days * ROWS_PER_RECORD, to: last };
  const peg = buildExamples(computeFeatures((await loadSeries(slice.spec)).series), range);
  const own = (await loadMarket(slice.market)).market;
  const risk = buildRiskExamples(computeMarketFeatures(own, market), range);
  if (peg.records !== days || risk.records !== days) {
    throw new BallastError(
      'AUDIT_POOL',
      `pool: got ${peg.records} and ${risk.records} days, expected ${days} of both heads`,
      { metadata: { days, peg: peg.records, risk: risk.records }, hint: 'ask for fewer days' },
    );
  }
  const shared = withMirror(buildExamples(computeFeatures(feed), range));
  return {
    model: createModel(defaultModelSpec({ feed, market, fitting })),
    pool: { peg: [withMirror(peg)], risk },
    peg,
    pegModel: (spec) => {
      const model = createModel(defaultModelSpec({ feed, fitting }, spec));
      const weights = genesisOf(model);
      const training = { ...TRAINING_DEFAULTS, unit: 'none', localSteps: PUBLIC_STEPS } as const;
      const gradients = openHeads(float64Engine, model, { peg: [shared] });
      const update = trainLocally(gradients, weights, training, auditBytes('unused'));
      return { model, weights: weights.map((weight, j) => weight + update[j]!) };
    },
  };
}

/** Rows from … to − 1 as one record. They must be of one UTC day. */
export function oneRecord(examples: ExampleSet, from: number, to: number): ExampleSet {
  const { horizon, width, x, y, scale, deviation, hour, flags } = examples;
  return {
    horizon,
    records: 1,
    rows: to - from,
    width,
    x: x.slice(from * width, to * width),
    y: y.slice(from, to),
    scale: scale.slice(from, to),
    deviation: deviation.slice(from, to),
    hour: hour.slice(from, to),
    flags: flags.slice(from, to),
    recordStart: Int32Array.of(0, to - from),
  };
}
