import { genesisHead, NO_STATE } from '../../coordinator/index.ts';
import { createRoundTrainer } from '../../node/runtime/round-trainer.ts';
import { PrivacyLedger } from '../../privacy/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { MemoryStore } from '../world/memory-store.ts';
import { auditBytes } from './random.ts';
import type { CanaryScores } from './separation.ts';

export type RoundCanaryOptions = {
  readonly dimension: number;
  /** L2 norm of what training makes of the canary, before the node clips it. */
  readonly canaryNorm: number;
  /** With the canary, and as many without. */
  readonly trials: number;
  readonly seed: string;
};

export type RoundCanaryScores = {
  readonly scores: CanaryScores;
  /** ε of one release, as the node states it beside its first update. */
  readonly claimed: number;
};

const NEVER = new AbortController().signal;

/**
 * Scores of `scoreUpdateCanaries` for the whole way of an update through a node of unit `node`: training puts out the
 * canary, or nothing (`add-remove`) or its opposite (`replace`); the node's own round trainer clips, adds noise, asks
 * and debits its ledger, encodes, and hands out what would be sent. Each trial is a round of one node.
 *
 * @param parameters unit `node`; their budget is lifted, since a node would stop after a few trials.
 */
export async function scoreRoundCanaries(
  parameters: NetworkParameters,
  { dimension, canaryNorm, trials, seed }: RoundCanaryOptions,
): Promise<RoundCanaryScores> {
  const { relation } = parameters.privacy;
  const lifted = { ...parameters, privacy: { ...parameters.privacy, epsilonBudget: 1e6 } };
  const store = new MemoryStore({ after: atOnce }, 0);
  const ledger = await PrivacyLedger.open(store, lifted.privacy);
  const weights = new Float64Array(dimension);
  const digest = '00'.repeat(32);
  const base = {
    head: genesisHead(digest, digest, dimension, NO_STATE),
    weights,
    state: { step: 0, vectors: {} },
  };
  const entry = 1 / Math.sqrt(dimension);
  const amountOf = (round: number) => (round % 2 === 1 ? 1 : relation === 'replace' ? -1 : 0);
  const trainer = createRoundTrainer(lifted, {
    ledger,
    store,
    clock: { training: (round) => ({ from: 0, to: round }) },
    randomBytes: auditBytes(`round/${seed}`),
    emit: () => undefined,
    now: () => 0,
    trainLocally: async (_, { to: round }) =>
      new Float64Array(dimension).fill(amountOf(round) * canaryNorm * entry),
  });
  const present = new Float64Array(trials);
  const absent = new Float64Array(trials);
  let claimed = Number.NaN;
  for (let round = 1; round <= 2 * trials; round++) {
    const trained = await trainer.train(round, base, NEVER);
    if (trained === undefined) throw new RangeError(`round: got no update of ${round}, expected one`);
    if (round === 1) claimed = trained.privacy.epsilon ?? Infinity;
    const side = round % 2 === 1 ? present : absent;
    side[Math.ceil(round / 2) - 1] = trained.update.reduce((sum, steps) => sum + entry * steps, 0);
  }
  return { scores: { absent, present }, claimed };
}

/** Nothing crashes here, so a write need not wait. */
function atOnce(_ms: number, run: () => void): () => void {
  run();
  return () => undefined;
}
