/**
 * What every npm script calls: `node scripts/launch.js start|test|build|lint|contracts …arguments`.
 *
 * Plain JavaScript, because the Node.js that calls it may be too old for the rest. It sees to Node 24 and to
 * the packages of the lock, then hands over. With everything in place that costs one hash and no npm.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOver } from './launch/child.js';
import { misplacedFlags } from './launch/flags.js';
import { ensurePackages } from './launch/packages.js';
import { Stop, say } from './launch/say.js';
import { ensureNode } from './launch/toolchain.js';

const COMMANDS = {
  start: ['bin/ballast.js', 'devnet'],
  test: ['scripts/test.ts'],
  build: ['scripts/build.ts'],
  lint: ['scripts/lint.ts'],
  'package:check': ['scripts/package-check.ts'],
  'check:containers': ['scripts/check-containers.ts'],
  architecture: ['scripts/architecture.ts'],
  messages: ['scripts/messages.ts'],
  contracts: ['scripts/contracts.ts'],
  kernels: ['scripts/kernels.ts'],
  dashboard: ['scripts/dashboard.ts'],
  grafana: ['scripts/grafana.ts'],
  mutants: ['test/mutation/run.ts'],
  'mutants:contracts': ['test/mutation/contracts/run.ts'],
  'prove:contracts': ['scripts/prove-contracts.ts'],
  'coverage:contracts': ['scripts/contract-coverage.ts'],
  model: ['scripts/model.ts'],
  soak: ['simulations/experiments/soak.ts'],
  fuzz: ['simulations/experiments/fuzz.ts'],
  'fuzz:data': ['scripts/fuzz-data.ts'],
  'soak:partition': ['simulations/experiments/soak-partition.ts'],
  'soak:mutants': ['simulations/test/mutants/soak-mutants.ts'],
  'soak:kill': ['simulations/experiments/soak-kill.ts'],
  'drill:halt': ['scripts/halt-drill.ts'],
  'bench:drift': ['scripts/drift.ts'],
  'bench:aggregation': ['simulations/experiments/aggregation-bench.ts'],
  'bench:compression': ['simulations/experiments/compression.ts'],
  'bench:api': ['node/test/load/api-bench.ts'],
  'bench:metrics': ['node/test/load/metrics-bench.ts'],
  'bench:flood': ['node/test/load/flood-bench.ts'],
  'bench:catch-up': ['simulations/experiments/catch-up-bench.ts'],
  'bench:screen': ['simulations/experiments/update-screen.ts'],
  'bench:gas': ['scripts/contract-gas.ts'],
  'bench:scale': ['simulations/experiments/scale.ts'],
  'bench:verify': ['simulations/experiments/verify-bench.ts'],
  'bench:risk': ['simulations/experiments/risk-federation.ts'],
  'bench:moments': ['simulations/experiments/market-moments.ts'],
  'bench:robust-rules': ['simulations/experiments/robust-rules.ts'],
  'bench:robustness': ['simulations/experiments/robustness.ts'],
  'bench:peg': ['simulations/experiments/peg-federation.ts'],
  'bench:peg-horizons': ['simulations/experiments/peg-horizons.ts'],
  'study:federation': ['simulations/experiments/federation-value.ts'],
  'bench:noise': ['simulations/experiments/noise-bench.ts'],
  'bench:accountants': ['simulations/experiments/accountant-bench.ts'],
  'bench:correlated-noise': ['simulations/experiments/correlated-noise.ts'],
  'bench:features': ['simulations/experiments/features-bench.ts'],
  'bench:training': ['simulations/experiments/record-gradients-bench.ts'],
  'bench:engines': ['simulations/experiments/training-engines.ts'],
  'bench:assessor': ['simulations/experiments/risk-assessor.ts'],
  'bench:trees': ['simulations/experiments/tree-ensembles.ts'],
  'bench:lstm': ['simulations/experiments/peg-lstm.ts'],
  'bench:personal': ['simulations/experiments/personal-heads.ts'],
  'bench:training-proofs': ['simulations/experiments/training-proofs.ts'],
  'bench:privacy-audit': ['simulations/experiments/privacy-audit.ts'],
};

/** Commands whose nodes serve the page; it is not committed, and making it takes a sixth of a second. */
const NEEDS_DASHBOARD = new Set(['start', 'test']);

async function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const [command, ...rest] = process.argv.slice(2);
  const target = Object.hasOwn(COMMANDS, command ?? '') ? COMMANDS[command] : undefined;
  if (target === undefined) {
    throw new Stop(`unknown command ${command ?? '(none)'}: expected ${Object.keys(COMMANDS).join(', ')}`);
  }
  const misplaced = misplacedFlags(command, rest, process.env);
  if (misplaced !== undefined) throw new Stop(misplaced);

  const node = await ensureNode(root);
  await ensurePackages(root, node);

  if (NEEDS_DASHBOARD.has(command)) bundleDashboard(root, node);

  const { PATH, NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'node') } = process.env;
  const env = {
    ...process.env,
    PATH: [dirname(node), join(root, 'node_modules', '.bin'), PATH].filter(Boolean).join(':'),
    // Keyed by content. A third of the start of each of a devnet's many processes is compiling the same packages.
    NODE_COMPILE_CACHE,
  };
  const [entry, ...leading] = target;
  return handOver(node, [join(root, entry), ...leading, ...rest], env);
}

/** A page that cannot be made stops nobody: nodes say then how to make it. */
function bundleDashboard(root, node) {
  const made = spawnSync(node, [join(root, 'scripts', 'dashboard.ts')], { encoding: 'utf8' });
  if (made.status === 0) return;
  const reason =
    made.error?.message ?? made.stderr.split('\n').find((line) => line.startsWith('Error')) ?? 'no reason';
  say(`the dashboard could not be made: ${reason.trim()}`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
