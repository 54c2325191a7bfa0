import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { ParameterLimits } from './parameter-limits.ts';
import { PARAMETER_SETTINGS } from './parameter-settings.ts';
import { parameterId } from './parameters.ts';

/** Parameters that the reference core has once. */
export const GLOBAL_NAMES = [
  'STABILITY_FEE',
  'SAVINGS_RATE',
  'LIQUIDATION_PENALTY',
  'DEBT_CEILING',
  'SURPLUS_BUFFER',
] as const;
/** Parameters that it has for each collateral, as `<NAME>/<collateral>`. */
export const COLLATERAL_NAMES = [
  'STABILITY_FEE_MODIFIER',
  'DEBT_CEILING',
  'COLLATERAL_RATIO',
  'LIQUIDATION_GAP',
] as const;

export type GlobalName = (typeof GLOBAL_NAMES)[number];
export type CollateralName = (typeof COLLATERAL_NAMES)[number];

/** A parameter as `configureParameter` takes it. */
export type ParameterConfiguration = {
  readonly parameter: Digest;
  readonly unit: string;
  readonly value: bigint;
  readonly limits: ParameterLimits;
  readonly consumer?: string;
};

/** The collateral whose settings the others begin with. */
const MODEL_COLLATERAL = 'ETH';

/** The id of a collateral, for the core and for the circuit breaker: keccak256 of its name. */
export const collateralKey = (collateral: string): Digest => parameterId(collateral);

/** The id of a collateral's parameter. */
export const collateralParameter = (name: CollateralName, collateral: string): Digest =>
  parameterId(`${name}/${collateral}`);

/** Ids of the parameters that the core has once, as `CoreActions.sync` takes them. */
export const GLOBAL_PARAMETERS: readonly Digest[] = GLOBAL_NAMES.map((name) => parameterId(name));

/**
 * Every parameter of a core with these collaterals, wired to it, as `PARAMETER_SETTINGS` has them; change what a
 * deployment wants otherwise. Configure them in this order, then have the core take the global ones, then add the
 * collaterals.
 *
 * @param core address of the reference core.
 */
export function referenceParameters(core: string, collaterals: readonly string[]): ParameterConfiguration[] {
  const globals = GLOBAL_NAMES.map((name) => configurationOf(name, name, core));
  const own = collaterals.flatMap((collateral) =>
    COLLATERAL_NAMES.map((name) =>
      configurationOf(`${name}/${collateral}`, `${name}/${MODEL_COLLATERAL}`, core),
    ),
  );
  return [...globals, ...own];
}

function configurationOf(name: string, like: string, consumer: string): ParameterConfiguration {
  const setting = PARAMETER_SETTINGS.find((each) => each.name === like);
  if (setting === undefined)
    throw new BallastError('PARAMETER_UNKNOWN', `parameter ${like}: got no settings of it`);
  const { unit, initial: value, limits } = setting;
  return { parameter: parameterId(name), unit, value, limits, consumer };
}
