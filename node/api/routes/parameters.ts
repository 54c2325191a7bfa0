import { z } from 'zod';
import { closestWord } from '../../../protocol/errors.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import { parameter, parameters } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

const params = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'expected the name of a parameter or its id')
    .meta({ description: 'name, or id in hexadecimal digits' }),
});

export function parameterRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/parameters',
      operationId: 'listParameters',
      summary: 'The parameters that models may move, and their bounds',
      tag: 'parameters',
      answers: json(parameters, EXAMPLES.parameters),
      errors: ['NOT_READY'],
      handle: async () => ({ body: { items: await source().parameters() } }),
    }),
    route({
      method: 'GET',
      path: '/v1/parameters/{id}',
      operationId: 'getParameter',
      summary: 'One parameter, by its name or its id',
      tag: 'parameters',
      params,
      answers: json(parameter, EXAMPLES.parameter),
      errors: ['PARAMETER_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { id } }) => {
        const known = await source().parameters();
        const found = known.find((item) => item.id === id || item.name === id);
        if (found !== undefined) return { body: found };
        const close = closestWord(
          id,
          known.map(({ name }) => name),
        );
        throw new ApiError('PARAMETER_UNKNOWN', `parameter ${id}: not known here`, {
          metadata: { id },
          ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
        });
      },
    }),
  ];
}
