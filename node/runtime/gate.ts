import { type Evaluator, type Judgement, judgeScores, worseOf } from '../../coordinator/index.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { PublicMarket } from './public-market.ts';

/** A judgement as this node made it: the scores of every pair, and the names of those that were worse. */
export type RoundJudgement = Judgement & { readonly round: number; readonly worse: readonly string[] };

/** An evaluator that gives its scores with the verdict. */
export type Gate = {
  readonly judge: (...of: Parameters<Evaluator['judge']>) => Promise<Judgement>;
};

/**
 * The gate: no head may be worse than in the last version on any public collateral, beyond its dead band, on rows new
 * to both.
 */
export function createGate(
  market: Pick<PublicMarket, 'gateScores'>,
  { gate }: NetworkParameters,
  onJudged?: (judgement: RoundJudgement) => void,
): Gate {
  return {
    judge: async (round, base, candidate): Promise<Judgement> => {
      const judgement = judgeScores(
        market.gateScores(round, base),
        market.gateScores(round, candidate),
        gate,
      );
      onJudged?.({ ...judgement, round, worse: worseOf(judgement) });
      return judgement;
    },
  };
}
