import { BallastError } from '../protocol/errors.ts';
import { MAX_NAMED_PAIRS, pairName } from '../protocol/gate-pair.ts';
import { compareText } from './compare.ts';

/** Scores are compared after rounding to steps of 10⁻⁶, so that the last bits of a machine decide nothing. */
const STEPS = 1e6;
/** Pairs of head and collateral that one candidate is judged on. */
export const MAX_PAIRS = 64;

export type Verdict = 'accepted' | 'rejected';

/** How a model does on one public collateral with one head; less is better. */
export type PairScore = {
  readonly head: string;
  readonly collateral: string;
  readonly score: number;
  /** How much worse than the last version is let pass here, as a share of its score; the network's where left out. */
  readonly deadBand?: number;
};

/** One pair's scores, rounded; null where there is none that is a number. */
export type Finding = {
  readonly head: string;
  readonly collateral: string;
  readonly base: number | null;
  readonly candidate: number | null;
  /** The share that was let pass. */
  readonly deadBand: number;
  readonly isWorse: boolean;
};

/** A verdict on a candidate and what it rests on, ascending by the pairs' names. */
export type Judgement = { readonly verdict: Verdict; readonly findings: readonly Finding[] };

export type GateTerms = {
  /** The network's dead band, as a share of the last version's score. */
  readonly deadBand: number;
  /** The most that any pair may be worse, whatever its own dead band says; no further bound where left out. */
  readonly worstPair?: number | undefined;
};

/**
 * The gate's rule: a candidate is accepted when no pair of head and collateral is worse than in the last version by
 * more than its dead band, max(network's, pair's), and at most `worstPair`. A gain on one pair makes up for nothing on
 * another. A pair that only one of both has a score for is worse; with no pair at all nothing is accepted.
 *
 * @throws BallastError `GATE_PAIR` for a name that is none, one that comes twice, or more than 64.
 */
export function judgeScores(
  base: readonly PairScore[],
  candidate: readonly PairScore[],
  terms: GateTerms,
): Judgement {
  const [before, after] = [byName(base), byName(candidate)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  const findings = names.flatMap((name): Finding[] => {
    const [old, own] = [before.get(name), after.get(name)];
    const pair = old ?? own;
    return pair === undefined ? [] : [compare(pair, roundScore(old?.score), roundScore(own?.score), terms)];
  });
  const isAccepted = findings.length > 0 && findings.every(({ isWorse }) => !isWorse);
  return { verdict: isAccepted ? 'accepted' : 'rejected', findings };
}

/** The pairs that were worse, ascending, the first four: what a member's vote says of its verdict. */
export function worseOf(judgement: Judgement | Verdict): string[] {
  if (typeof judgement === 'string') return [];
  return judgement.findings
    .filter(({ isWorse }) => isWorse)
    .map(nameOf)
    .slice(0, MAX_NAMED_PAIRS);
}

export function nameOf({ head, collateral }: { readonly head: string; readonly collateral: string }): string {
  return `${head}/${collateral}`;
}

/** @returns null for what is no finite number. */
export function roundScore(score: number | undefined): number | null {
  const rounded = Math.round((score ?? Number.NaN) * STEPS) / STEPS;
  return Number.isFinite(rounded) ? rounded : null;
}

function compare(pair: PairScore, base: number | null, candidate: number | null, terms: GateTerms): Finding {
  const { head, collateral } = pair;
  const own = Math.max(terms.deadBand, pair.deadBand ?? 0);
  const deadBand = Math.min(own, terms.worstPair ?? own);
  const isWorse = base === null || candidate === null || candidate > base + deadBand * Math.abs(base);
  return { head, collateral, base, candidate, deadBand, isWorse };
}

function byName(scores: readonly PairScore[]): Map<string, PairScore> {
  const named = new Map(scores.map((score) => [nameOf(score), score]));
  const bad = [...named.keys()].find((name) => !pairName.safeParse(name).success);
  if (bad === undefined && named.size === scores.length && scores.length <= MAX_PAIRS) return named;
  throw new BallastError(
    'GATE_PAIR',
    `gate: got ${bad ?? `${scores.length} scores of ${named.size} pairs`}, expected at most ${MAX_PAIRS} pairs such as peg/dai, each once`,
    { metadata: { pair: bad, scores: scores.length, pairs: named.size } },
  );
}
