import { createAggregator } from '../../aggregation/index.ts';
import type { Evaluator, RoundTrainer } from '../../coordinator/collaborators.ts';
import { entryDigest } from '../../coordinator/entry.ts';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import { operatorFor, warmOperators } from './operators.ts';
import { SCENARIO_PARAMETERS } from './parameters.ts';
import { type SeededRandom, seededRandom } from './random.ts';
import { World, type WorldOptions, type WorldReport } from './world.ts';
import type { Misbehaviour } from './world-node.ts';

export type ScenarioOptions = {
  readonly seed: number;
  readonly nodes: number;
  readonly rounds: number;
  /** Votes that decide, where a wrong quorum is to be shown to be wrong. */
  readonly quorum?: number;
  /** Disks that lose votes and locks in a crash, where that is to be shown to be wrong. */
  readonly amnesia?: boolean;
  /** Virtual milliseconds after which a run is over, done or not. */
  readonly limitMs?: number;
};

/** What goes wrong in a run; all of it follows from the seed. */
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

/**
 * A run with a crash that loses unsynced writes, a leader that is silent or tells two stories, lost and delayed
 * messages, and at times verdicts that differ. Crash and leader are two faults: a committee of 7 bears them.
 */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  return runPlan(options, faultPlan(options));
}

/**
 * A run in which the power fails everywhere just when the first node holds the first certificate, and that node
 * stays away longest: the others must come to the very same entry from what their disks kept.
 */
export async function runBlackout(options: ScenarioOptions): Promise<ScenarioResult> {
  const calm = await runPlan(options, calmPlan(options), 1);
  const [first] = calm.report.decisions;
  if (first === undefined) return calm;
  return runPlan(options, blackoutPlan(options, first.node, first.atMs + 1));
}

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
    trainers: (index, random) => trainer(random, plan.liars.has(index) ? -1 : 1),
    evaluators: (_, random) => gate(random, plan.acceptance),
    misbehaviours: plan.misbehaviours,
    syncMs: plan.syncMs,
    ...(quorum === undefined ? {} : { quorum }),
    ...(plan.reorganisation === undefined ? {} : { reorganisation: plan.reorganisation }),
  } satisfies WorldOptions);
  const report = await world.run(rounds, options.limitMs ?? LIMIT_MS);
  return { options, plan, report, violations: violationsOf(report, rounds), digest: runDigest(report) };
}

/** A line for people: what happened, and how to see it again. */
export function describeResult({ options, plan, report, violations }: ScenarioResult): string {
  const { seed, nodes, rounds } = options;
  const outcomes = [...report.certificates].map(([round, certificates]) =>
    certificates.map(({ entry, view }) => `${round}:${entry.outcome}@${view}`).join(' and '),
  );
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  const told = `seed ${seed}: ${plan.summary}; ${outcomes.join(', ')}; ${seconds} s`;
  if (violations.length === 0) return told;
  const replay = `node simulations/experiments/soak.ts --from ${seed} --seeds 1 --nodes ${nodes} --rounds ${rounds}`;
  return `${told}\n  ${violations.join('\n  ')}\n  replay: ${replay}`;
}

function faultPlan(options: ScenarioOptions): Plan {
  const { nodes, rounds, amnesia } = options;
  const random = seededRandom(`${seedText(options)}/plan`);
  const crashing = random.below(nodes);
  const leading = (crashing + 1 + random.below(nodes - 1)) % nodes;
  const lying = (leading + 1 + random.below(nodes - 1)) % nodes;
  const liars = new Set(nodes >= 10 ? [lying] : []);
  const crashes = Array.from(
    { length: 1 + random.below(2) },
    (): Misbehaviour => ({
      kind: 'crash',
      atMs: 2_500 + random.below(4_500 * rounds),
      downMs: 100 + random.below(6_000),
    }),
  );
  const isEquivocating = random.uniform() < 0.4;
  const fault: Misbehaviour = isEquivocating
    ? { kind: 'byzantine', behaviour: 'equivocating-leader', victim: 0 }
    : { kind: 'silent', about: 'proposal' };
  const acceptance = [1, 0.9, 0.9, 0.5][random.below(4)] ?? 1;
  const when = crashes.map((crash) => (crash.kind === 'crash' ? `${crash.atMs} ms` : '')).join(' and ');
  return {
    summary:
      `node ${crashing} crashes at ${when}, node ${leading} ${isEquivocating ? 'equivocates' : 'is silent'}` +
      `${liars.size > 0 ? `, node ${lying} flips signs` : ''}, gates accept ${acceptance}`,
    misbehaviours: (index) => {
      if (index === leading) return [fault];
      if (index !== crashing) return [];
      return amnesia === true ? [...crashes, { kind: 'amnesia' }, { kind: 'unwitnessed' }] : crashes;
    },
    liars,
    acceptance,
    syncMs: 1 + random.below(40),
  };
}

function calmPlan(options: ScenarioOptions): Plan {
  const random = seededRandom(`${seedText(options)}/plan`);
  return {
    summary: 'nothing fails',
    // Asking the others takes time: a run that is to be the same up to a crash must leave it out as well.
    misbehaviours: () => (options.amnesia === true ? [{ kind: 'unwitnessed' }] : []),
    liars: new Set(),
    acceptance: 0.9,
    syncMs: 1 + random.below(40),
  };
}

function blackoutPlan(options: ScenarioOptions, first: number, atMs: number): Plan {
  const random = seededRandom(`${seedText(options)}/blackout`);
  const amnesia: readonly Misbehaviour[] =
    options.amnesia === true ? [{ kind: 'amnesia' }, { kind: 'unwitnessed' }] : [];
  // Far apart, so that views end before a quorum is back and a lock has to be carried on.
  const spreadMs = options.amnesia === true ? 2_000 : 18_000;
  const downMs = Array.from({ length: options.nodes }, () => 500 + random.below(spreadMs));
  return {
    ...calmPlan(options),
    summary: `the power fails at ${atMs} ms, node ${first} stays away`,
    misbehaviours: (index) => [
      { kind: 'crash', atMs, downMs: index === first ? 2 * spreadMs + 14_000 : (downMs[index] ?? 0) },
      ...amnesia,
    ],
  };
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

function runDigest(report: WorldReport): Digest {
  return digestOf('ballast/simulation/run', {
    decisions: report.decisions.map(({ node, atMs, decided: { certificate } }) => ({
      node,
      atMs,
      entry: entryDigest(certificate.entry),
      view: certificate.view,
      signatures: certificate.signatures.map(({ index, signature }) => [index, signature]),
    })),
    refusals: [...report.refusals].map(([code, times]) => [code, times]),
    elapsedMs: report.elapsedMs,
  });
}

function trainer(random: SeededRandom, sign: 1 | -1): RoundTrainer {
  const { unit, relation, delta } = SCENARIO_PARAMETERS.privacy;
  const released = new Map<number, Int32Array>();
  return {
    debits: () => released.size,
    hasReleased: (round) => released.has(round),
    train: async (round) => {
      const draw = () => sign * (10_000 + random.below(1_000));
      const update = released.get(round) ?? Int32Array.from({ length: SIZE }, draw);
      released.set(round, update);
      return { update, privacy: { unit, relation, epsilon: null, delta }, ledger: released.size };
    },
  };
}

function gate(random: SeededRandom, acceptance: number): Evaluator {
  return { judge: async () => (random.uniform() < acceptance ? 'accepted' : 'rejected') };
}

function seedText({ seed, nodes, rounds }: ScenarioOptions): string {
  return `scenario/${nodes}/${rounds}/${seed}`;
}
