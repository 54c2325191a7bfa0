import { acceptedOf, droppedOf, type Roll, selectedOf } from '../../coordinator/index.ts';
import { genesisOf } from '../../node/models/index.ts';
import type { HeldOutReport } from '../../node/runtime/public-market.ts';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Outcome, RoundEntry } from '../../protocol/messages.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import type { WorldReport } from '../world/world.ts';
import type { LearningMarket } from './market.ts';

/** One round as it was certified; nodes are indices, ascending. */
export type LearnedRound = {
  readonly round: number;
  readonly outcome: Outcome;
  readonly reason: string;
  /** Whose updates reached the rule. */
  readonly accepted: readonly number[];
  /** Those of them that the rule gave weight. */
  readonly selected: readonly number[];
  /** Whose update was announced but did not reach the rule. */
  readonly dropped: readonly { readonly node: number; readonly code: string }[];
  /** The most that a contributor has spent; null without a guarantee. */
  readonly epsilon: number | null;
  /** Pinball loss in bp on held-out rows of the version that holds after the round. */
  readonly loss: number;
};

export type LearningResult = {
  readonly rounds: readonly LearnedRound[];
  /** Index of the node that lies; undefined where none does. */
  readonly liar: number | undefined;
  readonly genesis: HeldOutReport;
  /** Of the last certified version. Both are on held-out rows, which nothing else reads. */
  readonly final: HeldOutReport;
  /** Of the weights that each node would go on from; undefined for one that did not get that far. */
  readonly models: readonly (Digest | undefined)[];
  /** Of when and what every node decided, and of the final models: equal for equal runs. */
  readonly digest: Digest;
  readonly report: WorldReport;
};

/** @param last weights of each node after the market's last round. */
export function learningResult(
  market: LearningMarket,
  report: WorldReport,
  last: readonly (Float64Array | undefined)[],
  liar: number | undefined,
): LearningResult {
  const genesis = genesisOf(market.model);
  const { heldOut } = market.publicMarket;
  const models = last.map((weights) => (weights === undefined ? undefined : weightsDigest(weights)));
  return {
    rounds: learnedRounds(market, report, heldOut(genesis).loss),
    liar,
    genesis: heldOut(genesis),
    final: heldOut(last.find((weights) => weights !== undefined) ?? genesis),
    models,
    digest: runDigest(report, models),
    report,
  };
}

function learnedRounds(market: LearningMarket, report: WorldReport, genesisLoss: number): LearnedRound[] {
  const indexOf = (node: NodeId) => report.nodes.findIndex(({ nodeId }) => nodeId === node);
  const ascending = (nodes: readonly NodeId[]) => nodes.map(indexOf).sort((a, b) => a - b);
  const rounds: LearnedRound[] = [];
  for (let round = 1; round <= market.options.rounds; round++) {
    const entry = report.certificates.get(round)?.[0]?.entry;
    if (entry === undefined) continue;
    const candidate = candidateOf(report, entry);
    const roll = rollOf(report, round);
    const isNew = entry.outcome === 'accepted' && candidate !== undefined;
    rounds.push({
      round,
      outcome: entry.outcome,
      reason: entry.reason,
      accepted: ascending(acceptedOf(roll).map(({ node }) => node)),
      selected: ascending(selectedOf(roll)),
      dropped: droppedOf(roll).map(({ node, code }) => ({ node: indexOf(node), code })),
      epsilon: entry.privacy.epsilon,
      loss: isNew ? market.publicMarket.heldOut(candidate).loss : (rounds.at(-1)?.loss ?? genesisLoss),
    });
  }
  return rounds;
}

/** The updates of a round, from a node that has them. */
function rollOf(report: WorldReport, round: number): Roll {
  const of = report.decisions.find(
    ({ decided }) => decided.certificate.entry.round === round && decided.roll,
  );
  return of?.decided.roll ?? [];
}

/** The weights that an entry is about, from a node that made them. */
function candidateOf(report: WorldReport, { round }: RoundEntry): Float64Array | undefined {
  const { decided } =
    report.decisions.find(
      ({ decided: { certificate, candidate } }) =>
        certificate.entry.round === round && candidate !== undefined,
    ) ?? {};
  return decided?.candidate?.weights;
}

function runDigest(report: WorldReport, models: readonly (Digest | undefined)[]): Digest {
  return digestOf('ballast/simulation/learning', {
    models: models.map((model) => model ?? ''),
    elapsedMs: report.elapsedMs,
    refusals: [...report.refusals].map(([code, times]) => [code, times]),
    decisions: report.decisions.map(({ node, atMs, decided: { certificate } }) => ({
      node,
      atMs,
      view: certificate.view,
      model: certificate.entry.modelDigest,
      candidate: certificate.entry.candidateDigest,
    })),
  });
}
