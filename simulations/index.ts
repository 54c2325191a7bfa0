/**
 * `ballast/simulations`: whole networks in one process and in virtual time, for researchers.
 *
 * - {@link World} runs the participants of real nodes over a lossy network, crashing disks and seeded blocks; what
 *   they train, how they judge and what goes wrong are arguments. {@link runScenario} and {@link runBlackout} are
 *   worlds with faults drawn from a seed, held against what the network promises.
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

export { operatorFor, warmOperators } from './world/operators.ts';
export { type SeededRandom, seededRandom } from './world/random.ts';
export {
  describeResult,
  type Plan,
  runBlackout,
  runPlan,
  runScenario,
  type ScenarioOptions,
  type ScenarioResult,
} from './world/scenario.ts';
export type { LinkQuality } from './world/weather.ts';
export { type Decision, type Operator, World, type WorldOptions, type WorldReport } from './world/world.ts';
export type { Misbehaviour, WorldNode } from './world/world-node.ts';
