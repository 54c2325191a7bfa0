import { UsageError } from '../../protocol/errors.ts';
import { dateOfHour, type HourRange, STRESS_EVENTS } from '../data/index.ts';
import type { Coin, Markets } from './coins.ts';
import {
  DEFAULT_ROUNDS,
  type DefaultModelOptions,
  defaultForecaster,
  modelForecaster,
  type TrainedModel,
  trainDefaultModel,
} from './default-model.ts';
import { type EventFigures, eventOut } from './event-out.ts';
import type { Resampling } from './figures.ts';
import type { Forecaster, TrainingWindow } from './forecaster.ts';
import { type CoinSplit, type Fan, type HorizonFigures, heldOutFigures, withBaselines } from './held-out.ts';
import { type RiskFigures, riskFigures, riskRows } from './risk.ts';
import { type VolatilityFigures, volatilityFigures } from './volatility.ts';
import { type DepegWarning, depegWarning } from './warning.ts';

export type EvaluationOptions = Resampling & {
  readonly horizonsHours: readonly number[];
  /** Hour since the epoch that divides training from test; chosen by `defaultCutoff` where left out. */
  readonly cutoff?: number;
  /** A trained model to judge in place of the default one, which is trained here. */
  readonly trained?: TrainedModel;
  /** How the default model is trained, where it is. */
  readonly training?: DefaultModelOptions;
  /** Further forecasters, which learn from the same rows. */
  readonly forecasters?: readonly Forecaster[];
  /** Deviation that counts as a depeg, bp. */
  readonly depegBp: number;
};

export type EvaluationHooks = {
  readonly progress?: (what: string) => void;
  readonly signal?: AbortSignal;
};

export type Evaluation = {
  readonly version: 1;
  readonly model: string;
  readonly options: {
    readonly horizonsHours: readonly number[];
    readonly cutoff: string;
    readonly resamples: number;
    readonly level: number;
    readonly seed: number;
    readonly depegBp: number;
    readonly rounds: number;
  };
  readonly heldOut: readonly HorizonFigures[];
  readonly events: readonly EventFigures[];
  readonly volatility: readonly VolatilityFigures[];
  readonly risk: readonly RiskFigures[];
  readonly depegs: readonly DepegWarning[];
  readonly fans: readonly Fan[];
  readonly notes: readonly string[];
};

/** The longest and the most horizons, hours. */
export const MAX_HORIZON_HOURS = 168;
const MAX_HORIZONS = 8;
/** The test begins this long before the first named event that the coins cover. */
const DAYS_BEFORE_EVENT = 6;
const TRAIN_SHARE = 0.6;

/**
 * Judges a model, its baselines and further forecasters on markets that they have not seen: a purged split by time, and
 * every named event left out in turn.
 *
 * @throws UsageError `EVALUATION_OPTION`, `EVALUATION_CUTOFF`; what fitting throws; the signal's reason.
 */
export async function evaluate(
  markets: Markets,
  options: EvaluationOptions,
  { progress = () => {}, signal }: EvaluationHooks = {},
): Promise<Evaluation> {
  checkOptions(options);
  const {
    horizonsHours,
    trained,
    training = {},
    forecasters = [],
    depegBp,
    resamples,
    level,
    seed,
  } = options;
  const resampling = { resamples, level, seed };
  const longest = Math.max(...horizonsHours);
  const notes = [...markets.notes];
  const cutoff = options.cutoff ?? defaultCutoff(markets.coins);
  const splits = markets.coins
    .filter(({ isWindow }) => !isWindow)
    .map((coin) => splitAt(coin, cutoff, longest));
  const poolOf = (stepHours: number): TrainingWindow[] =>
    splits.flatMap(({ coin, train }) =>
      coin.stepHours === stepHours && train.length > 0
        ? [{ series: coin.series, warmup: coin.warmup, rows: train }]
        : [],
    );
  const hourly = poolOf(1);
  if (hourly.length === 0) {
    throw new UsageError(
      'EVALUATION_CUTOFF',
      `cutoff: got ${dateOfHour(cutoff)}, expected a day with history of an hourly peg before it`,
      { metadata: { cutoff }, hint: 'give a later --cutoff' },
    );
  }
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
  const step = async (what: string) => {
    progress(what);
    await pause();
    signal?.throwIfAborted();
  };

  await step('training the model');
  const risk = riskRows(markets.assets, cutoff);
  const enough = risk.filter(({ train }) => train.rows >= 1000);
  const own =
    trained ??
    (await trainDefaultModel(
      hourly,
      enough.map(({ train }) => train),
      { ...training, ...(signal === undefined ? {} : { signal }) },
    ));
  const name = trained === undefined ? 'default model' : 'model file';
  const learned = [modelForecaster(name, own), ...(await fitAll(forecasters, hourly, signal))];

  const heldOut: HorizonFigures[] = [];
  const fans: Fan[] = [];
  for (const split of splits) {
    for (const horizon of horizonsHours.filter((hours) => hours % split.coin.stepHours === 0)) {
      await step(`${split.coin.name}, ${horizon} h`);
      const fitted = split.coin.stepHours === 1 ? learned : [];
      try {
        const one = heldOutFigures(split, horizon, fitted, poolOf(split.coin.stepHours), resampling);
        if (one === undefined) {
          notes.push(`${split.coin.name}, ${horizon} h: too few rows after the cutoff`);
          continue;
        }
        heldOut.push(one.figures);
        if (horizon === longest) fans.push(one.fan);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EXAMPLES_TOO_FEW')) throw error;
        notes.push(`${split.coin.name}, ${horizon} h: ${error.message}`);
      }
    }
  }

  const depegs: DepegWarning[] = [];
  for (const { coin, train, test } of splits.filter((split) => split.coin.stepHours === 1)) {
    const horizon = learned[0]?.horizons.at(-1) ?? 24;
    const [, b2] = withBaselines(coin, horizon, train, hourly).forecasters;
    for (const forecaster of [b2, learned[0]]) {
      if (forecaster === undefined) continue;
      const one = depegWarning(coin, forecaster, horizon, test, depegBp, resampling);
      if (one !== null && one.events > 0) depegs.push(one);
    }
  }

  const events: EventFigures[] = [];
  for (const event of Object.values(STRESS_EVENTS)) {
    await step(`${event.name} left out`);
    const learn = async (windows: readonly TrainingWindow[]) =>
      trained === undefined
        ? fitAll([defaultForecaster(training), ...forecasters], windows, signal)
        : [modelForecaster(name, trained), ...(await fitAll(forecasters, windows, signal))];
    events.push(...(await eventOut(markets.coins, event, horizonsHours, learn, resampling)));
  }

  const volatility: VolatilityFigures[] = [];
  for (const asset of markets.assets) {
    await step(`volatility of ${asset.name}`);
    const one = volatilityFigures(asset, cutoff, 24, resampling);
    if (one === undefined) notes.push(`${asset.name}: too short before or after the cutoff`);
    else volatility.push(one);
  }
  await step('drawdown risk');
  const figures = riskFigures(own, risk, resampling);
  return {
    version: 1,
    model: name,
    options: {
      horizonsHours,
      cutoff: dateOfHour(cutoff),
      resamples,
      level,
      seed,
      depegBp,
      rounds: trained === undefined ? (training.rounds ?? DEFAULT_ROUNDS) : 0,
    },
    heldOut,
    events,
    volatility,
    risk: figures,
    depegs,
    fans,
    notes,
  };
}

/**
 * Six days before the first named event that hourly coins cover with a quarter of their hours on either side; without one
 * 60 % of those hours.
 */
function defaultCutoff(coins: readonly Coin[]): number {
  const hourly = coins.filter(({ stepHours, isWindow }) => stepHours === 1 && !isWindow);
  const from = Math.min(...hourly.map(({ series }) => series.startHour));
  const to = Math.max(...hourly.map(({ series }) => series.startHour + series.deviation.length));
  const fits = (hour: number) => hour > from + (to - from) / 4 && hour < to - (to - from) / 5;
  const event = Object.values(STRESS_EVENTS).find((one) => fits(one.from - 24 * DAYS_BEFORE_EVENT));
  if (event !== undefined) return event.from - 24 * DAYS_BEFORE_EVENT;
  return 24 * Math.floor((from + TRAIN_SHARE * (to - from)) / 24);
}

/** Training up to where labels of the longest horizon reach the cutoff, test from there on. */
function splitAt(coin: Coin, cutoff: number, longestHours: number): CoinSplit {
  const { series, warmup, stepHours } = coin;
  const first = series.startHour + warmup;
  const end = series.startHour + series.deviation.length;
  const edge = Math.ceil(cutoff / stepHours);
  const train: HourRange = {
    from: first,
    to: Math.min(end, edge) - Math.max(1, Math.floor(longestHours / stepHours)),
  };
  return {
    coin,
    train: train.from < train.to ? [train] : [],
    test: { from: Math.max(first, edge), to: end },
  };
}

async function fitAll(
  forecasters: readonly Forecaster[],
  windows: readonly TrainingWindow[],
  signal: AbortSignal | undefined,
): Promise<Forecaster[]> {
  const fitted: Forecaster[] = [];
  for (const forecaster of forecasters) {
    fitted.push(forecaster.fit === undefined ? forecaster : await forecaster.fit(windows, signal));
  }
  return fitted;
}

function checkOptions({ horizonsHours, depegBp }: EvaluationOptions): void {
  const sound = horizonsHours.every(
    (hours, i) =>
      Number.isInteger(hours) && hours > (horizonsHours[i - 1] ?? 0) && hours <= MAX_HORIZON_HOURS,
  );
  if (horizonsHours.length < 1 || horizonsHours.length > MAX_HORIZONS || !sound) {
    throw new UsageError(
      'EVALUATION_OPTION',
      `horizons: got ${horizonsHours.slice(0, 9).join(', ')}, expected 1 to ${MAX_HORIZONS} ascending whole numbers of hours up to ${MAX_HORIZON_HOURS}`,
      { hint: 'give --horizons 1,4,24' },
    );
  }
  if (!(depegBp > 0 && depegBp < 1e4)) {
    throw new UsageError(
      'EVALUATION_OPTION',
      `depeg: got ${depegBp}, expected basis points above 0 and below 10000`,
    );
  }
}
