import type { PegModelSpec } from '../../node/models/index.ts';
import { TRAINING_DEFAULTS } from '../../node/training/index.ts';
import { inversionCosine, invertUpdate, meanFeatures, releaseOneRecord } from './inversion.ts';
import { CLAIMED_EPSILONS, trainingAt } from './levels.ts';
import { type AuditMarket, oneRecord } from './market.ts';
import { auditBytes } from './random.ts';

export type InversionRow = {
  readonly model: PegModelSpec['kind'];
  /** Hours of the one record: a single example, or a whole day, of which the mean is looked for. */
  readonly examples: 1 | 24;
  readonly claimed: number;
  /** Mean cosine of the guess with the record's features; see `inversionCosine`. */
  readonly cosine: number;
  /** √(1 − cosine²), the mean too. */
  readonly relativeError: number;
  /** What guessing the mean record of the market gives. */
  readonly baseline: number;
};

const HIDDEN = 8;

/** Reads a node's only record off its update, for each day of the pool, at every claim. */
export function auditByInversion(market: AuditMarket, seed: string): InversionRow[] {
  const { peg } = market;
  const typical = meanFeatures(peg);
  const specs: readonly PegModelSpec[] = [{ kind: 'linear' }, { kind: 'mlp', hidden: HIDDEN }];
  return specs.flatMap((spec) => {
    const version = market.pegModel(spec);
    return ([1, 24] as const).flatMap((examples) =>
      CLAIMED_EPSILONS.map((claimed): InversionRow => {
        const training = trainingAt(claimed, {
          ...TRAINING_DEFAULTS,
          recordClipNorm: TRAINING_DEFAULTS.headRecordNorms.peg,
        });
        const bytes = auditBytes(`inversion/${seed}/${spec.kind}/${examples}/${claimed}`);
        const results = Array.from({ length: peg.records }, (_, r) => {
          const from = peg.recordStart[r]!;
          const record = oneRecord(peg, from, examples === 1 ? from + 1 : peg.recordStart[r + 1]!);
          const { update, truth } = releaseOneRecord(record, version, training, bytes);
          const cosine = inversionCosine(invertUpdate(update, version.model), truth);
          return { cosine, error: Math.sqrt(1 - cosine * cosine), baseline: inversionCosine(typical, truth) };
        });
        const average = (value: (result: (typeof results)[number]) => number) =>
          results.reduce((sum, result) => sum + value(result), 0) / results.length;
        return {
          model: spec.kind,
          examples,
          claimed,
          cosine: average(({ cosine }) => cosine),
          relativeError: average(({ error }) => error),
          baseline: average(({ baseline }) => baseline),
        };
      }),
    );
  });
}
