/**
 * Evidence for a change, as a sum of bets against "nothing has changed". A bet multiplies its stake by a factor whose mean
 * is at most 1 while that holds, and begins anew at 1 where it has lost. One entry a bet.
 */
export type Detector = {
  readonly evidence: readonly number[];
  /** Hours since the epoch at which each bet last began anew: where the change began, if there is one. */
  readonly since: readonly number[];
  readonly isRaised: boolean;
};

/** Beyond this many times the threshold evidence is not kept, so that an alarm ends when its cause has. */
const MOST_TIMES = 4;

export function newDetector(bets: number, hour: number): Detector {
  return {
    evidence: Array.from({ length: bets }, () => 1),
    since: Array.from({ length: bets }, () => hour),
    isRaised: false,
  };
}

/**
 * One observation. The mean over bets of max(1, M) · factor is at most the mean of Shiryaev–Roberts sums of e-values, so
 * without a change the expected number of observations until it reaches `threshold` is at least that (e-detectors:
 * Shin, Ramdas and Rinaldo 2023). An alarm ends below the root of the threshold.
 *
 * @param factors one a bet, 0 or more; NaN leaves a bet as it is.
 * @param hour at which the observation began.
 */
export function advance(
  detector: Detector,
  factors: readonly number[],
  hour: number,
  threshold: number,
): Detector {
  const since = detector.since.map((from, b) =>
    (detector.evidence[b] ?? 1) <= 1 && !Number.isNaN(factors[b]) ? hour : from,
  );
  const evidence = detector.evidence.map((stake, b) => {
    const factor = factors[b] ?? Number.NaN;
    return Number.isNaN(factor) ? stake : Math.min(MOST_TIMES * threshold, Math.max(1, stake) * factor);
  });
  const total = evidenceOf({ evidence });
  return {
    evidence,
    since,
    isRaised: detector.isRaised ? total >= Math.sqrt(threshold) : total >= threshold,
  };
}

/** The mean over its bets. */
export function evidenceOf({ evidence }: Pick<Detector, 'evidence'>): number {
  return evidence.reduce((sum, stake) => sum + stake, 0) / Math.max(1, evidence.length);
}

/** Where the bet that has won most began. */
export function sinceOf({ evidence, since }: Pick<Detector, 'evidence' | 'since'>): number {
  let best = 0;
  for (let b = 1; b < evidence.length; b++) if ((evidence[b] ?? 0) > (evidence[best] ?? 0)) best = b;
  return since[best] ?? Number.NaN;
}
