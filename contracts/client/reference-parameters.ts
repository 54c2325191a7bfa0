import type { Digest } from '../../protocol/digest.ts';
import type { ParameterLimits } from './parameter-limits.ts';
import { parameterId, WAD_PER_YEAR } from './parameters.ts';
import { MODIFIER_OFFSET, WAD } from './reference-math.ts';

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

type Setting = Omit<ParameterConfiguration, 'parameter' | 'consumer'>;

const HOUR = 3_600;
const DAY = 24 * HOUR;
const point = WAD / 100n;
const million = 1_000_000n;

const WEEKLY = { cooldownSeconds: DAY, windowSeconds: 7 * DAY, isWired: true } as const;
const even = (step: bigint, budget: bigint) =>
  ({ stepUp: step, stepDown: step, budgetUp: budget, budgetDown: budget }) as const;

/**
 * What a deployment of the reference core begins with. Ranges are those of the seed's tables, absolute (D46); the
 * collateral ratio's lower end is what the penalty's upper end and the widest gap leave room for (D12).
 */
export const GLOBAL_SETTINGS: Readonly<Record<GlobalName, Setting>> = {
  // Too low a fee harms the peg, too high a fee borrowers: both directions have a cooldown and a budget.
  STABILITY_FEE: {
    unit: WAD_PER_YEAR,
    value: 5n * point,
    limits: {
      ...WEEKLY,
      ...even(point, 3n * point),
      min: point / 2n,
      max: 15n * point,
      cooldownSeconds: 8 * HOUR,
      risk: 'both',
      haltClass: 0,
    },
  },
  SAVINGS_RATE: {
    unit: WAD_PER_YEAR,
    value: 2n * point,
    limits: {
      ...WEEKLY,
      ...even(point / 2n, (3n * point) / 2n),
      min: 0n,
      max: 10n * point,
      risk: 'both',
      haltClass: 0,
    },
  },
  // Too low a penalty finds no liquidators, too high a one ruins borrowers.
  LIQUIDATION_PENALTY: {
    unit: 'wad',
    value: 13n * point,
    limits: {
      ...WEEKLY,
      ...even(point, 2n * point),
      min: 10n * point,
      max: 16n * point,
      risk: 'both',
      haltClass: 1,
    },
  },
  DEBT_CEILING: {
    unit: 'coins',
    value: 100n * million,
    limits: {
      ...WEEKLY,
      ...even(2n * million, 5n * million),
      min: 90n * million,
      max: 110n * million,
      risk: 'up',
      haltClass: 2,
    },
  },
  SURPLUS_BUFFER: {
    unit: 'coins',
    value: million,
    limits: {
      ...WEEKLY,
      ...even(50_000n, 100_000n),
      min: 800_000n,
      max: 1_200_000n,
      risk: 'down',
      haltClass: 1,
    },
  },
};

/** As {@link GLOBAL_SETTINGS}, for each collateral. */
export const COLLATERAL_SETTINGS: Readonly<Record<CollateralName, Setting>> = {
  // +0.1 % within -0.1 % to +0.3 %, stored with an offset, so that it has no sign (D13).
  STABILITY_FEE_MODIFIER: {
    unit: WAD_PER_YEAR,
    value: MODIFIER_OFFSET + point / 10n,
    limits: {
      ...WEEKLY,
      ...even(point / 20n, point / 10n),
      min: MODIFIER_OFFSET - point / 10n,
      max: MODIFIER_OFFSET + (3n * point) / 10n,
      risk: 'both',
      haltClass: 0,
    },
  },
  DEBT_CEILING: {
    unit: 'coins',
    value: 50n * million,
    limits: {
      ...WEEKLY,
      ...even(million, 3n * million),
      min: (425n * million) / 10n,
      max: (575n * million) / 10n,
      risk: 'up',
      haltClass: 2,
    },
  },
  COLLATERAL_RATIO: {
    unit: 'wad',
    value: 150n * point,
    limits: {
      ...WEEKLY,
      ...even(2n * point, 5n * point),
      min: 140n * point,
      max: 170n * point,
      risk: 'down',
      haltClass: 1,
    },
  },
  // The liquidation ratio is the collateral ratio less this.
  LIQUIDATION_GAP: {
    unit: 'wad',
    value: 20n * point,
    limits: {
      ...WEEKLY,
      ...even(point, 2n * point),
      min: 10n * point,
      max: 24n * point,
      risk: 'up',
      haltClass: 1,
    },
  },
};

/** The id of a collateral, for the core and for the circuit breaker: keccak256 of its name. */
export const collateralKey = (collateral: string): Digest => parameterId(collateral);

/** The id of a collateral's parameter. */
export const collateralParameter = (name: CollateralName, collateral: string): Digest =>
  parameterId(`${name}/${collateral}`);

/** Ids of the parameters that the core has once, as `syncReferenceCore` takes them. */
export const GLOBAL_PARAMETERS: readonly Digest[] = GLOBAL_NAMES.map((name) => parameterId(name));

/**
 * Every parameter of a core with these collaterals, wired to it, with the settings above; change what a deployment wants
 * otherwise. Configure them in this order, then have the core take the global ones, then add the collaterals.
 *
 * @param core address of the reference core.
 */
export function referenceParameters(core: string, collaterals: readonly string[]): ParameterConfiguration[] {
  const globals = GLOBAL_NAMES.map((name) => ({ parameter: parameterId(name), ...GLOBAL_SETTINGS[name] }));
  const own = collaterals.flatMap((collateral) =>
    COLLATERAL_NAMES.map((name) => ({
      parameter: collateralParameter(name, collateral),
      ...COLLATERAL_SETTINGS[name],
    })),
  );
  return [...globals, ...own].map((configuration) => ({ ...configuration, consumer: core }));
}
