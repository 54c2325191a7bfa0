import { createAggregator } from '../../aggregation/index.ts';
import type { Evaluator } from '../../coordinator/collaborators.ts';
import { entryDigest } from '../../coordinator/entry.ts';
import type { Digest } from '../../protocol/digest.ts';
import { operatorFor, warmOperators } from './operators.ts';
import { SCENARIO_PARAMETERS } from './parameters.ts';
import type { SeededRandom } from './random.ts';
import { randomTrainer } from './random-trainer.ts';
import { runDigest } from './run-digest.ts';
import { World, type WorldOptions, type WorldReport } from './world.ts';
import type { Misbehaviour } from './world-node.ts';

export type ScenarioOptions = {
  readonly seed: number;
  readonly nodes: number;
  readonly rounds: number;
  /** Votes that decide, where a wrong quorum is to be shown to be wrong. */
  readonly quorum?: number;
  /** Virtual milliseconds after which a run is over, done or not. */
  readonly limitMs?: number;
};

/** What goes wrong in a run. */
export type Plan = {
  readonly summary: string;
  readonly misbehaviours: (index: number) => readonly Misbehaviour[];
  /** Nodes that send the opposite of what they learned. */
  readonly liars: ReadonlySet<number>;
  /** How probably a node's gate accepts a candidate. */
  readonly acceptance: number;
  readonly syncMs: number;
  readonly reorganisation?: WorldOptions['reorganisation'];
};

export type ScenarioResult = {
  readonly options: ScenarioOptions;
  readonly plan: Plan;
  readonly report: WorldReport;
  /** What went against the network's promises; empty when all is well. */
  readonly violations: readonly string[];
  /** Of everything that every node decided, when, and by whose signatures: equal for equal runs. */
  readonly digest: Digest;
};

const SIZE = 10;
const LIMIT_MS = 300_000;

/** Runs a world with faults of the caller's own making, and checks its end. */
export async function runPlan(
  options: ScenarioOptions,
  plan: Plan,
  rounds = options.rounds,
): Promise<ScenarioResult> {
  await warmOperators();
  const { nodes, quorum } = options;
  const world = new World({
    seed: seedText(options),
    nodes,
    parameters: SCENARIO_PARAMETERS,
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('multi-krum', { f: 1 }),
    links: { loss: 0.05, delayMs: [5, 120] },
    operators: operatorFor,
    trainers: (index, random) => randomTrainer(random, SIZE, plan.liars.has(index) ? -1 : 1),
    evaluators: (_, random) => gate(random, plan.acceptance),
    misbehaviours: plan.misbehaviours,
    syncMs: plan.syncMs,
    ...(quorum === undefined ? {} : { quorum }),
    ...(plan.reorganisation === undefined ? {} : { reorganisation: plan.reorganisation }),
  } satisfies WorldOptions);
  const report = await world.run(rounds, options.limitMs ?? LIMIT_MS);
  return { options, plan, report, violations: violationsOf(report, rounds), digest: runDigest(report) };
}

/** A line for people: what happened. */
export function describeResult({ options, plan, report, violations }: ScenarioResult): string {
  const outcomes = [...report.certificates].map(([round, certificates]) =>
    certificates.map(({ entry, view }) => `${round}:${entry.outcome}@${view}`).join(' and '),
  );
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  const told = `seed ${options.seed}: ${plan.summary}; ${outcomes.join(', ')}; ${seconds} s`;
  return [told, ...violations].join('\n  ');
}

function violationsOf(report: WorldReport, rounds: number): string[] {
  const violations: string[] = [];
  for (const [round, certificates] of report.certificates) {
    if (certificates.length > 1)
      violations.push(`round ${round}: ${certificates.length} entries are certified`);
  }
  for (const [index, { head, isUp, isByzantine }] of report.nodes.entries()) {
    // The run ends when the honest have all rounds; how far a liar is by then is its own affair.
    if (isByzantine) continue;
    if (!isUp || head === undefined || head.round < rounds) {
      violations.push(`node ${index}: has ${head?.round ?? 'no'} rounds in its log, expected ${rounds}`);
      continue;
    }
    const certified = report.certificates.get(head.round)?.map(({ entry }) => entryDigest(entry)) ?? [];
    if (!certified.includes(head.entry)) violations.push(`node ${index}: its head is not what was certified`);
  }
  if (!report.reached) violations.push(`not done after ${report.elapsedMs} ms`);
  for (const place of report.contradictions) violations.push(`two messages for one place: ${place}`);
  for (const error of report.errors) violations.push(`error: ${String(error)}`);
  return violations;
}

function gate(random: SeededRandom, acceptance: number): Evaluator {
  return { judge: async () => (random.uniform() < acceptance ? 'accepted' : 'rejected') };
}

function seedText({ seed, nodes, rounds }: ScenarioOptions): string {
  return `scenario/${nodes}/${rounds}/${seed}`;
}
