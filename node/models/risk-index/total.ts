import { clamp, requireShares } from './components.ts';

/** What the total risk is made of. */
export const RISK_COMPONENTS = [
  'market',
  'collateral',
  'liquidity',
  'governance',
  'oracle',
  'contagion',
] as const;
type RiskComponent = (typeof RISK_COMPONENTS)[number];

/** One number a component. */
type ByComponent = Readonly<Record<RiskComponent, number>>;

/** Shares of one, published with a version, are whole millionths: a contract adds them up to the same total. */
const SHARE_UNIT = 1_000_000;

/**
 * Total risk, 0 to 100: 100 · Σ α · risk.
 *
 * @param components each 0 to 1; what is no number counts as 1.
 * @param millionths α in millionths, whole, none below zero, {@link SHARE_UNIT} in all.
 * @throws BallastError `RISK_NUMBERS`.
 */
export function totalRisk(components: ByComponent, millionths: ByComponent): number {
  const shares = RISK_COMPONENTS.map((name) =>
    Number.isSafeInteger(millionths[name]) ? millionths[name] / SHARE_UNIT : Number.NaN,
  );
  requireShares(shares);
  return 100 * RISK_COMPONENTS.reduce((sum, name, i) => sum + (shares[i] ?? 0) * clamp(components[name]), 0);
}
