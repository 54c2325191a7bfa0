import { json, type Route, route } from '../route.ts';
import { breaker, overrides } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

export function breakerRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/breaker',
      operationId: 'getBreaker',
      summary: 'What the circuit breaker halts, since when, and who or what halted it',
      tag: 'parameters',
      answers: json(breaker, EXAMPLES.breaker),
      errors: ['NOT_READY'],
      handle: async () => ({ body: await source().breaker() }),
    }),
    route({
      method: 'GET',
      path: '/v1/overrides',
      operationId: 'listOverrides',
      summary: 'The overrides of governance that keep models from parameters, until when and why',
      tag: 'parameters',
      answers: json(overrides, EXAMPLES.overrides),
      errors: ['NOT_READY'],
      handle: async () => ({ body: { items: await source().overrides() } }),
    }),
  ];
}
