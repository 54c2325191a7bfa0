import { json, type Route, route } from '../route.ts';
import { privacyAccount } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

export function privacyRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/node/privacy',
      operationId: 'getNodePrivacy',
      summary: 'What this node has spent of its privacy budget, round by round, and what is left',
      tag: 'node',
      answers: json(privacyAccount, EXAMPLES.privacyAccount),
      errors: ['NOT_READY'],
      handle: async () => ({ body: await source().privacy() }),
    }),
  ];
}
