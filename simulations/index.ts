/**
 * `ballast/simulations`: whole networks in one process and in virtual time, for researchers.
 *
 * - {@link World} runs the participants of real nodes over a lossy network, crashing disks and seeded blocks; what
 *   they train, how they judge and what goes wrong are arguments. {@link runSchedule} is a world with the faults of a
 *   schedule, held after every event against what the network promises; {@link runScenario} draws one from a seed.
 * - {@link learn} is a world whose nodes train on a market ({@link prepareLearningMarket}) with the node's own trainer,
 *   ledger and gate; the last of them may lie.
 * - {@link simulate} is federated training without the network, at 10 to 1,000 nodes: what a rule is worth against a lie.
 * - {@link createAttack} and its kin make the lies.
 * - {@link scoreUpdateCanaries}, {@link scoreRecordCanaries}, {@link playMembership} and {@link invertUpdate} attack the
 *   privacy of what nodes release; {@link epsilonOfCanaries} and {@link epsilonByCounting} say what that proves.
 *
 * Equal options and seeds give equal bits. Nothing here reads a clock, draws system randomness or opens a socket;
 * recorded markets are read from files.
 *
 * @module
 */

export * from './attacks/index.ts';
export {
  type SimulationDocument,
  simulationDocument,
} from './federation/document.ts';
export * from './federation/index.ts';
export { type LearningOptions, learn } from './learning/learn.ts';
export { type LearningMarket, type LearningMarketOptions, prepareLearningMarket } from './learning/market.ts';
export type { LearnedRound, LearningResult } from './learning/result.ts';
export * from './privacy-audit/index.ts';

export { BEHAVIOUR_NAMES, type BehaviourName } from './world/behaviours/registry.ts';
export { drawSchedule, PLANS, type PlanName, type ScheduleChoice } from './world/draw-schedule.ts';
export { describeFault, type Fault, type Schedule, type Weather } from './world/fault.ts';
export type { Violation } from './world/invariants/invariant.ts';
export { operatorFor, warmOperators } from './world/operators.ts';
export { type SeededRandom, seededRandom } from './world/random.ts';
export { readSchedule } from './world/read-schedule.ts';
export { runScenario } from './world/run-scenario.ts';
export { type RunOptions, runSchedule, type ScheduleRun } from './world/run-schedule.ts';
export {
  describeResult,
  type Plan,
  runPlan,
  type ScenarioOptions,
  type ScenarioResult,
} from './world/scenario.ts';
export type { LinkQuality } from './world/weather.ts';
export { type Decision, type Operator, World, type WorldOptions, type WorldReport } from './world/world.ts';
export type { Misbehaviour, WorldNode } from './world/world-node.ts';
