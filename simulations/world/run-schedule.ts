import { createAggregator } from '../../aggregation/index.ts';
import type { Evaluator } from '../../coordinator/collaborators.ts';
import type { AnyReceived } from '../../coordinator/received.ts';
import { type Digest, digestOfBytes } from '../../protocol/digest.ts';
import { encodeWeights } from '../../protocol/vectors.ts';
import { byzantineNodes, type Fault, healedAt, isWeather, type Schedule } from './fault.ts';
import { hashedOperatorFor } from './hashed-votes.ts';
import { agreement } from './invariants/agreement.ts';
import { chainOfEntries } from './invariants/chain-of-entries.ts';
import { durability } from './invariants/durability.ts';
import { evidence } from './invariants/evidence.ts';
import { inclusion } from './invariants/inclusion.ts';
import type { InvariantContext, Violation } from './invariants/invariant.ts';
import { liveness, viewsOwed } from './invariants/liveness.ts';
import { locks } from './invariants/locks.ts';
import { memory } from './invariants/memory.ts';
import { Monitor } from './invariants/monitor.ts';
import { oneWord } from './invariants/one-word.ts';
import { recomputation } from './invariants/recomputation.ts';
import { SCENARIO_PARAMETERS } from './parameters.ts';
import { seededRandom } from './random.ts';
import { randomTrainer } from './random-trainer.ts';
import { runDigest } from './run-digest.ts';
import { World, type WorldReport } from './world.ts';
import type { Misbehaviour } from './world-node.ts';

export type ScheduleRun = {
  readonly schedule: Schedule;
  readonly report: WorldReport;
  /** The promises that it broke; empty when all is well. */
  readonly violations: readonly Violation[];
  /** Of everything that every node decided, when, and by whose signatures: equal for equal runs. */
  readonly digest: Digest;
};

export type RunOptions = {
  /** Votes that decide, where a wrong quorum is to be shown to be wrong. */
  readonly quorum?: number;
  /** Virtual milliseconds that a run may take after the network has healed. */
  readonly patienceMs?: number;
  /** Hears each message as it first leaves a node, virtual milliseconds after the first block. */
  readonly onSaid?: (message: AnyReceived, atMs: number) => void;
};

/** Length of the model. */
const SIZE = 10;
const LINKS = { loss: 0, delayMs: [5, 120] } as const;
const PATIENCE_MS = 300_000;
/** Where more nodes are Byzantine than a committee bears, only safety is owed, and a run ends this long after healing. */
const OVERLOAD_MS = 20_000;

/**
 * Runs a schedule and holds it against every invariant after every event. The run ends when all honest nodes have
 * `rounds` rounds and one that began after the network healed.
 */
export async function runSchedule(schedule: Schedule, options: RunOptions = {}): Promise<ScheduleRun> {
  const { nodes, rounds, faults } = schedule;
  const healMs = healedAt(schedule);
  const tolerated = Math.floor((nodes - 1) / 3);
  const isOverloaded =
    byzantineNodes(schedule).size > tolerated || faults.some(({ kind }) => kind === 'amnesia');
  let monitor: Monitor | undefined;
  let firstAfterHealing = () => Number.POSITIVE_INFINITY;
  const world = new World({
    seed: `schedule/${schedule.seed}`,
    nodes,
    parameters: SCENARIO_PARAMETERS,
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('multi-krum', { f: nodes < 5 ? 0 : 1 }),
    links: LINKS,
    weather: faults.filter(isWeather),
    operators: hashedOperatorFor,
    trainers: (index, random) => randomTrainer(random, SIZE, isFlipping(faults, index) ? -1 : 1),
    evaluators: (index) => gate(schedule, index),
    misbehaviours: (index) => misbehavioursOf(faults, index),
    syncMs: schedule.syncMs,
    ...(options.quorum === undefined ? {} : { quorum: options.quorum }),
    monitor: (created) => {
      const watching = new Monitor(created.nodes);
      const context = contextOf(created, watching, tolerated, options.quorum);
      const owed = viewsOwed(tolerated, schedule.acceptance < 1);
      const alive = liveness(context, healMs, owed);
      created.scheduler.after(healMs, alive.snapshot);
      firstAfterHealing = () => alive.firstAfter() ?? Number.POSITIVE_INFINITY;
      watching.watch([
        agreement(context, created.networkId, created.committee, hashedOperatorFor(0).scheme),
        oneWord(context),
        durability(context),
        evidence(context),
        recomputation(context, created.minUpdates),
        locks(context),
        chainOfEntries(context),
        inclusion(context),
        memory(context),
        ...(isOverloaded ? [] : [alive.invariant]),
        { onSaid: (_, message) => options.onSaid?.(message, created.elapsedMs) },
      ]);
      monitor = watching;
      return watching;
    },
  });
  const limitMs = healMs + (isOverloaded ? OVERLOAD_MS : (options.patienceMs ?? PATIENCE_MS));
  const report = await world.run(() => Math.max(rounds, firstAfterHealing()), limitMs);
  await monitor?.end();
  const violations = [...(monitor?.violations ?? [])];
  if (!report.reached && !isOverloaded && violations.length === 0) violations.push(notDone(report));
  return { schedule, report, violations, digest: runDigest(report) };
}

/** The quorum is worked out here, not taken from protocol/quorum.ts: a wrong one there must not change the check. */
function contextOf(
  { nodes, scheduler }: World,
  monitor: Monitor,
  faults: number,
  quorum = Math.floor((nodes.length + faults) / 2) + 1,
): InvariantContext {
  const index = new Map(nodes.map(({ nodeId }, i) => [nodeId, i]));
  return {
    report: monitor.report,
    nodes,
    size: nodes.length,
    faults,
    quorum,
    indexOf: (node) => index.get(node) ?? -1,
    now: () => scheduler.now(),
  };
}

function misbehavioursOf(faults: readonly Fault[], index: number): Misbehaviour[] {
  return faults.flatMap((fault): Misbehaviour[] => {
    if (!('node' in fault) || fault.node !== index) return [];
    switch (fault.kind) {
      case 'crash':
        return [{ kind: 'crash', atMs: fault.atMs, downMs: fault.forMs }];
      case 'amnesia':
        return [{ kind: 'amnesia' }, { kind: 'unwitnessed' }];
      case 'sign-flip':
        return [];
      default:
        return [fault];
    }
  });
}

function isFlipping(faults: readonly Fault[], index: number): boolean {
  return faults.some((fault) => fault.kind === 'sign-flip' && fault.node === index);
}

function notDone({ nodes, elapsedMs }: WorldReport): Violation {
  const rounds = nodes.map(({ head, state, isByzantine }, i) => {
    const at = state === undefined ? 'down' : `round ${head?.round}, view ${state.view}`;
    return `node ${i} ${isByzantine ? '(Byzantine) ' : ''}${at}`;
  });
  return { code: 'NOT_DONE', text: `after ${elapsedMs} ms: ${rounds.join('; ')}` };
}

/** A node judges a candidate the same however often it is asked, and names what it found worse. */
function gate({ seed, acceptance }: Schedule, index: number): Evaluator {
  return {
    judge: async (round, _, candidate) => {
      const text = `verdict/${seed}/${index}/${round}/${digestOfBytes(encodeWeights(candidate))}`;
      const random = seededRandom(text);
      const isAccepted = random.uniform() < acceptance;
      const worse = isAccepted ? [] : COLLATERALS.filter(() => random.uniform() < 0.5);
      return { verdict: isAccepted ? 'accepted' : 'rejected', findings: worse.map(finding) };
    },
  };
}

const COLLATERALS = ['dai', 'lusd', 'usdc'];
const finding = (collateral: string) =>
  ({ head: 'peg', collateral, base: 1, candidate: 2, deadBand: 0, isWorse: true }) as const;
