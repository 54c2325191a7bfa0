import { BallastError } from '../../../protocol/errors.ts';
import { createLevelTracker, type TrackingRule } from './trackers.ts';

/** The most forecasts that wait for their outcome. */
export const MAX_OPEN_FORECASTS = 8784;
/** The most scores that are remembered of one level. */
export const MAX_SCORES = 20_000;

export type ConformalOptions = {
  /** Ascending, in (0, 1). The level 0.5, where it is among them, is passed on as it is. */
  readonly levels: readonly number[];
  /** `pi` where left out: narrower for the same coverage on recorded pegs, above all at long horizons. */
  readonly rule?: TrackingRule;
  /** Step after each outcome: of the level for `aci`, of the correction in scales for `pi`. */
  readonly rate?: number;
  /** Scores that `aci` remembers. */
  readonly window?: number;
};

/**
 * Quantiles that keep their promise over time: each level τ has a correction c_τ in units of the forecast's scale S,
 * q_τ + S · c_τ, that moves up whenever outcomes fall above it more often than 1 − τ, and down otherwise. The
 * correction is learned from past errors alone (conformalised quantile regression, Romano et al. 2019), online, so that
 * it holds where the future is not like the past (Gibbs and Candès 2021).
 */
export interface ConformalQuantiles {
  /**
   * Corrects a forecast and remembers it until its outcome is told.
   *
   * @param quantiles one a level, not crossing.
   * @param scale S of the forecast, above 0, in the unit of the quantiles.
   * @returns corrected quantiles that do not cross.
   * @throws BallastError `CONFORMAL_INPUT`, also when more than `MAX_OPEN_FORECASTS` wait.
   */
  issue(quantiles: ArrayLike<number>, scale: number): Float64Array;
  /**
   * The outcome of the oldest forecast that waits: call it as soon as it is known and never before, which for a horizon
   * of h steps is h forecasts later.
   *
   * @throws BallastError `CONFORMAL_INPUT` when none waits.
   */
  settle(actual: number): void;
}

/** What of a forecast is needed when its outcome is known. */
type Open = { readonly base: Float64Array; readonly issued: Float64Array; readonly scale: number };

/** @throws BallastError `CONFORMAL_INPUT` for levels, a rate or a window out of range. */
export function createConformal({
  levels,
  rule = 'pi',
  rate,
  window = 1000,
}: ConformalOptions): ConformalQuantiles {
  const ascends = levels.every((level, q) => level > (levels[q - 1] ?? 0) && level < 1);
  if (levels.length < 1 || levels.length > 99 || !ascends) {
    throw refused('levels', levels.join(', '), '1 to 99 ascending, in (0, 1)');
  }
  if (!Number.isInteger(window) || window < 20 || window > MAX_SCORES) {
    throw refused('window', String(window), `a whole number from 20 to ${MAX_SCORES}`);
  }
  if (rate !== undefined && !(rate > 0 && rate <= 1)) {
    throw refused('rate', String(rate), 'above 0, at most 1');
  }
  const trackers = levels.map((level) =>
    level === 0.5
      ? undefined
      : createLevelTracker(rule, { level, window, ...(rate === undefined ? {} : { rate }) }),
  );
  const waiting: Open[] = [];
  let settled = 0;
  return {
    issue(quantiles, scale) {
      if (quantiles.length !== levels.length) {
        throw refused('quantiles', `${quantiles.length} values`, `${levels.length}, one a level`);
      }
      if (!(scale > 0 && Number.isFinite(scale))) throw refused('scale', String(scale), 'above 0');
      if (waiting.length - settled >= MAX_OPEN_FORECASTS) {
        throw refused('open forecasts', String(MAX_OPEN_FORECASTS), 'fewer: settle those that are known');
      }
      const base = Float64Array.from(quantiles);
      if (base.some((value, q) => !Number.isFinite(value) || (q > 0 && value < base[q - 1]!))) {
        throw refused('quantiles', base.join(', '), 'finite and ascending');
      }
      const issued = base.map((value, q) => value + scale * (trackers[q]?.correction() ?? 0));
      holdApart(issued, levels);
      waiting.push({ base, issued, scale });
      return issued.slice();
    },
    settle(actual) {
      if (!Number.isFinite(actual)) throw refused('actual', String(actual), 'a finite number');
      const open = waiting[settled];
      if (open === undefined) throw refused('settle', 'no open forecast', 'one that was issued');
      settled++;
      if (settled > 1024) {
        waiting.splice(0, settled);
        settled = 0;
      }
      const { base, issued, scale } = open;
      for (const [q, tracker] of trackers.entries()) {
        tracker?.learn((actual - base[q]!) / scale, actual <= issued[q]!);
      }
    },
  };
}

/** No level may pass its neighbour on the way out from the one nearest to the median. */
function holdApart(row: Float64Array, levels: readonly number[]): void {
  const from = levels.reduce(
    (best, level, q) => (Math.abs(level - 0.5) < Math.abs((levels[best] ?? 0) - 0.5) ? q : best),
    0,
  );
  for (let q = from - 1; q >= 0; q--) row[q] = Math.min(row[q]!, row[q + 1]!);
  for (let q = from + 1; q < row.length; q++) row[q] = Math.max(row[q]!, row[q - 1]!);
}

/**
 * Corrects a whole history as it would have been corrected at the time.
 *
 * @param quantiles rows × levels, row-major, one row a step.
 * @param actual outcomes of the rows, known `horizon` rows later.
 * @returns rows × levels.
 */
export function correctQuantiles(
  options: ConformalOptions,
  rows: {
    readonly quantiles: Float64Array;
    readonly scale: Float64Array;
    readonly actual: Float64Array;
    readonly horizon: number;
  },
): Float64Array {
  const { quantiles, scale, actual, horizon } = rows;
  const width = options.levels.length;
  if (quantiles.length !== scale.length * width || actual.length !== scale.length) {
    throw refused('rows', `${quantiles.length}, ${scale.length} and ${actual.length}`, 'as many of all');
  }
  if (!Number.isInteger(horizon) || horizon < 1 || horizon >= MAX_OPEN_FORECASTS) {
    throw refused('horizon', String(horizon), `a whole number from 1, below ${MAX_OPEN_FORECASTS}`);
  }
  const conformal = createConformal(options);
  const out = new Float64Array(quantiles.length);
  for (let i = 0; i < scale.length; i++) {
    if (i >= horizon) conformal.settle(actual[i - horizon]!);
    out.set(conformal.issue(quantiles.subarray(i * width, (i + 1) * width), scale[i]!), i * width);
  }
  return out;
}

function refused(name: string, got: string, expected: string): BallastError {
  return new BallastError('CONFORMAL_INPUT', `conformal: ${name}: got ${got}, expected ${expected}`, {
    metadata: { name, got },
  });
}
