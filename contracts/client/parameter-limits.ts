import { BallastError } from '../../protocol/errors.ts';

/** Which direction raises the protocol's risk; both do for a stability fee. */
export type RiskDirection = 'both' | 'up' | 'down';

/** What governance allows models to do to a parameter; values in its unit, below 2^64. */
export type ParameterLimits = {
  readonly min: bigint;
  readonly max: bigint;
  /** Largest rise in one change; 0 closes the direction. */
  readonly stepUp: bigint;
  readonly stepDown: bigint;
  /** Sum of rises that a window admits at once; it drains evenly over the window. */
  readonly budgetUp: bigint;
  readonly budgetDown: bigint;
  /** Between two changes that raise risk, and from a configuration to the first. */
  readonly cooldownSeconds: number;
  readonly windowSeconds: number;
  readonly risk: RiskDirection;
  /** Which class a circuit breaker halts it with, 0 to 31. */
  readonly haltClass: number;
  /** Whether the parameter's consumer is called after each change. */
  readonly isWired: boolean;
};

/** A value or an amount of the contracts is below this. */
export const VALUE_LIMIT: bigint = 2n ** 64n;

const RISKS: readonly RiskDirection[] = ['both', 'up', 'down'];

/** Limits as the contracts write them. */
export type EncodedLimits = {
  readonly min: bigint;
  readonly max: bigint;
  readonly stepUp: bigint;
  readonly stepDown: bigint;
  readonly budgetUp: bigint;
  readonly budgetDown: bigint;
  readonly cooldown: number;
  readonly window: number;
  readonly risk: number;
  readonly class: number;
  readonly isWired: boolean;
};

/** @throws BallastError `PARAMETER_LIMITS` for an amount that does not fit. */
export function encodeLimits(limits: ParameterLimits): EncodedLimits {
  const { cooldownSeconds, windowSeconds, risk, haltClass, ...rest } = limits;
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'bigint' || (value >= 0n && value < VALUE_LIMIT)) continue;
    throw new BallastError('PARAMETER_LIMITS', `${name}: got ${value}, expected 0 or more and below 2^64`, {
      metadata: { name, value: String(value) },
      hint: 'a unit with fewer decimals leaves more room',
    });
  }
  return {
    ...rest,
    cooldown: cooldownSeconds,
    window: windowSeconds,
    risk: RISKS.indexOf(risk),
    class: haltClass,
  };
}

/** @throws BallastError `PARAMETER_LIMITS` for a direction that this client does not know. */
export function decodeLimits(encoded: EncodedLimits): ParameterLimits {
  const { cooldown, window, risk: code, class: haltClass, ...rest } = encoded;
  const risk = RISKS[code];
  if (risk === undefined)
    throw new BallastError('PARAMETER_LIMITS', `risk: got ${code}, expected 0 to ${RISKS.length - 1}`);
  return { ...rest, cooldownSeconds: cooldown, windowSeconds: window, risk, haltClass };
}
