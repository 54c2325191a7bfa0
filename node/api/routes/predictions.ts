import { BallastError } from '../../../protocol/errors.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import { pegForecast, pegRequest, riskAssessment, riskRequest } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

export function predictionRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/predictions/peg',
      operationId: 'predictPeg',
      summary: 'Quantiles of the deviation from the target, by the newest version',
      tag: 'predictions',
      body: { schema: pegRequest, example: EXAMPLES.pegRequest },
      answers: json(pegForecast, EXAMPLES.pegForecast),
      errors: ['PREDICTION_INPUT', 'NOT_READY'],
      handle: async ({ body }) => ({ body: await predicted(() => source().predict.peg(body)) }),
    }),
    route({
      method: 'POST',
      path: '/v1/predictions/risk',
      operationId: 'predictRisk',
      summary: 'Drawdown and volatility of the collateral, by the newest version',
      tag: 'predictions',
      body: { schema: riskRequest, example: EXAMPLES.riskRequest },
      answers: json(riskAssessment, EXAMPLES.riskAssessment),
      errors: ['PREDICTION_INPUT', 'NOT_READY'],
      handle: async ({ body }) => ({ body: await predicted(() => source().predict.risk(body)) }),
    }),
  ];
}

/** Input that has the right form, but that no forecast can be made from. */
async function predicted<Result>(predict: () => Promise<Result>): Promise<Result> {
  try {
    return await predict();
  } catch (error) {
    if (error instanceof BallastError && /^(?:WINDOW_|HEAD_ABSENT$)/.test(error.code)) {
      throw new ApiError('PREDICTION_INPUT', error.message, {
        metadata: { ...error.metadata, reason: error.code },
        cause: error,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
    }
    throw error;
  }
}
