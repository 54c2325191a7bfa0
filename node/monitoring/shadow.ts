import { BallastError } from '../../protocol/errors.ts';
import { addObservation, type MeanState, meanInterval, NO_OBSERVATIONS } from './confidence-sequence.ts';

/** Days of a block: two that count and one that their outcomes reach into, so that blocks share no outcome. */
export const BLOCK_DAYS = 3;
const COUNTED_DAYS = 2;
/** A block's advantage counts up to this: no single storm decides. */
export const ADVANTAGE_CAP = 0.25;
/** The most pairs of a trial: 16 collaterals with four heads each. */
const MAX_PAIRS = 64;

/** One pair's losses on one day, the same rows of both. */
export type PairedDay = {
  /** `head/collateral`. */
  readonly pair: string;
  readonly day: number;
  readonly rows: number;
  /** Mean losses, in the pair's own unit. */
  readonly candidate: number;
  readonly published: number;
};

/** Losses of one pair, summed over rows. */
export type PairTotal = {
  readonly rows: number;
  readonly candidate: number;
  readonly published: number;
  /** The part of them that lies in the block in progress. */
  readonly open: { readonly candidate: number; readonly published: number };
};

/** A candidate that forecasts beside the published model. Nothing of it moves anything. */
export type ShadowTrial = {
  /** First day that counts, a block's first. */
  readonly firstDay: number;
  /** Days before this one have been compared. */
  readonly day: number;
  /** By pair. */
  readonly totals: Readonly<Record<string, PairTotal>>;
  /** Advantages of the blocks that are over, in units of `ADVANTAGE_CAP`. */
  readonly blocks: MeanState;
};

/** @param day from which outcomes are not known yet. */
export function newTrial(day: number): ShadowTrial {
  const firstDay = Math.ceil(day / BLOCK_DAYS) * BLOCK_DAYS;
  return { firstDay, day: firstDay, totals: {}, blocks: NO_OBSERVATIONS };
}

/**
 * All pairs' losses of one day, in ascending order of days. A block's advantage is the mean over its pairs of
 * (published − candidate) / (published + candidate), cut off at `ADVANTAGE_CAP`.
 *
 * @throws BallastError `SHADOW_PAIRS` for more than `MAX_PAIRS`.
 */
export function compareDay(trial: ShadowTrial, day: number, pairs: readonly PairedDay[]): ShadowTrial {
  if (day < trial.day) return trial;
  const place = day % BLOCK_DAYS;
  const totals: Record<string, PairTotal> = { ...trial.totals };
  if (pairs.length > MAX_PAIRS) {
    throw new BallastError(
      'SHADOW_PAIRS',
      `shadow: got ${pairs.length} pairs, expected at most ${MAX_PAIRS}`,
      {
        metadata: { pairs: pairs.length },
      },
    );
  }
  if (place < COUNTED_DAYS) {
    for (const each of pairs) totals[each.pair] = added(totals[each.pair], each);
    return { ...trial, day: day + 1, totals };
  }
  const advantages = Object.values(totals).flatMap(({ open: { candidate, published } }) =>
    candidate + published > 0 ? [(published - candidate) / (published + candidate)] : [],
  );
  for (const [pair, total] of Object.entries(totals)) totals[pair] = { ...total, open: NOTHING };
  if (advantages.length === 0) return { ...trial, day: day + 1, totals };
  const mean =
    advantages.reduce((sum, value) => sum + Math.max(-ADVANTAGE_CAP, Math.min(ADVANTAGE_CAP, value)), 0) /
    advantages.length;
  const blocks = addObservation(trial.blocks, mean / ADVANTAGE_CAP);
  return { ...trial, day: day + 1, totals, blocks };
}

const NOTHING = { candidate: 0, published: 0 } as const;

function added(total: PairTotal | undefined, { rows, candidate, published }: PairedDay): PairTotal {
  const open = total?.open ?? NOTHING;
  return {
    rows: (total?.rows ?? 0) + rows,
    candidate: (total?.candidate ?? 0) + rows * candidate,
    published: (total?.published ?? 0) + rows * published,
    open: { candidate: open.candidate + rows * candidate, published: open.published + rows * published },
  };
}

/** When a candidate may be proposed. */
export type PromotionRule = {
  /** Blocks that the interval rests on, at the least. */
  readonly leastBlocks: number;
  /** Coverage of the interval, at all times at once. */
  readonly level: number;
  /** Mean skill against the published model above which a candidate is approved, and below which it is refused. */
  readonly approveAbove: number;
  readonly rejectBelow: number;
  /** Share by which a pair's loss may be above the published one's; the larger of it and the head's own. */
  readonly deadBand: number;
};

export const PROMOTION: Omit<PromotionRule, 'deadBand'> = {
  leastBlocks: 20,
  level: 0.95,
  approveAbove: 0.05,
  rejectBelow: -0.1,
};

/** `collecting` below the rule's blocks; `review` where a person has to look. None of them promotes anything. */
export const VERDICTS = ['collecting', 'approve', 'review', 'reject'] as const;
export type ShadowVerdict = (typeof VERDICTS)[number];

export type PairReport = {
  readonly pair: string;
  readonly rows: number;
  /** 1 − candidate's loss / published model's. */
  readonly skill: number;
  readonly deadBand: number;
  /** Worse than the published model beyond the dead band. */
  readonly isWorse: boolean;
};

export type ShadowReport = {
  readonly verdict: ShadowVerdict;
  /** What stands in the way of an approval; nothing where there is one. */
  readonly reasons: readonly string[];
  readonly blocks: number;
  /** Mean of the pairs' skills. */
  readonly skill: number;
  /** Mean advantage of a block, from −ADVANTAGE_CAP to ADVANTAGE_CAP, with its interval at all times. */
  readonly advantage: { readonly mean: number; readonly low: number; readonly high: number };
  readonly pairs: readonly PairReport[];
};

/**
 * Judges a trial as it stands; it may be asked after every block without the interval losing its promise.
 *
 * @param pairs what the published model is judged on, with the heads' own dead bands. A pair that the candidate does
 *   not forecast stands in the way of an approval.
 */
export function judgeTrial(
  trial: ShadowTrial,
  pairs: readonly { readonly name: string; readonly deadBand: number }[],
  rule: PromotionRule,
): ShadowReport {
  const judged = pairs.flatMap(({ name, deadBand: own }): PairReport[] => {
    const total = trial.totals[name];
    if (total === undefined || total.rows === 0) return [];
    const deadBand = Math.max(own, rule.deadBand);
    const skill = total.published > 0 ? 1 - total.candidate / total.published : 0;
    return [{ pair: name, rows: total.rows, skill, deadBand, isWorse: -skill > deadBand }];
  });
  const missing = pairs.filter(({ name }) => !judged.some(({ pair }) => pair === name));
  const skill = judged.reduce((sum, pair) => sum + pair.skill, 0) / Math.max(1, judged.length);
  const { mean, low, high } = meanInterval(trial.blocks, rule.level);
  const reasons = [
    ...(trial.blocks.count < rule.leastBlocks
      ? [`${trial.blocks.count} of ${rule.leastBlocks} blocks of ${BLOCK_DAYS} days`]
      : []),
    ...(low > 0 ? [] : [high < 0 ? 'the interval lies below zero' : 'the interval holds zero']),
    ...(skill > rule.approveAbove
      ? []
      : [`skill ${percent(skill)}, not above ${percent(rule.approveAbove)}`]),
    ...judged
      .filter(({ isWorse }) => isWorse)
      .map(
        ({ pair, skill: own, deadBand }) =>
          `${pair} is ${percent(-own)} worse, dead band ${percent(deadBand)}`,
      ),
    ...missing.map(({ name }) => `${name} was not forecast`),
  ];
  const verdict: ShadowVerdict =
    trial.blocks.count < rule.leastBlocks
      ? 'collecting'
      : reasons.length === 0
        ? 'approve'
        : skill < rule.rejectBelow
          ? 'reject'
          : 'review';
  const scaled = (value: number) => ADVANTAGE_CAP * value;
  return {
    verdict,
    reasons,
    blocks: trial.blocks.count,
    skill,
    advantage: { mean: scaled(mean), low: scaled(low), high: scaled(high) },
    pairs: judged,
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
