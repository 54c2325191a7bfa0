import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { gaussianEpsilon } from '../../privacy/index.ts';
import { normalQuantile } from '../attacks/normal-quantile.ts';
import {
  auditByCanaries,
  auditByInversion,
  auditByMembership,
  auditDefaults,
  boundsPicture,
  type CanaryRow,
  CONFIDENCE,
  loadAuditMarket,
  MEMBERSHIP_ATTACKS,
  type MembershipRow,
} from '../privacy-audit/index.ts';

// What attacks prove of the real mechanisms, against what the accountant claims: canaries, membership, inversion.
//
//     node simulations/experiments/privacy-audit.ts [--quick] [--data folder] [--seed 1] [--picture file.svg]
//
// The generator's market unless a folder of recorded ones is given. The same seed gives the same figures.

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    picture: { type: 'string' },
  },
});
const seed = Number(values.seed);
const effort = values.quick
  ? { canaries: 4_000, trials: 400, defaultTrials: { once: 60, all: 24 } }
  : { canaries: 50_000, trials: 2_000, defaultTrials: { once: 400, all: 60 } };
/** Of the pool that half of a node's records are drawn from: few, so that each weighs more. */
const POOL_DAYS = 64;
/** As many as a node of the devnet has about, at the first round. */
const DEFAULT_DAYS = values.data === undefined ? 200 : 160;
const ROUNDS = 10;
/** What is often asked of membership inference. */
const ASKED_AUC = 0.55;

const print = (line: string) => process.stdout.write(`${line}\n`);
const cells = (...texts: readonly string[]) =>
  print(texts.map((text, i) => (i === 0 ? text.padEnd(24) : text.padStart(10))).join(''));
const number = (value: number, digits = 3) => (Number.isFinite(value) ? value.toFixed(digits) : '∞');

function printCanaries(rows: readonly CanaryRow[]): void {
  print(
    `\ncanaries: ${effort.canaries} with and as many without; proven ε by the Gaussian curve, of sampled records by counting;\nbroken: proven with half the noise, of sampled records with no sampling`,
  );
  cells('unit, relation', 'claimed ε', 'μ', 'proven ε', 'broken');
  for (const { unit, relation, claimed, mu, proven, provenOfBroken } of rows) {
    cells(`${unit}, ${relation}`, number(claimed, 1), number(mu), number(proven), number(provenOfBroken));
  }
}

function printMembership(title: string, rows: readonly MembershipRow[]): void {
  print(`\n${title}; proven ε by counting, of the loudest record`);
  cells('attack', 'rounds', 'claimed ε', 'AUC', 'limit', 'TPR at 1 %', 'advantage', 'proven ε');
  for (const row of rows) {
    cells(
      row.attack,
      String(row.rounds),
      number(row.claimed, 2),
      number(row.auc),
      row.aucLimit === undefined ? '–' : number(row.aucLimit),
      number(row.truePositivesAtOnePercent),
      number(row.advantage),
      number(row.proven),
    );
  }
}

const started = performance.now();
print(
  `privacy audit · seed ${seed} · ${values.data === undefined ? 'generated market' : 'recorded market'} · δ = ${TRAINING_DEFAULTS.delta} · confidence ${100 * CONFIDENCE} %`,
);
const canaries = auditByCanaries(effort.canaries, `${seed}`);
printCanaries(canaries);

const market = await loadAuditMarket(values.data, seed, POOL_DAYS);
const membership = auditByMembership(market, effort.trials, `${seed}`);
printMembership(
  `membership: one round, ${POOL_DAYS} days of which half are in, ${effort.trials} trials`,
  membership,
);

const wide = await loadAuditMarket(values.data, seed, DEFAULT_DAYS);
const defaults = [
  ...auditDefaults(wide, { rounds: 1, trials: effort.defaultTrials.once, seed: `${seed}` }),
  ...auditDefaults(wide, { rounds: ROUNDS, trials: effort.defaultTrials.all, seed: `${seed}` }),
];
printMembership(
  `membership at the devnet's defaults: ${DEFAULT_DAYS} days of which half are in, ${effort.defaultTrials.once} and ${effort.defaultTrials.all} trials`,
  defaults,
);

const mu = Math.SQRT2 * normalQuantile(ASKED_AUC);
print(
  `\nan AUC of ${ASKED_AUC} at most, against everyone: μ ≤ ${number(mu, 4)}, ε ≤ ${number(gaussianEpsilon(TRAINING_DEFAULTS.delta, mu), 4)}, z = ${number(Math.sqrt(ROUNDS * TRAINING_DEFAULTS.localSteps) / mu, 1)} for ${ROUNDS} rounds`,
);

print(`\ninversion of a node's only record, ${POOL_DAYS} records`);
cells('model, examples', 'claimed ε', 'cosine', 'error', 'guess');
for (const row of auditByInversion(market, `${seed}`)) {
  cells(
    `${row.model}, ${row.examples}`,
    number(row.claimed, 1),
    number(row.cosine),
    number(row.relativeError),
    number(row.baseline),
  );
}

if (values.picture !== undefined) {
  const of = (unit: string, relation: string) =>
    canaries.filter((row) => row.unit === unit && row.relation === relation);
  const colours = { others: '#8e44ad', gradient: '#2980b9', loss: '#7f8c8d' };
  const picture = boundsPicture(
    `What attacks prove against what is claimed, δ = ${TRAINING_DEFAULTS.delta}`,
    [
      { label: 'canaries, record training', colour: '#1b7837', points: of('record', 'add-remove') },
      {
        label: 'canaries, record training with half its noise',
        colour: '#c0392b',
        points: of('record', 'add-remove').map(({ claimed, provenOfBroken: proven }) => ({
          claimed,
          proven,
        })),
      },
      { label: 'canaries, node update, replace', colour: '#7fbf7b', points: of('node', 'replace') },
      ...MEMBERSHIP_ATTACKS.toReversed().map((attack) => ({
        label: `membership, ${attack}`,
        colour: colours[attack],
        points: membership.filter((row) => row.attack === attack),
      })),
    ],
  );
  await writeFile(values.picture, picture);
  print(`\n${fileURLToPath(new URL(values.picture, `file://${process.cwd()}/`))}`);
}
print(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
const broken = [...canaries, ...membership, ...defaults].filter(({ claimed, proven }) => proven > claimed);
for (const row of broken) print(`BROKEN: ${JSON.stringify(row)}`);
process.exitCode = broken.length === 0 ? 0 : 1;
