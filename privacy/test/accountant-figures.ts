/** Prints every figure of docs/accountants.md, and composes the whole grid: `node privacy/test/accountant-figures.ts`. */
import { createAccountant } from '../accountants/create.ts';
import { createPldAccountant } from '../accountants/pld/index.ts';
import { DEFAULT_ORDERS, OPACUS_ORDERS } from '../accountants/rdp/orders.ts';
import { calibrateNoise, mostRounds } from '../calibration.ts';
import type { PrivacyRelation } from '../events.ts';
import type { PrivacyEvent } from '../privacy-event.ts';
import { PARTICIPATION, SAMPLED_EPSILONS } from './published-epsilons.ts';
import { charged, gaussian, limitEpsilon, sampled, sharedVectors } from './vector-support.ts';

const delta = 1e-5;

console.log('ε at σ = 1.1, δ = 1e-5, Poisson rate q, add-remove');
console.log('  q      T     rdp       pld       unsampled');
for (const [rate] of PARTICIPATION) {
  for (const rounds of [1, 50, 1000]) {
    const event = sampled(rate, gaussian(1.1));
    const [rdp, pld] = (['rdp', 'pld'] as const).map((name) =>
      charged(name, event, rounds).epsilon(delta).toFixed(3),
    );
    const full = charged('gaussian', gaussian(1.1), rounds).epsilon(delta).toFixed(3);
    console.log(
      `  ${String(rate).padEnd(6)} ${String(rounds).padEnd(5)} ${rdp?.padEnd(9)} ${pld?.padEnd(9)} ${full}`,
    );
  }
}

console.log('\nthe same mechanism under three promises, z = 4, rate 0.1, 100 rounds, δ = 1e-5');
const fixedSize: PrivacyEvent = {
  kind: 'fixed-size-sampled',
  size: 100,
  population: 1000,
  event: gaussian(4),
};
for (const [words, event, relation, names] of [
  ['Poisson, add-remove', sampled(0.1, gaussian(4)), 'add-remove', ['rdp', 'pld']],
  ['Poisson, replace', sampled(0.1, gaussian(4)), 'replace', ['rdp', 'pld']],
  ['fixed size, replace', fixedSize, 'replace', ['rdp']],
  ['nobody is left out, replace', gaussian(4), 'replace', ['rdp', 'pld', 'gaussian']],
] as readonly [string, PrivacyEvent, PrivacyRelation, readonly ('rdp' | 'pld' | 'gaussian')[]][]) {
  const figures = names.map(
    (name) => `${name} ${charged(name, event, 100, relation).epsilon(delta).toFixed(3)}`,
  );
  console.log(`  ${words.padEnd(28)} ${figures.join('   ')}`);
}

console.log('\nnoise multiplier for ε = 8 at δ = 1e-5, and rounds at z = 1.1 within ε = 10');
for (const name of ['rdp', 'pld'] as const) {
  const accountant = () => createAccountant(name, 'add-remove');
  const started = performance.now();
  const noise = calibrateNoise({
    event: (z) => ({ kind: 'repeated', times: 2250, event: sampled(0.04, gaussian(z)) }),
    accountant,
    epsilon: 8,
    delta,
  });
  const rounds = mostRounds({ event: sampled(0.1, gaussian(1.1)), accountant, epsilon: 10, delta });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `  ${name}: z = ${noise.toFixed(4)} (q = 0.04, T = 2250), ${rounds} rounds (q = 0.1), ${seconds} s`,
  );
}

console.log('\nfixed size against a known pair of data sets (all others at −C), 100 rounds, RDP');
const ratios: number[] = [];
for (const [population, size] of [
  [100, 1],
  [100, 10],
  [1000, 200],
] as const) {
  for (const z of [1, 2, 4, 10]) {
    const event: PrivacyEvent = { kind: 'fixed-size-sampled', population, size, event: gaussian(z) };
    const pair = charged('rdp', sampled(size / population, gaussian(z / 2)), 100).epsilon(delta);
    ratios.push(charged('rdp', event, 100, 'replace').epsilon(delta) / pair);
  }
}
console.log(
  `  ε above the pair's by a factor of ${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`,
);

console.log('\nwhat the central limit says at σ = 1.5, q = 0.04, T = 2249, and PLD');
console.log(
  `  ${limitEpsilon(1.5, 0.04, 2249, delta).toFixed(2)}, ${charged('pld', sampled(0.04, gaussian(1.5)), 2249)
    .epsilon(delta)
    .toFixed(2)}`,
);

console.log(
  `\n${DEFAULT_ORDERS.length} orders; time of RDP for a mechanism it has not seen, then for another number of rounds`,
);
for (const [words, event, relation] of [
  ['Poisson, q = 0.03', sampled(0.03, gaussian(1.23)), 'add-remove'],
  ['fixed size, 37 of 1000', { ...fixedSize, size: 37 } as PrivacyEvent, 'replace'],
] as readonly [string, PrivacyEvent, PrivacyRelation][]) {
  const times = [100, 200].map((rounds) => {
    const started = performance.now();
    charged('rdp', event, rounds, relation).epsilon(delta);
    return `${(performance.now() - started).toFixed(1)} ms`;
  });
  console.log(`  ${words}: ${times.join(', ')}`);
}

console.log('\nlargest relative differences from published figures');
let [ofRdp, ofPld] = [0, 0];
for (const [sigma, rate, steps, d, rdp, pld] of SAMPLED_EPSILONS) {
  const own = createAccountant('rdp', 'add-remove', { orders: OPACUS_ORDERS });
  own.compose(sampled(rate, gaussian(sigma)), steps);
  ofRdp = Math.max(ofRdp, Math.abs(own.epsilon(d) / rdp - 1));
  ofPld = Math.max(
    ofPld,
    Math.abs(charged('pld', sampled(rate, gaussian(sigma)), steps).epsilon(d) / pld - 1),
  );
}
console.log(
  `  ${SAMPLED_EPSILONS.length} of our own copy: RDP ${ofRdp.toExponential(1)}, PLD ${ofPld.toExponential(1)}`,
);

type Row = {
  readonly noise_multiplier: number;
  readonly q: number;
  readonly steps: number;
  readonly delta: number;
  readonly dpacc_pld: number;
};
const shared = sharedVectors('accountant-grid.json') as { readonly grid: readonly Row[] } | undefined;
let [furthest, below] = [0, 0];
for (const row of shared?.grid ?? []) {
  const accountant = createPldAccountant('add-remove');
  accountant.compose(sampled(row.q, gaussian(row.noise_multiplier)), row.steps);
  const { lower, upper } = accountant.epsilonBounds(row.delta);
  furthest = Math.max(furthest, Math.abs(upper / row.dpacc_pld - 1));
  below = Math.max(below, lower / row.dpacc_pld - 1);
}
if (shared === undefined) console.log('  the collected grid is not beside this checkout');
else {
  console.log(
    `  PLD of the ${shared.grid.length} rows of the grid: ${furthest.toExponential(1)}; our lower bound above theirs by ${below.toExponential(1)}`,
  );
  if (furthest > 0.005 || below > 0) throw new Error('a row of the grid is missed');
}
