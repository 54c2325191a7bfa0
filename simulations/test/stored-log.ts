import { createAggregator, stateDigest } from '../../aggregation/index.ts';
import {
  genesisHead,
  genesisState,
  type VerifyCollaborators,
  type VerifyOptions,
} from '../../coordinator/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { type Layout, layoutSize } from '../../protocol/layout.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { operatorFor, warmOperators } from '../world/operators.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { World } from '../world/world.ts';

const LAYOUT: Layout = { tensors: [{ name: 'w', shape: [8] }] };
const GENESIS_WEIGHTS = new Float64Array(layoutSize(LAYOUT));
export const PARAMETERS = SCENARIO_PARAMETERS;

export type StoredLog = {
  readonly options: Omit<VerifyOptions, 'trust'>;
  readonly collaborators: Omit<VerifyCollaborators, 'store'>;
  /** Everything on the disk of one node. */
  readonly stored: ReadonlyMap<string, Uint8Array>;
};

/** Virtual milliseconds between two looks at the disks. */
const LOOK_MS = 20;

/** So many rounds, and votes and a lock in the next. */
function isInTheMiddle(stored: ReadonlyMap<string, Uint8Array>, rounds: number): boolean {
  const count = (prefix: string) => [...stored.keys()].filter((key) => key.startsWith(prefix)).length;
  return count('log/') === rounds && count('lock/') > 0;
}

/** What real participants leave on a disk: seven of them, lossy links, a rejected candidate now and then,
 * a round not yet over. `rule`: the aggregation's text. */
export async function storedLog(rounds: number, rule = 'multi-krum'): Promise<StoredLog> {
  await warmOperators();
  const seed = `stored-log/${rounds}`;
  const aggregator = createAggregator(rule, { f: 1 });
  const state = stateDigest(genesisState(aggregator, GENESIS_WEIGHTS.length));
  const world = new World({
    seed,
    nodes: 7,
    parameters: PARAMETERS,
    layout: LAYOUT,
    genesisWeights: GENESIS_WEIGHTS,
    aggregator,
    links: { loss: 0.02, delayMs: [5, 60] },
    operators: operatorFor,
    trainers: (_, random) => ({
      debits: () => 0,
      hasReleased: () => true,
      train: async () => ({
        update: Int32Array.from(GENESIS_WEIGHTS, () => 10_000 + random.below(1_000)),
        privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
        ledger: 0,
      }),
    }),
    evaluators: (_, random) => ({ judge: async () => (random.uniform() < 0.9 ? 'accepted' : 'rejected') }),
  });
  let stored: ReadonlyMap<string, Uint8Array> | undefined;
  const look = () => {
    stored = world.nodes.map((node) => node.stored()).find((each) => isInTheMiddle(each, rounds));
    if (stored === undefined) world.scheduler.after(LOOK_MS, look);
  };
  world.scheduler.after(LOOK_MS, look);
  await world.run(rounds + 1, 600_000);
  if (stored === undefined) throw new Error(`no disk with ${rounds} rounds and a lock in the next`);
  const network = digestOf('ballast/simulation/network', { seed });
  return {
    options: {
      network,
      parameters: PARAMETERS,
      size: GENESIS_WEIGHTS.length,
      genesis: genesisHead(network, weightsDigest(GENESIS_WEIGHTS), 1, state),
      genesisWeights: GENESIS_WEIGHTS,
    },
    collaborators: {
      aggregator,
      commitScheme: operatorFor(0).scheme,
      committeeOf: async () => world.committee,
    },
    stored,
  };
}

/** A disk that is only read. */
export function storeOf(stored: ReadonlyMap<string, Uint8Array>): KeyValueStore {
  const keys = [...stored.keys()].sort();
  return {
    get: async (key) => stored.get(key),
    write: () => Promise.reject(new Error('verification writes nothing')),
    entries: async function* (prefix) {
      for (const key of keys) {
        const value = stored.get(key);
        if (key.startsWith(prefix) && value !== undefined) yield [key, value] as const;
      }
    },
  };
}
