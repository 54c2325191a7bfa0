/** Prints every figure of docs/privacy.md: `node privacy/test/figures.ts`. */
import { randomBytes } from 'node:crypto';
import {
  discreteGaussian,
  expectedNoiseToSignal,
  formatGuarantee,
  gaussianEpsilon,
  gaussianMu,
  noiseMultiplierFor,
} from '../index.ts';
import { PUBLISHED_EPSILONS } from './references.ts';

const delta = 1e-5;

console.log(
  'noise multiplier for a target (replace, δ = 1e-5), and noise on the mean against the clip norm, d = 100',
);
console.log('  ε    sums   z        record, 365 records   node, 10 nodes   node, 50 nodes');
for (const epsilon of [8, 2]) {
  for (const releases of [10, 100, 300]) {
    const noiseMultiplier = noiseMultiplierFor({ epsilon, delta, releases, relation: 'replace' });
    const ratio = (count: number, draws: number) =>
      expectedNoiseToSignal({ noiseMultiplier, dimension: 100, count, draws }).toFixed(2);
    console.log(
      `  ${epsilon}    ${String(releases).padEnd(5)}  ${noiseMultiplier.toFixed(3).padEnd(8)} ${ratio(365, 1).padEnd(21)} ${ratio(10, 10).padEnd(16)} ${ratio(50, 50)}`,
    );
  }
}

console.log('\nwhat a budget for one record means for a group of k records (μ becomes k·μ)');
for (const epsilon of [8, 2]) {
  const mu = gaussianMu(epsilon, delta);
  const groups = [1, 2, 8, 32].map((k) => `k = ${k}: ${gaussianEpsilon(delta, k * mu).toFixed(2)}`);
  console.log(`  ε = ${epsilon}:  ${groups.join(',  ')}`);
}

const largest = Math.max(
  ...PUBLISHED_EPSILONS.map(([sigma, steps, d, epsilon]) =>
    Math.abs(gaussianEpsilon(d, Math.sqrt(steps) / sigma) - epsilon),
  ),
);
console.log(
  `\npublished plain Gaussians: ${PUBLISHED_EPSILONS.length}, largest difference in ε ${largest.toExponential(1)}`,
);

const bits = 18n;
const sample = discreteGaussian({ numerator: 1n << (2n * bits), denominator: 1n }, randomBytes);
for (let i = 0; i < 20_000; i++) sample();
const draws = 300_000;
const start = performance.now();
for (let i = 0; i < draws; i++) sample();
const rate = draws / ((performance.now() - start) / 1000);
console.log(
  `discrete Gaussian, σ = 2^${bits} steps: ${Math.round(rate / 1000)} thousand draws a second on this machine`,
);

console.log(
  `\nwithout noise: ${formatGuarantee({ unit: 'none', relation: 'replace' }, { epsilon: Infinity, delta: 0 })}`,
);
