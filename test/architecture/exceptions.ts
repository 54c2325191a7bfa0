/** The folders of `node` that do no I/O and import nothing else of it. */
export const PURE_NODE_FOLDERS = [
  'node/features/',
  'node/models/',
  'node/controller/',
  'node/monitoring/',
] as const;

/** A file that a rule lets pass, and why. One that needs it no longer must go from the list. */
export type Exception = { readonly path: string; readonly reason: string };

/** Files outside the command line that are a process's entry, and so may read its arguments and print. */
export const ENTRY_FILES: readonly Exception[] = [
  { path: 'contracts/solc/solc.ts', reason: 'forge runs it in place of the native compiler' },
  { path: 'simulations/experiments/accountant-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/aggregation-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/catch-up-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/compression.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/conformal-rules.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/correlated-noise.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/drift-monitor.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/features-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/federation-value.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/fuzz.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/market-moments.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/noise-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/peg-federation.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/peg-horizons.ts', reason: 'an experiment that is run by its path' },
  {
    path: 'simulations/experiments/record-gradients-bench.ts',
    reason: 'an experiment that is run by its path',
  },
  { path: 'simulations/experiments/peg-lstm.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/personal-heads.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/privacy-audit.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/record-definitions.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/risk-assessor.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/risk-federation.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/robust-rules.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/robustness.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/scale.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/server-steps.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/killed-node.ts', reason: 'the command, in a process to be killed' },
  { path: 'simulations/experiments/soak-kill.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/soak-partition.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/kill/member.ts', reason: 'a process of its own, to be killed' },
  { path: 'simulations/experiments/training-engines.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/training-proofs.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/tree-ensembles.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/update-screen.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/verify-bench.ts', reason: 'an experiment that is run by its path' },
  { path: 'simulations/experiments/soak.ts', reason: 'an experiment that is run by its path' },
];

/** Files that import a module whose name is only known when they run. */
export const COMPUTED_IMPORTS: readonly Exception[] = [
  {
    path: 'node/training/tensorflow-engine.ts',
    reason: 'native backends are installed by those who want them',
  },
];

/** Files of pure folders that ask what the platform offers. */
export const PLATFORM_FILES: readonly Exception[] = [
  {
    path: 'protocol/sha256.ts',
    reason: 'Node.js hashes faster than JavaScript, and a browser has no node:crypto',
  },
];
