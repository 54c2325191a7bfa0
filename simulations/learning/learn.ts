import type { RoundTrainer } from '../../coordinator/collaborators.ts';
import { aggregatorOf } from '../../coordinator/round-aggregator.ts';
import { genesisOf } from '../../node/models/index.ts';
import { createGate } from '../../node/runtime/gate.ts';
import { createRoundTrainer } from '../../node/runtime/round-trainer.ts';
import { ledgerAccountant, PrivacyLedger } from '../../privacy/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { Attack } from '../attacks/index.ts';
import { MemoryStore } from '../world/memory-store.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import type { SeededRandom } from '../world/random.ts';
import type { LinkQuality } from '../world/weather.ts';
import { World } from '../world/world.ts';
import type { LearningMarket } from './market.ts';
import { type LearningResult, learningResult } from './result.ts';

export type LearningOptions = {
  /** Links, keys, blocks and noise follow from it: the same market, options and seed give the same bits. */
  readonly seed: number;
  readonly parameters: NetworkParameters;
  /** What the last node makes of its own update before it releases it; all are honest where left out. */
  readonly attack?: Attack;
  /** 5 % of the messages lost and 5 to 120 ms on the way, where left out. */
  readonly links?: LinkQuality;
};

const LINKS: LinkQuality = { loss: 0.05, delayMs: [5, 120] };
const LIMIT_MS_PER_ROUND = 60_000;

/**
 * Learns for as many rounds as the market was prepared for, through the whole round: the node's own trainer, ledger
 * and gate around its participant, in virtual time over a network that loses and delays.
 *
 * @throws UsageError `MARKET_RECORD`, where the market's records are not the network's; `ATTACK_NEEDS` for an attack that must see the others' updates: bodies are served only after
 *   the seal; `RULE_UNKNOWN`; BallastError `RULE_CONDITION` for a rule that is impossible for the nodes;
 *   `SIMULATION_OVERTIME` when the rounds do not end.
 */
export async function learn(market: LearningMarket, options: LearningOptions): Promise<LearningResult> {
  const { parameters, attack } = options;
  const { nodes, rounds } = market.options;
  requireOwn(attack);
  requireRecord(market, parameters);
  const aggregator = aggregatorOf(parameters);
  aggregator.check(nodes);
  const trainers = await openTrainers(market, options);
  const gate = createGate(market.publicMarket, parameters);
  const genesis = genesisOf(market.model);
  const last: (Float64Array | undefined)[] = Array.from({ length: nodes }, () => undefined);
  await warmOperators();
  const world = new World({
    seed: `learning/${nodes}/${rounds}/${options.seed}`,
    nodes,
    parameters,
    layout: market.model.layout,
    genesisWeights: genesis,
    aggregator,
    links: options.links ?? LINKS,
    operators: operatorFor,
    trainers: (index, random) => {
      const trainer = trainers[index]?.(random);
      return {
        debits: () => trainer?.debits() ?? 0,
        hasReleased: (round) => trainer?.hasReleased(round) ?? true,
        train: async (round, base, signal) => {
          if (round <= rounds) return trainer?.train(round, base, signal);
          last[index] = base.weights;
          return undefined;
        },
      };
    },
    evaluators: () => gate,
  });
  // A node that was told the last decision fetches its model when the next round begins: one more round, then, in
  // which nobody has data to train on.
  const report = await world.run(rounds + 1, (rounds + 1) * LIMIT_MS_PER_ROUND);
  if (!report.reached) {
    throw new BallastError(
      'SIMULATION_OVERTIME',
      `simulation: got ${report.elapsedMs} ms of virtual time for ${rounds} rounds, expected fewer`,
      { metadata: { seed: options.seed, elapsedMs: report.elapsedMs, rounds }, cause: report.errors[0] },
    );
  }
  return learningResult(market, report, last, attack === undefined ? undefined : nodes - 1);
}

/** @throws UsageError `MARKET_RECORD` where the market was cut into other records than the network's. */
function requireRecord({ options: { record } }: LearningMarket, { privacy }: NetworkParameters): void {
  const [given, expected] = [record?.days, privacy.record?.days];
  if (given === expected) return;
  const words = (days: number | undefined) =>
    days === undefined ? 'records of a day' : `blocks of ${days} days`;
  throw new UsageError('MARKET_RECORD', `market: got ${words(given)}, expected ${words(expected)}`, {
    metadata: { given, expected },
    hint: 'prepare the market with the record of the network’s parameters',
  });
}

/** One trainer a node, each with a ledger of its own; the world then gives each its randomness. */
async function openTrainers(
  market: LearningMarket,
  { parameters, attack }: LearningOptions,
): Promise<((random: SeededRandom) => RoundTrainer)[]> {
  const indices = Array.from({ length: market.options.nodes }, (_, index) => index);
  const accountant = ledgerAccountant(parameters);
  const ledgers = await Promise.all(
    indices.map(() => PrivacyLedger.open(storeAtOnce(), parameters.privacy, { accountant })),
  );
  return ledgers.map((ledger, index) => (random) => {
    const isLiar = attack !== undefined && index === ledgers.length - 1;
    return createRoundTrainer(parameters, {
      model: market.model,
      trainLocally: market.trainerOf(index, random.bytes),
      ledger,
      store: storeAtOnce(),
      clock: market.clock,
      randomBytes: random.bytes,
      emit: () => undefined,
      now: () => 0,
      ...(isLiar ? { revise: reviser(attack, random.fork('attack')) } : {}),
    });
  });
}

function reviser(attack: Attack, { bytes }: SeededRandom): (own: Float64Array) => Float64Array {
  return (own) => attack.craft({ own, random: bytes });
}

/** Nothing crashes here, so a write need not wait for virtual time. */
function storeAtOnce(): MemoryStore {
  const after = (_ms: number, run: () => void) => {
    run();
    return () => undefined;
  };
  return new MemoryStore({ after }, 0);
}

function requireOwn(attack: Attack | undefined): void {
  if (attack === undefined || attack.needs === 'own') return;
  throw new UsageError(
    'ATTACK_NEEDS',
    `attack: got ${attack.name}, expected one made of a node's own update alone`,
    {
      metadata: { attack: attack.name },
      hint: 'bodies are served only after the seal, so a node cannot fit its update to those of others',
    },
  );
}
