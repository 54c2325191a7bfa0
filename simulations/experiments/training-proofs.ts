import { parseArgs } from 'node:util';
import {
  type AuditCase,
  decodeOpening,
  detectionProbability,
  encodeOpening,
  openTrajectory,
  runTrajectory,
  stepDeviation,
  trajectoryCommitment,
  verifyOpening,
} from '../../coordinator/index.ts';
import { createDataClock, generateMarket, generateVenue } from '../../node/data/index.ts';
import { createModel, genesisOf, type ModelSpec } from '../../node/models/index.ts';
import {
  auditedSteps,
  createEngine,
  defaultModelSpec,
  ENGINE_NAMES,
  type LocalTrainingOptions,
  TRAINING_DEFAULTS,
} from '../../node/training/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { nodeSigner } from '../../protocol/ed25519.ts';
import { weightsDigest } from '../../protocol/vectors.ts';

// What a proof of training costs, how far other engines are from the plain one, and how probably a forged step is found.
//
//     node simulations/experiments/training-proofs.ts --steps 16 --challenged 4
//
// Times are the fastest of 20. Engines that are not installed are left out. A deviation is that of `stepDeviation`, the largest of all steps.

const print = (line: string) => process.stdout.write(`${line}\n`);
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '16' },
    challenged: { type: 'string', default: '4' },
  },
});
const options = { steps: Number(values.steps), challenged: Number(values.challenged) };
const feed = generateVenue(1, 0);
const market = generateMarket(1, 0);
const clock = createDataClock(feed, { rounds: 10 });
const linear = defaultModelSpec({ feed, market, fitting: clock.fitting });
const { peg } = linear.heads;
const mlp: ModelSpec = { ...linear, heads: { ...linear.heads, peg: { ...peg, kind: 'mlp', hidden: 8 } } };
const training: LocalTrainingOptions = {
  unit: 'none',
  localSteps: 1,
  learningRate: TRAINING_DEFAULTS.learningRate,
  recordClipNorm: TRAINING_DEFAULTS.recordClipNorm,
  noiseMultiplier: 0,
  gridBits: 20,
  nominalRecords: 1,
};
const owner = { node: nodeSigner(new Uint8Array(32).fill(9)).nodeId, beacon: digestOf('bench/beacon', 1) };
const challenge = digestOf('bench/beacon', 2);

for (const [name, spec] of Object.entries({ linear, mlp })) {
  const model = createModel(spec);
  const genesis = genesisOf(model);
  const plain = auditedSteps(model, { feed, market }, training)(clock.training(1));
  const times = { train: Infinity, check: Infinity };
  let bytes = new Uint8Array();
  for (let repeat = 0; repeat < 20; repeat++) {
    const begun = performance.now();
    const trajectory = runTrajectory(genesis, owner, options, plain);
    const given: AuditCase = {
      owner,
      commitment: trajectoryCommitment(trajectory),
      base: weightsDigest(genesis),
      challenge,
    };
    bytes = Uint8Array.from(encodeOpening(openTrajectory(trajectory, owner, challenge, options)));
    times.train = Math.min(times.train, performance.now() - begun);
    const checking = performance.now();
    verifyOpening(decodeOpening(bytes, model.size, options), given, options, plain, 0);
    times.check = Math.min(times.check, performance.now() - checking);
  }
  print(
    `${name}, ${model.size} weights: ${options.steps} steps and commitment ${times.train.toFixed(1)} ms, ` +
      `opening ${bytes.length} bytes, checking ${options.challenged} steps ${times.check.toFixed(1)} ms`,
  );
  const { checkpoints, seeds } = runTrajectory(genesis, owner, options, plain);
  for (const engineName of ENGINE_NAMES) {
    const engine = await createEngine(engineName).catch(() => undefined);
    if (engine === undefined) continue;
    const step = auditedSteps(model, { feed, market }, training, engine)(clock.training(1));
    const deviations = seeds.map((seed, i) => {
      const [from, to] = [checkpoints[i] ?? genesis, checkpoints[i + 1] ?? genesis];
      return stepDeviation(from, step(from, seed, i), to);
    });
    print(`  ${engineName}: deviation ${Math.max(...deviations).toExponential(1)}`);
  }
}

print(
  `\nforged of ${options.steps}, ${options.challenged} challenged: found with probability, and 1 - (1-p)^k`,
);
for (let forged = 1; forged <= options.steps; forged *= 2) {
  const law = 1 - (1 - forged / options.steps) ** options.challenged;
  print(`  ${forged}: ${detectionProbability(forged, options).toFixed(4)}  ${law.toFixed(4)}`);
}
