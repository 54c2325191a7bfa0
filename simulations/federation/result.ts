import type { HeldOutReport } from '../../node/runtime/public-market.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { CaseOptions, FederationOptions } from './options.ts';

/** One round; nodes are indices from 0, ascending, the last ones liars. */
export type SimulatedRound = {
  /** From 1. */
  readonly round: number;
  /** Mean pinball loss in bp of the version after the round, on public rows that nothing else reads. */
  readonly loss: number;
  /** The same of the honest nodes alone; null where they were not run. */
  readonly baselineLoss: number | null;
  /** ‖rule's vector − mean of the honest updates as sent‖₂, in units of weights. */
  readonly deviation: number;
  /** Nodes that the rule left out; empty for rules that leave out none. */
  readonly leftOut: readonly number[];
};

/** How good a version is on held-out rows. */
export type HeldOutFigures = {
  /** Mean pinball loss, bp. */
  readonly loss: number;
  /** 1 − loss / loss of the baseline forecasts B0, B2 and B3. */
  readonly skill: HeldOutReport['skill'];
  /** Share of outcomes between the outer quantiles, nominally 0.8. */
  readonly coverage: number;
};

/** Who was left out, over all rounds: a row is one node in one round. */
export type Detection = {
  readonly liarsLeftOut: number;
  readonly honestLeftOut: number;
  /** Liars among the rows left out; null where none was. */
  readonly precision: number | null;
  /** Liars' rows that were left out; null where nobody lies. */
  readonly recall: number | null;
};

export type SimulationSummary = {
  readonly start: HeldOutFigures;
  readonly end: HeldOutFigures;
  /** The honest nodes alone under the plain mean, followed by the same server step; null where they were not run. */
  readonly baseline: HeldOutFigures | null;
  /**
   * (start − end) / (start − baseline) in loss: 1 as good as without liars, 0 nothing learnt, below 0 harm. Null without a
   * baseline, or with one that learnt nothing.
   */
  readonly gainKept: number | null;
  readonly detection: Detection;
  /** ε of each node's records at δ; null without noise. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Of the last version's weights. */
  readonly modelDigest: Digest;
};

/** Everything about one case of one seed. The same options give the same result, to the bit, on one machine. */
export type SimulationResult = {
  /** As it ran, everything implied written out. */
  readonly options: FederationOptions & Required<CaseOptions>;
  /** Weights of the model. */
  readonly parameters: number;
  readonly rounds: readonly SimulatedRound[];
  readonly summary: SimulationSummary;
};

export function figuresOf({ loss, skill, coverage }: HeldOutReport): HeldOutFigures {
  return { loss, skill, coverage };
}

export function detectionOf(
  rounds: readonly Pick<SimulatedRound, 'leftOut'>[],
  { nodes, byzantine }: Pick<FederationOptions, 'nodes' | 'byzantine'>,
): Detection {
  const all = rounds.flatMap(({ leftOut }) => leftOut);
  const liars = all.filter((node) => node >= nodes - byzantine).length;
  return {
    liarsLeftOut: liars,
    honestLeftOut: all.length - liars,
    precision: all.length === 0 ? null : liars / all.length,
    recall: byzantine === 0 ? null : liars / (byzantine * rounds.length),
  };
}

/** @returns null where there is no baseline, or it learnt nothing. */
export function gainKept(
  start: HeldOutFigures,
  end: HeldOutFigures,
  baseline: HeldOutFigures | null,
): number | null {
  if (baseline === null) return null;
  const possible = start.loss - baseline.loss;
  return possible > 0 ? (start.loss - end.loss) / possible : null;
}
