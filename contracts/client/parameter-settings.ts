import type { ParameterLimits } from './parameter-limits.ts';

/** A parameter as a network begins with it, and why its limits are what they are. */
export type ParameterSetting = {
  readonly name: string;
  readonly unit: string;
  readonly initial: bigint;
  readonly limits: ParameterLimits;
  /** The most that a committee which always pushes one way may move it in 7 and in 30 days; in its unit. */
  readonly drift: { readonly week: bigint; readonly month: bigint };
  readonly reason: string;
};

const percent = (n: number): bigint => BigInt(Math.round(n * 1_000)) * 10n ** 13n;
const HOUR = 3_600;
const WEEK = 604_800;
const SHARED = { windowSeconds: WEEK, isWired: true } as const;

/** Halts by kind of parameter: a guardian can stop rates and leave ceilings. */
const HALT_CLASSES = { rates: 0, ratios: 1, ceilings: 2 } as const;

/**
 * The default settings of the reference core's parameters. Shares and yearly rates are wad (10^18 is 100 %), amounts are
 * whole coins. A direction that raises risk waits a cooldown; the other has a budget of its own, as large or larger, so
 * that a captured quorum cannot sweep it to its end at once.
 */
export const PARAMETER_SETTINGS: readonly ParameterSetting[] = [
  {
    name: 'STABILITY_FEE',
    unit: 'wad/year',
    initial: percent(5),
    limits: {
      ...SHARED,
      min: percent(0.5),
      max: percent(15),
      stepUp: percent(1),
      stepDown: percent(1),
      budgetUp: percent(3),
      budgetDown: percent(3),
      cooldownSeconds: 8 * HOUR,
      risk: 'both',
      haltClass: HALT_CLASSES.rates,
    },
    drift: { week: percent(6), month: percent(10) },
    reason:
      'too low a fee harms the peg, too high a fee harms borrowers: both directions wait and are budgeted',
  },
  {
    name: 'SAVINGS_RATE',
    unit: 'wad/year',
    initial: percent(2),
    limits: {
      ...SHARED,
      min: 0n,
      max: percent(12),
      stepUp: percent(0.5),
      stepDown: percent(1),
      budgetUp: percent(1.5),
      budgetDown: percent(3),
      cooldownSeconds: 8 * HOUR,
      risk: 'up',
      haltClass: HALT_CLASSES.rates,
    },
    drift: { week: percent(3), month: percent(8) },
    reason: 'a rise is paid out of the surplus; a fall only costs savers their yield',
  },
  {
    name: 'LIQUIDATION_PENALTY',
    unit: 'wad',
    initial: percent(13),
    limits: {
      ...SHARED,
      min: percent(10),
      max: percent(16),
      stepUp: percent(0.5),
      stepDown: percent(0.5),
      budgetUp: percent(1),
      budgetDown: percent(1),
      cooldownSeconds: 24 * HOUR,
      risk: 'both',
      haltClass: HALT_CLASSES.ratios,
    },
    drift: { week: percent(2), month: percent(3) },
    reason: 'a low penalty leaves bad debt, a high one takes more from borrowers than a liquidation costs',
  },
  {
    name: 'DEBT_CEILING',
    unit: 'coin',
    initial: 100_000_000n,
    limits: {
      ...SHARED,
      min: 90_000_000n,
      max: 110_000_000n,
      stepUp: 2_000_000n,
      stepDown: 4_000_000n,
      budgetUp: 4_000_000n,
      budgetDown: 8_000_000n,
      cooldownSeconds: 12 * HOUR,
      risk: 'up',
      haltClass: HALT_CLASSES.ceilings,
    },
    drift: { week: 10_000_000n, month: 10_000_000n },
    reason: 'a rise admits debt; a fall admits none and forces no repayment',
  },
  {
    name: 'SURPLUS_BUFFER',
    unit: 'coin',
    initial: 1_000_000n,
    limits: {
      ...SHARED,
      min: 800_000n,
      max: 1_200_000n,
      stepUp: 40_000n,
      stepDown: 20_000n,
      budgetUp: 100_000n,
      budgetDown: 50_000n,
      cooldownSeconds: 24 * HOUR,
      risk: 'down',
      haltClass: HALT_CLASSES.ceilings,
    },
    drift: { week: 200_000n, month: 200_000n },
    reason: 'a fall thins what bears losses',
  },
  {
    name: 'COLLATERAL_RATIO/ETH',
    unit: 'wad',
    initial: percent(150),
    limits: {
      ...SHARED,
      min: percent(130),
      max: percent(170),
      stepUp: percent(5),
      stepDown: percent(2),
      budgetUp: percent(10),
      budgetDown: percent(4),
      cooldownSeconds: 24 * HOUR,
      risk: 'down',
      haltClass: HALT_CLASSES.ratios,
    },
    drift: { week: percent(20), month: percent(20) },
    reason: 'a fall admits thinner vaults; a rise binds new debt at once and existing vaults by a ramp',
  },
  {
    name: 'LIQUIDATION_GAP/ETH',
    unit: 'wad',
    initial: percent(20),
    limits: {
      ...SHARED,
      min: percent(5),
      max: percent(30),
      stepUp: percent(1),
      stepDown: percent(1),
      budgetUp: percent(2),
      budgetDown: percent(2),
      cooldownSeconds: 24 * HOUR,
      risk: 'both',
      haltClass: HALT_CLASSES.ratios,
    },
    drift: { week: percent(4), month: percent(11) },
    reason: 'a wide gap liquidates late, a narrow one liquidates who is still sound',
  },
  {
    name: 'STABILITY_FEE_MODIFIER/ETH',
    unit: 'wad/year+0.5',
    initial: percent(50.1),
    limits: {
      ...SHARED,
      min: percent(49.9),
      max: percent(50.3),
      stepUp: percent(0.05),
      stepDown: percent(0.05),
      budgetUp: percent(0.1),
      budgetDown: percent(0.1),
      cooldownSeconds: 8 * HOUR,
      risk: 'both',
      haltClass: HALT_CLASSES.rates,
    },
    drift: { week: percent(0.2), month: percent(0.2) },
    reason: 'stored with an offset of 50 %, so that −0.1 % to +0.3 % has no sign',
  },
  {
    name: 'DEBT_CEILING/ETH',
    unit: 'coin',
    initial: 50_000_000n,
    limits: {
      ...SHARED,
      min: 42_500_000n,
      max: 57_500_000n,
      stepUp: 1_000_000n,
      stepDown: 2_000_000n,
      budgetUp: 2_000_000n,
      budgetDown: 4_000_000n,
      cooldownSeconds: 12 * HOUR,
      risk: 'up',
      haltClass: HALT_CLASSES.ceilings,
    },
    drift: { week: 7_500_000n, month: 7_500_000n },
    reason: 'as the global ceiling; the lower of the two holds',
  },
];
