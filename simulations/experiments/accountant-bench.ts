import { parseArgs } from 'node:util';
import {
  createPldAccountant,
  createRdpAccountant,
  gaussianEpsilon,
  type PrivacyEvent,
} from '../../privacy/index.ts';

// What the accountants of privacy losses and of Rényi divergences take and answer for T Gaussian sums over Poisson
// samples, with the gap of the first to its own lower bound:
//
//     node simulations/experiments/accountant-bench.ts --noise 1 --delta 1e-5

const ROUNDS = [1, 100, 10_000, 100_000];
const RATES = [1, 0.1, 0.01];

function timed<T>(act: () => T): { readonly value: T; readonly milliseconds: number } {
  const started = performance.now();
  const value = act();
  return { value, milliseconds: performance.now() - started };
}

const { values } = parseArgs({
  options: {
    noise: { type: 'string', default: '1' },
    delta: { type: 'string', default: '1e-5' },
    repeats: { type: 'string', default: '3' },
  },
});
const [noiseMultiplier, delta, repeats] = [
  Number(values.noise),
  Number(values.delta),
  Number(values.repeats),
];
const print = (line: string) => process.stdout.write(`${line}\n`);

/** The fastest of the repeats, each with an accountant of its own. */
function fastest(act: () => number): { readonly value: number; readonly milliseconds: number } {
  const runs = Array.from({ length: repeats }, () => timed(act));
  return runs.reduce((best, run) => (run.milliseconds < best.milliseconds ? run : best));
}

function eventOf(rate: number): PrivacyEvent {
  const event: PrivacyEvent = { kind: 'gaussian', noiseMultiplier };
  return rate === 1 ? event : { kind: 'poisson-sampled', rate, event };
}

print(`noise multiplier ${noiseMultiplier}, δ = ${delta}, add-remove; the fastest of ${repeats} runs`);
print('q      T        ε (PLD)       gap, relative   PLD ms    ε (RDP)       RDP ms    RDP/PLD ε   exact ε');
for (const rate of RATES) {
  for (const times of ROUNDS) {
    const event = eventOf(rate);
    const composed = fastest(() => {
      const accountant = createPldAccountant('add-remove');
      accountant.compose(event, times);
      return accountant.epsilon(delta);
    });
    const rdp = fastest(() => {
      const accountant = createRdpAccountant('add-remove');
      accountant.compose(event, times);
      return accountant.epsilon(delta);
    });
    const measured = createPldAccountant('add-remove');
    measured.compose(event, times);
    const gap = measured.errorBound(delta) / composed.value;
    const exact = rate === 1 ? gaussianEpsilon(delta, Math.sqrt(times) / noiseMultiplier).toFixed(6) : '-';
    print(
      [
        String(rate).padEnd(6),
        String(times).padEnd(8),
        composed.value.toFixed(6).padEnd(13),
        gap.toExponential(1).padEnd(15),
        composed.milliseconds.toFixed(1).padEnd(9),
        rdp.value.toFixed(6).padEnd(13),
        rdp.milliseconds.toFixed(1).padEnd(9),
        (rdp.value / composed.value).toFixed(4).padEnd(11),
        exact,
      ].join(' '),
    );
  }
}
