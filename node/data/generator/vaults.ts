import type { Position } from '../../features/library/index.ts';
import type { Prng } from '../prng.ts';

/** A loan: units of one collateral against debt in coins. */
type Vault = {
  readonly collateral: number;
  units: number;
  debt: number;
  /** The ratio that its owner comes back to, and the chance per calm hour that the owner looks. */
  target: number;
  attention: number;
};

/** Liquidation ratio of each collateral in turn: what the reference core begins with, and stricter for the wilder. */
const LIQUIDATION_RATIOS = [1.3, 1.35, 1.4, 1.45, 1.5] as const;
/** Collateral sold for each coin of debt that is cleared. */
const SEIZED = 1.13;

/** What an hour did to the loans, in coins; `seized` is money of collateral. */
export type VaultHour = {
  liquidated: number;
  seized: number;
  minted: number;
  burnt: number;
  deposited: number;
};

/**
 * The loans of one protocol. Owners look now and then, less often when it matters most (a chain is full, a night is
 * long): one near its liquidation ratio pays back or tops up, one far above draws more. A loan below its ratio is sold
 * at the oracle's price, most within hours; another begins in its place later.
 */
export function createVaults(prng: Prng, prices: readonly number[], count: number) {
  const draw = (): Vault => {
    const collateral = Math.min(prices.length - 1, Math.floor(prices.length * prng.uniform() ** 1.6));
    const ratio = liquidationRatioOf(collateral);
    const target = ratio * (1.12 + Math.min(4, prng.pareto(0.1, 1.1)));
    const debt = Math.min(5e6, prng.pareto(2e4, 1.1));
    return { collateral, units: 0, debt, target, attention: 1 / prng.between(8, 400) };
  };
  const vaults = Array.from({ length: count }, draw);
  for (const vault of vaults) vault.units = (vault.debt * vault.target) / prices[vault.collateral]!;

  const step = (now: readonly number[], stressed: boolean, flow: number): VaultHour => {
    const hour: VaultHour = { liquidated: 0, seized: 0, minted: 0, burnt: 0, deposited: 0 };
    for (const [i, vault] of vaults.entries()) {
      const price = now[vault.collateral]!;
      if (vault.debt === 0) {
        if (prng.uniform() > (stressed ? 1 / 400 : 1 / 120)) continue;
        const fresh = draw();
        vaults[i] = { ...fresh, units: (fresh.debt * fresh.target) / now[fresh.collateral]! };
        hour.minted += fresh.debt;
        hour.deposited += fresh.debt * fresh.target;
        continue;
      }
      const least = liquidationRatioOf(vault.collateral);
      const ratio = (vault.units * price) / vault.debt;
      if (ratio < least) {
        if (prng.uniform() > 0.6) continue;
        hour.liquidated += vault.debt;
        hour.burnt += vault.debt;
        hour.seized += Math.min(vault.units * price, SEIZED * vault.debt);
        vault.debt = 0;
        vault.units = 0;
        continue;
      }
      if (prng.uniform() < vault.attention * (stressed ? 0.6 : 1)) {
        if (ratio < 1 + 0.6 * (vault.target - 1) || ratio < least * 1.06) {
          const owed = vault.debt - (vault.units * price) / vault.target;
          if (prng.uniform() < 0.6) {
            vault.debt -= owed;
            hour.burnt += owed;
          } else {
            const added = owed * vault.target;
            vault.units += added / price;
            hour.deposited += added;
          }
        } else if (ratio > vault.target * 1.3) {
          const drawn = (vault.units * price) / vault.target - vault.debt;
          vault.debt += drawn;
          hour.minted += drawn;
        }
      }
      // What holders of the coin bring back, or ask for, shared out by debt.
      const move = vault.debt * flow;
      if (move < 0) {
        vault.debt += move;
        hour.burnt -= move;
      } else if ((vault.units * price) / (vault.debt + move) > least * 1.05) {
        vault.debt += move;
        hour.minted += move;
      }
    }
    return hour;
  };

  return {
    step,
    /** Coins that are owed in all. */
    debt: () => vaults.reduce((sum, { debt }) => sum + debt, 0),
    /** Money and debt of a collateral. */
    totals: (now: readonly number[]) =>
      now.map((price, k) => {
        const own = vaults.filter(({ collateral }) => collateral === k);
        return {
          value: own.reduce((sum, { units }) => sum + units * price, 0),
          debt: own.reduce((sum, { debt }) => sum + debt, 0),
        };
      }),
    positions: (now: readonly number[]): Position[] =>
      vaults.flatMap(({ collateral, units, debt }) =>
        debt === 0
          ? []
          : [
              {
                collateralValue: units * now[collateral]!,
                debt,
                liquidationRatio: liquidationRatioOf(collateral),
              },
            ],
      ),
  };
}

function liquidationRatioOf(collateral: number): number {
  return LIQUIDATION_RATIOS[collateral] ?? 1.5;
}
