import { parseArgs } from 'node:util';
import { leastErrorOfFullParticipation } from '../../privacy/index.ts';
import { KINDS, mostGain, scaledNoise, TARGET } from './correlated-noise/errors.ts';
import { measuredErrors } from './correlated-noise/monte-carlo.ts';
import { trainQuadratic } from './correlated-noise/quadratic.ts';

// What correlated noise gains over independent noise at equal (ε, δ) and relation, where a unit joins every b-th round
// at most and one noise covers the sum of every round. Run it with
//
//     npm run bench:correlated-noise -- [errors|training]

const SEPARATIONS = [1, 2, 5, 10, 20];
const MEASURED_COORDINATES = 1000;
const print = (line: string) => process.stdout.write(`${line}\n`);

function printErrors(rounds: number): void {
  print(
    `\nn = ${rounds} rounds, k = n/b: deviation of the noise in a running sum, in clip norms; (…) measured over ` +
      `${MEASURED_COORDINATES} coordinates, its distance in standard errors. "every round": all units in all rounds, over b`,
  );
  print(
    '   b  noise        sensitivity       z  rms over the sums            gain (≤)       last sum                     gain (≤)',
  );
  let worst = 0;
  for (const minSeparation of SEPARATIONS) {
    const most = mostGain({ rounds, minSeparation });
    for (const kind of KINDS) {
      const noise = scaledNoise(kind, { rounds, minSeparation });
      const measured = measuredErrors(
        noise,
        MEASURED_COORDINATES,
        `errors/${rounds}/${minSeparation}/${kind}`,
      );
      worst = Math.max(worst, Math.abs(measured.rms.standardErrors), Math.abs(measured.last.standardErrors));
      const cells = (['rms', 'last'] as const).flatMap((which) => [
        `${noise[which].toFixed(2)} (${measured[which].value.toFixed(2)}, ${measured[which].standardErrors.toFixed(1)})`.padEnd(
          27,
        ),
        `${noise.gain[which].toFixed(3)} (${most[which].toFixed(3)})`.padEnd(13),
      ]);
      print(
        [
          String(minSeparation).padStart(4),
          kind.padEnd(11),
          noise.sensitivity.toFixed(3).padStart(11),
          noise.noiseMultiplier.toFixed(3).padStart(7),
          ...cells,
        ].join('  '),
      );
    }
    print(everyRoundLine(rounds, minSeparation));
  }
  print(
    `largest distance of the ${2 * KINDS.length * SEPARATIONS.length} comparisons: ${worst.toFixed(1)} standard errors`,
  );
}

/** The same units, all of them in every round under independent noise: b times the messages, noise on a b-fold sum. */
function everyRoundLine(rounds: number, minSeparation: number): string {
  const spaced = scaledNoise('independent', { rounds, minSeparation });
  const every = scaledNoise('independent', { rounds, minSeparation: 1 });
  const cells = (['rms', 'last'] as const).flatMap((which) => [
    (every[which] / minSeparation).toFixed(2).padEnd(27),
    ((minSeparation * spaced[which]) / every[which]).toFixed(3).padEnd(13),
  ]);
  const head = [String(minSeparation).padStart(4), 'every round'.padEnd(11)];
  return [
    ...head,
    every.sensitivity.toFixed(3).padStart(11),
    every.noiseMultiplier.toFixed(3).padStart(7),
    ...cells,
  ].join('  ');
}

function printFullParticipation(): void {
  print(
    '\nfull participation (b = 1): what the rms gains at most over independent noise; the last sum gains nothing',
  );
  print('      n  any factorisation  from √(2n) coordinates on');
  for (const rounds of [10, 100, 1000, 10_000]) {
    const independent = Math.sqrt((rounds * (rounds + 1)) / 2);
    print(
      [
        String(rounds).padStart(7),
        mostGain({ rounds, minSeparation: 1 }).rms.toFixed(4).padStart(17),
        (independent / leastErrorOfFullParticipation(rounds)).toFixed(4).padStart(24),
      ].join('  '),
    );
  }
}

const TRAINING = { rounds: 200, cohort: 100, dimension: 32 };
const RATES = [0.04, 0.06, 0.08, 0.12, 0.16, 0.23, 0.32];
const TUNING_SEEDS = [1, 2, 3, 4];
const SEEDS = Array.from({ length: 12 }, (_, i) => 11 + i);

function printTraining(): void {
  const { rounds, cohort, dimension } = TRAINING;
  print(
    `\nfederated quadratic, ${dimension} weights, ${cohort} of ${cohort}·b nodes a round, ${rounds} rounds: excess loss in 10⁻³ ± its ` +
      `standard error over ${SEEDS.length} seeds, at the rate of ${RATES.join(', ')} that was best on ${TUNING_SEEDS.length} others`,
  );
  print('   b  noise             z  rate  after the last round        rate  mean of the second half');
  for (const minSeparation of SEPARATIONS) {
    const reference = new Map<'last' | 'late', number>();
    for (const kind of KINDS) {
      const noise = scaledNoise(kind, { rounds, minSeparation });
      const run = (seed: number) => trainQuadratic({ ...TRAINING, minSeparation, seed }, noise, RATES);
      const [tuning, reported] = [TUNING_SEEDS.map(run), SEEDS.map(run)];
      const cells = (['last', 'late'] as const).map((which) => {
        const tuned = RATES.map((_, at) => mean(tuning.map((results) => results[at]![which])));
        const at = tuned.indexOf(Math.min(...tuned));
        const losses = reported.map((results) => results[at]![which]);
        const loss = mean(losses);
        if (kind === 'independent') reference.set(which, loss);
        const error = Math.sqrt(mean(losses.map((each) => (each - loss) ** 2)) / (losses.length - 1));
        const figure = `${(1000 * loss).toFixed(2)} ± ${(1000 * error).toFixed(2)}`;
        const ratio = `1/${((reference.get(which) ?? loss) / loss).toFixed(2)}`;
        return `${String(RATES[at]).padEnd(4)}  ${figure.padEnd(16)} ${ratio.padEnd(9)}`;
      });
      print(
        [
          String(minSeparation).padStart(4),
          kind.padEnd(11),
          noise.noiseMultiplier.toFixed(2).padStart(7),
          ...cells,
        ].join('  '),
      );
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const [asked] = parseArgs({ allowPositionals: true }).positionals;
if (asked !== undefined && asked !== 'errors' && asked !== 'training') {
  throw new RangeError(`got ${asked}, expected errors or training`);
}
print(`ε = ${TARGET.epsilon}, δ = ${TARGET.delta}, relation ${TARGET.relation}`);
if (asked !== 'training') {
  printErrors(100);
  printErrors(1000);
  printFullParticipation();
}
if (asked !== 'errors') printTraining();
