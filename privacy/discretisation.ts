/**
 * What a discrete Gaussian costs more than a continuous one of the same σ.
 *
 * In Rényi divergence (hence zCDP) nothing: Canonne, Kamath and Steinke 2020 prove it in one and in many
 * dimensions, with the L2 norm of the integer shift as sensitivity. For δ(ε) itself that is not so: in one
 * dimension the discrete δ(ε) has corners that stand above the continuous curve (a test shows one). The
 * continuous curve is therefore taken at a slightly smaller σ, where it is a proven bound:
 *
 * Let X ~ N(x, s²I) for x ∈ Zᵈ, and round X by drawing Y from the discrete Gaussian on Zᵈ that is centred at X
 * and has variance r². By Poisson summation the normaliser of that draw lies within r√2π·(1 ± η) in each
 * coordinate, η = 2·Σ_{k≥1} exp(−2π²r²k²). So the law of Y is the discrete Gaussian around x of variance
 * s² + r², up to a factor between 1/(1+η) and (1+η)/(1−η) a coordinate (the convolution of Peikert 2010,
 * Theorem 3.1). Y is made from X and fresh randomness alone, so it inherits δ(ε) of the continuous Gaussian of
 * variance s² = σ² − r², up to those factors. They hold conditionally on all that was released before, so
 * they multiply over an adaptive composition.
 *
 * With r² = 5, η < 3e-43: over 2^64 noisy coordinates in all, the factors move ε and ln δ by less than 1e-22,
 * far below what the accountant's rounding up adds. The factors of the sampler itself are smaller still
 * (`samplers/fast-discrete-gaussian.ts`).
 */

/** r², in squared grid steps. */
export const SMOOTHING_VARIANCE = 5n;

/** The least σ² of noise on the grid (σ ≥ 2^10 steps): the accountant assumes it, the mechanism enforces it. */
export const MIN_GRID_VARIANCE = 1n << 20n;
