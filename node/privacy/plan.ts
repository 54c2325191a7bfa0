/** What more rounds would take. */
export type Plan = {
  readonly rounds: number;
  /** ε after them at the present noise, by the accountant that the ledger charges by. */
  readonly epsilon: number | null;
  readonly fits: boolean;
  /** The noise multiplier with which they stay within the budget; null where none does. */
  readonly noiseMultiplier: number | null;
};
