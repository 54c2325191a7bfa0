import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import {
  discreteGaussian,
  discreteLaplace,
  fastDiscreteGaussian,
  type Rational,
} from '../../privacy/index.ts';
import {
  checkSampler,
  SAMPLER_TESTS,
  type SamplerCheck,
} from '../../privacy/samplers/check/check-sampler.ts';
import {
  discreteGaussianLaw,
  discreteLaplaceLaw,
  type IntegerLaw,
} from '../../privacy/samplers/check/law.ts';
import type { RandomBytes } from '../../protocol/random.ts';

// How fast the noise is drawn, beside a plain Box–Muller loop in the same run; and whether it has its law:
//
//     node simulations/experiments/noise-bench.ts
//     node simulations/experiments/noise-bench.ts --draws 1e7 --check

const SCALES: readonly { readonly name: string; readonly scale: Rational }[] = [
  { name: '0.3', scale: { numerator: 3n, denominator: 10n } },
  ...[1n, 3n, 10n, 100n, 1000n, 10_000n, 100_000n].map((numerator) => ({
    name: `${numerator}`,
    scale: { numerator, denominator: 1n },
  })),
];

/** The least p-value that passes, of every test of the family. */
const LEAST_P_VALUE = 1e-6;

type Sampler = {
  readonly name: string;
  readonly open: (scale: Rational, random: RandomBytes) => () => number;
  readonly law: (scale: number) => IntegerLaw;
};

const square = ({ numerator, denominator }: Rational): Rational => ({
  numerator: numerator * numerator,
  denominator: denominator * denominator,
});

const SAMPLERS: readonly Sampler[] = [
  {
    name: 'fast',
    open: (scale, random) => fastDiscreteGaussian(square(scale), random),
    law: (scale) => discreteGaussianLaw(scale * scale),
  },
  {
    name: 'exact',
    open: (scale, random) => discreteGaussian(square(scale), random),
    law: (scale) => discreteGaussianLaw(scale * scale),
  },
  { name: 'laplace', open: discreteLaplace, law: discreteLaplaceLaw },
];

const doubleOf = ({ numerator, denominator }: Rational) => Number(numerator) / Number(denominator);
const print = (line: string) => process.stdout.write(`${line}\n`);

/** Bytes that cost nothing: the same chunk again and again. */
function storedBytes(): RandomBytes {
  const chunk = randomBytes(8192);
  return () => chunk;
}

/** A plain Gaussian by Box and Muller (1958), two draws of 53 bits for two values. */
function boxMuller(sigma: number, random: RandomBytes): () => number {
  let words: Uint32Array = new Uint32Array(0);
  let at = 0;
  const uniform = () => {
    if (at === words.length) {
      const bytes = random(8192);
      words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      at = 0;
    }
    const value = (words[at]! >>> 5) * 2 ** 26 + (words[at + 1]! >>> 6);
    at += 2;
    return (value + 0.5) * 2 ** -53;
  };
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = sigma * Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Draws in a second of processor time, which other work on the machine does not take: the best of three turns. */
function rateOf(draw: () => number, draws: number): number {
  let sink = 0;
  const turn = (count: number) => {
    const started = process.cpuUsage();
    for (let i = 0; i < count; i++) sink += draw();
    const { user, system } = process.cpuUsage(started);
    return count / ((user + system) / 1e6);
  };
  turn(Math.ceil(draws / 4));
  const best = Math.max(turn(draws), turn(draws), turn(draws));
  if (!Number.isFinite(sink)) throw new Error('the draws do not add up');
  return best;
}

function bench(draws: number): void {
  const millions = (rate: number) => (rate / 1e6).toFixed(2).padStart(8);
  const plain = rateOf(boxMuller(1000, randomBytes), draws);
  const plainAlone = rateOf(boxMuller(1000, storedBytes()), draws);
  print('million draws a second on one core; in brackets without the time of the random bytes');
  print(`Box–Muller, doubles  ${millions(plain)} (${millions(plainAlone)})`);
  print('σ in steps     fast                  of Box–Muller   exact                 table, ms');
  for (const { name, scale } of SCALES) {
    const [fast, exact] = [SAMPLERS[0], SAMPLERS[1]];
    if (fast === undefined || exact === undefined) return;
    const started = performance.now();
    const opened = fast.open(scale, randomBytes);
    const table = performance.now() - started;
    const whole = rateOf(opened, draws);
    const alone = rateOf(fast.open(scale, storedBytes()), draws);
    const slow = rateOf(exact.open(scale, randomBytes), Math.ceil(draws / 20));
    const slowAlone = rateOf(exact.open(scale, storedBytes()), Math.ceil(draws / 20));
    print(
      `${name.padEnd(12)} ${millions(whole)} (${millions(alone)})   ${(whole / plain).toFixed(2).padStart(6)}         ${millions(slow)} (${millions(slowAlone)})   ${table.toFixed(1).padStart(6)}`,
    );
  }
}

/** @returns whether every p-value is large enough. */
function check(draws: number, samplers: readonly Sampler[]): boolean {
  const family = samplers.length * SCALES.length * SAMPLER_TESTS.length;
  print(`${draws} draws each; ${family} p-values, the least that passes is ${LEAST_P_VALUE}:`);
  print(`sound samplers fail with a probability of at most ${(family * LEAST_P_VALUE).toExponential(1)}`);
  print(`sampler  scale     ${SAMPLER_TESTS.map((test) => test.padEnd(18)).join('')}`);
  let least = 1;
  for (const sampler of samplers) {
    for (const { name, scale } of SCALES) {
      const found: SamplerCheck = checkSampler(
        sampler.open(scale, randomBytes),
        sampler.law(doubleOf(scale)),
        draws,
      );
      const values = SAMPLER_TESTS.map((test) => found[test]);
      least = Math.min(least, ...values);
      const shown = values.map((p) => (p < 1e-3 ? p.toExponential(1) : p.toFixed(4)).padEnd(18));
      print(`${sampler.name.padEnd(8)} ${name.padEnd(9)} ${shown.join('')}`);
    }
  }
  const passed = least >= LEAST_P_VALUE;
  print(`least p-value ${least.toExponential(2)}: ${passed ? 'passed' : 'FAILED'}`);
  return passed;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      draws: { type: 'string', default: '4e6' },
      check: { type: 'boolean', default: false },
      samplers: { type: 'string', default: SAMPLERS.map(({ name }) => name).join(',') },
    },
  });
  const draws = Number(values.draws);
  if (!Number.isSafeInteger(draws) || draws < 1000) {
    throw new Error(`--draws: got ${values.draws}, expected an integer from 1000`);
  }
  if (!values.check) {
    bench(draws);
    return;
  }
  const chosen = values.samplers.split(',');
  if (
    !check(
      draws,
      SAMPLERS.filter(({ name }) => chosen.includes(name)),
    )
  )
    process.exitCode = 1;
}

main();
