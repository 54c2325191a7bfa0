import { NOBODY_KNOWS, type ParameterState } from '../../contracts/client/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { type FeeDecision, type Hold, nextFee, toMicroBp } from '../controller/index.ts';
import type { CitedModel } from './cited-model.ts';

/** A parameter as it may be moved after a round. */
export type AdvisedState = ParameterState & {
  /** What a dispute has closed. */
  readonly contested: { readonly rise: boolean; readonly fall: boolean };
};

/** The rule of the network inside the limits of the chain, and inside what it takes at that time. */
export function decideFee(
  { gain, deadBand }: NetworkParameters['fee'],
  state: AdvisedState,
  time: number,
  forecastBp: number,
): FeeDecision {
  const forecast = toMicroBp(forecastBp);
  const { min, max, stepUp, stepDown } = state.limits;
  const { lowest, highest } = state.allowed;
  const step = forecast <= 0n ? stepUp : stepDown;
  return nextFee(state.value, forecast, {
    gain: BigInt(gain),
    target: 0n,
    deadBand: BigInt(deadBand),
    // A direction that governance has closed is closed by what the chain takes.
    maxStep: step > 0n ? step : 1n,
    minimum: min,
    maximum: max,
    allowed: { lowest, highest, because: holdOf(state, time, forecast <= 0n) },
  });
}

/** While a later version is disputed, nothing that raises risk is taken. */
export function underDispute(state: ParameterState, { isContested }: CitedModel): AdvisedState {
  const { risk } = state.limits;
  const rise = isContested && (risk === 'both' || risk === 'up');
  const fall = isContested && (risk === 'both' || risk === 'down');
  const { lowest, highest, fallReadyAt, riseReadyAt } = state.allowed;
  const allowed = {
    lowest: fall ? state.value : lowest,
    highest: rise ? state.value : highest,
    fallReadyAt: fall ? NOBODY_KNOWS : fallReadyAt,
    riseReadyAt: rise ? NOBODY_KNOWS : riseReadyAt,
  };
  const readyAt = Math.min(allowed.fallReadyAt, allowed.riseReadyAt);
  return { ...state, allowed, readyAt, contested: { rise, fall } };
}

/** What keeps a direction closed, or narrower than the rule's own limits. */
function holdOf(
  { allowed, limits, overriddenUntil, contested, ...state }: AdvisedState,
  time: number,
  rises: boolean,
): Hold {
  if (overriddenUntil > time) return 'override';
  if (rises ? contested.rise : contested.fall) return 'dispute';
  const readyAt = rises ? allowed.riseReadyAt : allowed.fallReadyAt;
  if (readyAt === NOBODY_KNOWS) return (rises ? limits.stepUp : limits.stepDown) === 0n ? 'step' : 'halt';
  const isClosed = (rises ? allowed.highest : allowed.lowest) === state.value;
  return isClosed && readyAt > time && readyAt - time <= limits.cooldownSeconds ? 'cooldown' : 'budget';
}

/** Why nothing is acceptable at all, for people. */
export function holdText(state: AdvisedState, time: number): string {
  const hold = holdOf(state, time, state.allowed.riseReadyAt <= state.allowed.fallReadyAt);
  return state.readyAt === NOBODY_KNOWS ? hold : `${hold}, ${state.readyAt - time} s left at the seal`;
}
