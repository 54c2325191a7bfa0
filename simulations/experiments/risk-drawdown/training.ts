import { buildExamples, computeFeatures, type RiskExamples } from '../../../node/features/index.ts';
import {
  createModel,
  drawdownEvents,
  fitRiskNumbers,
  fitShrunkLogistic,
  modelSpec,
  type RiskModel,
  type RiskNumbers,
  type StabilityModel,
} from '../../../node/models/index.ts';
import { type HeadExamples, TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import { noiseMultiplierFor } from '../../../privacy/accountants/gaussian.ts';
import { federate } from '../federated-run.ts';

const ROUNDS = 10;
const RIDGE = 0.03;
/** What each node's head is worth: `public` begins with what BTC's past says, `none` with the events' share alone. */
export type Start = 'public' | 'none';

/** A risk head alone: the peg head beside it has no rows, and is clipped apart. */
export function riskModel(examples: RiskExamples, start: Start): StabilityModel {
  const fitted = fitRiskNumbers(examples);
  const numbers: RiskNumbers =
    start === 'public'
      ? fitted
      : { ...fitted, start: fitted.start.map((_, j) => (j === 0 ? Math.log(0.05 / 0.95) : 0)) };
  return createModel(
    modelSpec({
      peg: { kind: 'linear' },
      recordClipNorms: TRAINING_DEFAULTS.headRecordNorms,
      updateClipNorms: TRAINING_DEFAULTS.headUpdateNorms,
      riskDeadBand: TRAINING_DEFAULTS.riskDeadBand,
      pegNumbers: [
        {
          horizon: 24,
          numbers: {
            persistence: [-1, 0, 1],
            scaledPersistence: [-1, 0, 1],
            meanReversion: { coefficients: [0, 0, 0], quantiles: [-1, 0, 1] },
            anchor: { scale: 1 },
          },
        },
      ],
      riskNumbers: numbers,
    }),
  );
}

/** @param epsilon over all rounds at the network's δ, add-remove, records of a UTC day; infinite for no noise. */
export function trainTogether(
  model: StabilityModel,
  nodes: readonly RiskExamples[],
  epsilon: number,
  seed: string,
): Float64Array {
  const examples = nodes.map(riskAlone);
  const isPrivate = Number.isFinite(epsilon);
  const { localSteps, delta } = TRAINING_DEFAULTS;
  const { weights } = federate(
    { model, training: Array.from({ length: ROUNDS }, () => examples) },
    {
      training: {
        ...TRAINING_DEFAULTS,
        unit: isPrivate ? 'record' : 'none',
        ...(isPrivate
          ? {
              noiseMultiplier: noiseMultiplierFor({
                epsilon,
                delta,
                releases: ROUNDS * localSteps,
                relation: 'add-remove',
              }),
            }
          : {}),
      },
      seed,
    },
  );
  return weights;
}

/** What a node without a row of a peg trains on. */
export function riskAlone(risk: RiskExamples): HeadExamples {
  const nothing = { startHour: 0, deviation: new Float64Array(400) };
  return { peg: [buildExamples(computeFeatures(nothing), { from: 0, to: 0 })], risk };
}

/** All rows in one place: the shrunk logistic of the public start, fitted on the nodes' rows together. */
export function fitPooled(model: RiskModel, nodes: readonly RiskExamples[]): readonly number[] {
  const [first] = nodes;
  if (first === undefined) throw new RangeError('nodes: got none, expected one or more');
  const x = new Float64Array(nodes.reduce((sum, set) => sum + set.x.length, 0));
  const event = new Uint8Array(x.length / first.width);
  let row = 0;
  for (const set of nodes) {
    x.set(set.x, row * set.width);
    event.set(drawdownEvents(model.numbers.threshold, set), row);
    row += set.rows;
  }
  return fitShrunkLogistic(x, first.width, event, RIDGE);
}

/** @throws RangeError where the model has none. */
export function headOf({ heads }: StabilityModel): RiskModel {
  if (heads.risk === undefined) throw new RangeError('risk: got a model without a risk head, expected one');
  return heads.risk.model;
}
