import { createAggregator } from '../../aggregation/index.ts';
import type { CommitScheme } from '../../coordinator/certificate.ts';
import type { Committee } from '../../coordinator/committee.ts';
import type { RoundDecision } from '../../coordinator/entry.ts';
import { digestOf, fromHex } from '../../protocol/digest.ts';
import { type NodeSigner, nodeSigner } from '../../protocol/ed25519.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { type Layout, layoutHash } from '../../protocol/layout.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import { seededRandom } from '../world/random.ts';
import { randomTrainer } from '../world/random-trainer.ts';
import { type Operator, World, type WorldOptions } from '../world/world.ts';

/** A committee that bears one fault. */
const FUZZED_NODES = 4;
/** The member whose key a fuzzer may have: one fault. */
export const FUZZED_MEMBER = 3;
const FUZZED_LAYOUT: Layout = { tensors: [{ name: 'w', shape: [6] }] };
export const FUZZED_SIZE = 6;

export const FUZZED_PARAMETERS: NetworkParameters = {
  ...SCENARIO_PARAMETERS,
  rule: { name: 'multi-krum', f: 0 },
};

/** What a run leaves behind: everything that honest members said, and what is on their disks. */
export type HonestRun = {
  readonly network: string;
  readonly layout: string;
  readonly committee: Committee;
  /** Of the members by index. */
  readonly signers: readonly NodeSigner[];
  /** Every message, once, in the order in which it was sent. */
  readonly said: readonly Uint8Array[];
  readonly stored: ReadonlyMap<string, Uint8Array>;
};

/** Options of a world of {@link FUZZED_NODES} honest members. */
export function fuzzedWorld(seed: string, more: Partial<WorldOptions> = {}): WorldOptions {
  return {
    seed,
    nodes: FUZZED_NODES,
    parameters: FUZZED_PARAMETERS,
    layout: FUZZED_LAYOUT,
    genesisWeights: new Float64Array(FUZZED_SIZE),
    aggregator: createAggregator('multi-krum', { f: 0 }),
    links: { loss: 0, delayMs: [5, 60] },
    operators: secretOperator(seed),
    trainers: (_, random) => randomTrainer(random, FUZZED_SIZE, 1),
    evaluators: () => ({ judge: async () => 'accepted' }),
    ...more,
  };
}

/** Three rounds of honest members; the third's first leader says nothing, so that a view changes. */
export async function honestRun(seed: string): Promise<HonestRun> {
  const said = new Map<string, Uint8Array>();
  const world = new World(
    fuzzedWorld(seed, {
      misbehaviours: (index) => (index === 0 ? [{ kind: 'silent', about: 'proposal' }] : []),
      onSaid: (_, bytes) => said.set(Buffer.from(bytes).toString('latin1'), bytes),
    }),
  );
  const { nodes, committee } = await world.run(3, 600_000);
  return {
    network: digestOf('ballast/simulation/network', { seed }),
    layout: layoutHash(FUZZED_LAYOUT),
    committee,
    signers: signersOf(seed),
    said: [...said.values()],
    stored: nodes[1]?.stored() ?? new Map(),
  };
}

/** The keys of a world's nodes. */
export function signersOf(seed: string): NodeSigner[] {
  const random = seededRandom(seed);
  return Array.from({ length: FUZZED_NODES }, (_, index) =>
    nodeSigner(random.fork(`key-${index}`).bytes(32)),
  );
}

/**
 * Commit votes as a hash of what is voted for, by whom, and a secret that a fuzzer does not have: as hard to forge as
 * the chain's signatures, and a hundred times as fast.
 */
function secretOperator(seed: string): (index: number) => Operator {
  const vote = (decision: RoundDecision, signer: string) => {
    const half = fromHex(digestOf('fuzz/vote', { decision, signer, secret: seed } as unknown as Encodable));
    return Uint8Array.from([...half, ...half, 27]);
  };
  return (index) => {
    const address = `0x${String(index + 1).padStart(40, '0')}` as const;
    const scheme: CommitScheme = {
      sign: async (decision) => vote(decision, address),
      verify: (decision, signer, signature) => Buffer.compare(vote(decision, signer), signature) === 0,
    };
    return { address, scheme };
  };
}
