/** Figures of others that these accountants are held to without the collection they come from. */

/**
 * ε of T rounds of a Poisson-sampled Gaussian under add-remove: σ, q, T, δ, exact RDP over Opacus' orders, PLD.
 * RDP by the signed series in 40-digit arithmetic, confirmed by quadrature; PLD by dp-accounting on a grid of 1e-4.
 */
export const SAMPLED_EPSILONS = [
  [1, 1, 10, 1e-5, 19.05359753163139, 17.85658683146691],
  [1, 0.5, 100, 1e-5, 42.86520221183801, 39.975002690735984],
  [2, 0.2, 100, 1e-5, 5.496204958476391, 5.023179789473423],
  [0.7, 0.1, 100, 1e-5, 16.41970882019011, 14.592362367203107],
  [0.8, 0.05, 500, 1e-5, 13.335287708728467, 12.035247952825104],
  [1.1, 0.01, 10_000, 1e-5, 5.631992368681801, 5.192620123878041],
  [1.3, 0.0025, 6000, 1e-5, 0.7242234026105997, 0.6401109264445614],
] as const;

/**
 * ε of one node at σ = 1.1 and δ = 1e-5 under add-remove, Poisson rate q, after 1, 10, 50 and 100 rounds, to three
 * digits from a numerical accountant, and the ε after 50 rounds of an RDP accountant with integer orders only.
 */
export const PARTICIPATION = [
  [1, [3.92, 15.8, 47.3, 79.3], 51.5],
  [0.8, [3.66, 13.3, 36.9, 60.0], 40.1],
  [0.5, [3.1, 9.08, 22.2, 34.3], 24.1],
  [0.2, [2.06, 4.22, 8.61, 12.4], 9.58],
  [0.1, [1.36, 2.35, 4.31, 5.93], 4.92],
  [0.01, [0.14, 0.27, 0.44, 0.56], 0.9],
] as const;
export const PARTICIPATION_ROUNDS = [1, 10, 50, 100] as const;
