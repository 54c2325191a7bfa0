import * as z from 'zod';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import { UsageError } from '../../protocol/errors.ts';
import { digest, firstIssue } from '../../protocol/schema.ts';
import { PEG_HORIZONS } from '../features/index.ts';
import { featureSchemaHash, PEG_CHANNELS, RISK_INPUTS } from '../features/library/index.ts';
import { createAssessor, RISK_SCORES, type RiskAssessor } from './assessor/index.ts';
import { MOST_DEPTH, MOST_TREES, type TreeEnsemble } from './boosting/index.ts';
import { MOST_UNITS } from './dense/dense-network.ts';
import { createLstm, type LstmModel } from './lstm/index.ts';
import { QUANTILE_LEVELS } from './peg-model.ts';

/** Kinds of models that stand beside the network's own. */
const LOCAL_MODEL_KINDS = ['risk-assessor', 'peg-lstm', 'boosted-trees'] as const;

const finite = z.number();
const share = z.number().min(0).max(1);
const units = z.int().min(1).max(MOST_UNITS);
const [a, b, c, d, e] = RISK_SCORES;
const byScore = z.strictObject({ [a]: share, [b]: share, [c]: share, [d]: share, [e]: share });
/** Most nodes of one tree: a full one of the greatest depth. */
const MOST_NODES = 2 ** (MOST_DEPTH + 1) - 1;

const assessor = z.strictObject({
  kind: z.literal('risk-assessor'),
  version: z.literal(1),
  features: digest,
  hidden: z.array(units).min(1).max(4),
  numbers: z.strictObject({ scale: byScore, threshold: byScore, weights: byScore }),
});

const lstm = z.strictObject({
  kind: z.literal('peg-lstm'),
  version: z.literal(1),
  features: digest,
  steps: z.int().min(1).max(1_024),
  units: z.tuple([units, units]),
});

const column = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(MOST_NODES);
const tree = z
  .strictObject({
    column: column(z.int().min(0)),
    threshold: column(finite),
    left: column(z.int().min(0)),
    value: column(finite),
  })
  .refine(
    ({ column: columns, threshold, left, value }) =>
      [threshold, left, value].every(({ length }) => length === columns.length) &&
      // A child comes after its parent, so that every walk ends.
      left.every((child, node) => child === 0 || (child > node && child + 1 < left.length)),
    'expected columns of one length, and children after their parents',
  );

const trees = z
  .strictObject({
    kind: z.literal('boosted-trees'),
    version: z.literal(1),
    features: digest,
    ensemble: z.strictObject({
      loss: z.union([
        z.strictObject({ kind: z.literal('pinball'), level: z.number().gt(0).lt(1) }),
        z.strictObject({ kind: z.literal('log') }),
      ]),
      width: z.int().min(1).max(1_024),
      base: finite,
      trees: z.array(tree).max(MOST_TREES),
    }),
  })
  .refine(
    ({ ensemble }) => ensemble.trees.every((own) => own.column.every((index) => index < ensemble.width)),
    'expected columns below the width',
  );

const spec = z.discriminatedUnion('kind', [assessor, lstm, trees]);

/**
 * A model that stands beside the network's own, as plain JSON: the risk assessor and the LSTM by their sizes and public
 * numbers, whose weights are vectors beside them; a tree ensemble with all its trees. None is part of the network
 * document, and none moves a parameter.
 */
export type LocalModelSpec = z.infer<typeof spec>;

/**
 * @param value parsed JSON.
 * @throws UsageError `MODEL_KIND` for a kind that this code does not have; `MODEL_SPEC` (field and expectation)
 *   otherwise, also for features that this code does not compute.
 */
export function parseLocalModelSpec(value: unknown): LocalModelSpec {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (!LOCAL_MODEL_KINDS.some((known) => known === kind)) {
    throw new UsageError(
      'MODEL_KIND',
      `model: got kind ${JSON.stringify(kind) ?? 'none'}, expected one of ${LOCAL_MODEL_KINDS.join(', ')}`,
      { metadata: { kind }, hint: 'the file was written for another program, or by another version' },
    );
  }
  const parsed = spec.safeParse(value);
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw refused(field, expectation);
  }
  const own = parsed.data;
  if (own.kind === 'risk-assessor') {
    requireFeatures(own.features, featureSchemaHash(RISK_INPUTS));
    createAssessor(own.numbers, own.hidden);
  }
  if (own.kind === 'peg-lstm') requireFeatures(own.features, featureSchemaHash(PEG_CHANNELS));
  return own;
}

/** Hash of everything that fixes the model but its weights; of trees, those too. */
export function localModelHash(value: LocalModelSpec): Digest {
  // As a file would carry it: the canonical encoding knows no negative zero.
  const plain = JSON.parse(JSON.stringify(parseLocalModelSpec(value)));
  return digestOf('ballast/local-model/1', { spec: plain });
}

/** The assessor of a spec. */
export function assessorOf(own: Extract<LocalModelSpec, { kind: 'risk-assessor' }>): RiskAssessor {
  return createAssessor(own.numbers, own.hidden);
}

/** The LSTM of a spec: nine quantiles, three levels at each of the three horizons. */
export function lstmOf({ steps, units: own }: Extract<LocalModelSpec, { kind: 'peg-lstm' }>): LstmModel {
  const outputs = PEG_HORIZONS.length * QUANTILE_LEVELS.length;
  return createLstm({ inputs: PEG_CHANNELS.columns.length, steps, units: [own[0], own[1]], outputs });
}

/** The trees of a spec. */
export function ensembleOf({ ensemble }: Extract<LocalModelSpec, { kind: 'boosted-trees' }>): TreeEnsemble {
  return ensemble;
}

function requireFeatures(given: Digest, expected: Digest): void {
  if (given === expected) return;
  throw refused('features', `got features ${given.slice(0, 12)}, expected ${expected.slice(0, 12)}`);
}

function refused(field: string, expectation: string): UsageError {
  return new UsageError('MODEL_SPEC', `model: ${field}: ${expectation}`, { metadata: { field } });
}
