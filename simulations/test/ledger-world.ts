import { createAggregator } from '../../aggregation/index.ts';
import { createRoundTrainer } from '../../node/runtime/round-trainer.ts';
import { PrivacyLedger } from '../../privacy/index.ts';
import { openEnvelope } from '../../protocol/envelope.ts';
import type { Payload } from '../../protocol/messages.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { World, type WorldReport } from '../world/world.ts';
import type { Misbehaviour } from '../world/world-node.ts';

const SIZE = 4;

/** An update as it went out. */
export type SentHeader = {
  readonly node: number;
  readonly round: number;
  readonly digest: string;
  /** Debits that it speaks of. */
  readonly ledger: number;
};

export type Abstained = { readonly node: number; readonly round: number; readonly code: string };

export type LedgerRun = {
  readonly report: WorldReport;
  readonly headers: readonly SentHeader[];
  readonly abstained: readonly Abstained[];
  /** Lives of ledgers, the last of each node. */
  readonly ledgers: ReadonlyMap<number, PrivacyLedger>;
  /** Rounds in which a node gave its commit vote, in order. */
  readonly votedIn: (node: number) => number[];
};

/** Nodes that each cover their own update, with privacy ledgers on the disks that crash with them. */
export async function runWithLedgers(options: {
  readonly seed: string;
  readonly nodes: number;
  readonly rounds: number;
  /** ε that a node gives at most. */
  readonly budget: (node: number) => number;
  readonly misbehaviours?: (node: number) => readonly Misbehaviour[];
}): Promise<LedgerRun> {
  await warmOperators();
  const parameters = {
    ...SCENARIO_PARAMETERS,
    privacy: { ...SCENARIO_PARAMETERS.privacy, unit: 'node', noiseMultiplier: 4, epsilonBudget: 100 },
    gate: { enabled: false, deadBand: 0 },
  } as const;
  const headers: SentHeader[] = [];
  const abstained: Abstained[] = [];
  const votes = new Map<number, ReadonlySet<number>>();
  const ledgers = new Map<number, PrivacyLedger>();
  const never = { debits: () => 0, hasReleased: () => false, train: async () => undefined };
  const world = new World({
    seed: options.seed,
    nodes: options.nodes,
    parameters,
    layout: { tensors: [{ name: 'w', shape: [SIZE] }] },
    genesisWeights: new Float64Array(SIZE),
    aggregator: createAggregator('median', { f: 1 }),
    links: { loss: 0.02, delayMs: [5, 60] },
    operators: operatorFor,
    trainers: () => never,
    reopenTrainer: async (index, random, store) => {
      const policy = { ...parameters.privacy, epsilonBudget: options.budget(index) };
      const ledger = await PrivacyLedger.open(store, policy);
      ledgers.set(index, ledger);
      return createRoundTrainer(parameters, {
        ledger,
        store,
        clock: { training: () => ({ from: 0, to: 1 }) },
        randomBytes: random.bytes,
        emit: (event) => {
          if (event.event === 'abstained')
            abstained.push({ node: index, round: event.round, code: event.code });
        },
        now: () => 0,
        trainLocally: async (weights) => weights.map((weight) => weight + 0.1),
      });
    },
    evaluators: () => ({ judge: async () => 'accepted' }),
    misbehaviours: options.misbehaviours ?? (() => []),
    onSaid: (node, bytes) => {
      const { type, round, payload } = openEnvelope(bytes).envelope;
      if (type === 'commit') votes.set(node, new Set([...(votes.get(node) ?? []), round]));
      if (type !== 'update-header') return;
      const { digest, ledger } = payload as Payload<'update-header'>;
      if (headers.some((each) => each.node === node && each.round === round && each.digest === digest))
        return;
      headers.push({ node, round, digest, ledger });
    },
  });
  const report = await world.run(options.rounds, 60_000 * options.rounds);
  const votedIn = (node: number) => [...(votes.get(node) ?? [])];
  return { report, headers, abstained, ledgers, votedIn };
}
