import { endHour, type HourlySeries, type PegHorizon, sliceHours } from '../../../node/features/index.ts';
import type { Estimate } from '../../../node/models/metrics/index.ts';
import { type ClearFigures, clearFigures, type Trial } from './clear.ts';
import type { Coins, History } from './histories.ts';
import type { Scored } from './judging.ts';
import { federate } from './rounds.ts';

/** One coin at two venues over the hours that both have: two nodes a venue, one period after the other. */
export type VenueCase = {
  readonly venues: Coins;
  readonly histories: readonly History[];
  /** Hours that both have. */
  readonly hours: number;
  readonly test: { readonly from: number; readonly to: number };
};

/** Share of the common hours that is trained on. */
const TRAIN_SHARE = 0.6;

export function venueCase(oracle: HourlySeries, exchange: HourlySeries): VenueCase {
  const from = Math.max(oracle.startHour, exchange.startHour);
  const to = Math.min(endHour(oracle), endHour(exchange));
  const cut = from + Math.floor(TRAIN_SHARE * (to - from));
  const middle = from + Math.floor((cut - from) / 2);
  const venues = new Map([
    ['oracle', sliceHours(oracle, from, to)],
    ['exchange', sliceHours(exchange, from, to)],
  ]);
  const histories = [...venues].flatMap(([coin, series]) => [
    { name: `${coin}-1`, coin, series: sliceHours(series, from, middle) },
    { name: `${coin}-2`, coin, series: sliceHours(series, middle, cut) },
  ]);
  return { venues, histories, hours: to - from, test: { from: cut, to } };
}

/** Beside the four together: the two of each venue by themselves. */
export type VenueFigures = ClearFigures & {
  readonly hours: number;
  /** How alike moves of the horizon's length are at both venues. */
  readonly correlation: number;
  readonly within: Estimate;
  /** Of all four over the two of the own venue; by venue, then the mean. */
  readonly acrossGains: readonly { readonly venue: string; readonly gain: Estimate }[];
  readonly acrossGain: Estimate;
};

export function venueFigures(trial: Trial, { venues, hours }: VenueCase): VenueFigures {
  const { task, bench, plan } = trial;
  const shared = trial.scored(trial.together(plan('mean'), { seed: 'clear' }));
  const ofVenue = new Map(
    [...venues.keys()].map((venue): [string, Scored] => {
      const own = task.nodes.filter(({ coin }) => coin === venue).map(({ gradients }) => gradients);
      return [venue, trial.scoredOn(venue, federate(task.model, own, plan('mean'), { seed: 'clear' }))];
    }),
  );
  const within = task.nodes.flatMap(({ coin }) => ofVenue.get(coin) ?? []);
  return {
    ...clearFigures(trial),
    hours,
    correlation: correlationOf([...venues.values()], task.horizon),
    within: bench.skill(within),
    acrossGains: [...ofVenue].map(([venue, scored]) => ({
      venue,
      gain: bench.gain(shared.filter((_, i) => task.nodes[i]?.coin === venue).slice(0, 1), [scored]),
    })),
    acrossGain: bench.gain(shared, within),
  };
}

/** Of moves over the horizon of both series, over their common hours. */
function correlationOf([a, b]: readonly HourlySeries[], horizon: PegHorizon): number {
  if (a === undefined || b === undefined) return Number.NaN;
  const moves = ({ deviation }: HourlySeries) => deviation.subarray(horizon).map((d, t) => d - deviation[t]!);
  const [x, y] = [centred(moves(a)), centred(moves(b))];
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
