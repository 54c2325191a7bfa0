import { json, type Route, route } from '../route.ts';
import { drift, shadow } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

export function monitoringRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/drift',
      operationId: 'getDrift',
      summary: 'Whether inputs, losses and intervals of the published model are what they were',
      tag: 'models',
      answers: json(drift, EXAMPLES.drift),
      errors: ['NOT_READY'],
      handle: () => ({ body: source().drift() }),
    }),
    route({
      method: 'GET',
      path: '/v1/shadow',
      operationId: 'getShadow',
      summary: 'How a candidate that moves nothing does beside the published model',
      tag: 'models',
      answers: json(shadow, EXAMPLES.shadow),
      errors: ['NOT_READY'],
      handle: () => ({ body: source().shadow() }),
    }),
  ];
}
