import { z } from 'zod';
import { ApiError } from '../errors.ts';
import { JSON_TYPE, type Route, route } from '../route.ts';
import { digest, weights } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { EXAMPLES } from './examples.ts';

const BYTES_TYPE = 'application/octet-stream';

export function weightRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/weights/{digest}',
      operationId: 'getWeights',
      summary: 'Weights by their digest: float64, little-endian, in the order of the layout',
      tag: 'models',
      params: z.strictObject({ digest }),
      answers: {
        [BYTES_TYPE]: { example: '(8 bytes a weight)' },
        [JSON_TYPE]: { schema: weights, example: EXAMPLES.weights },
      },
      errors: ['WEIGHTS_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { digest }, type }) => {
        const bytes = await source().weights(digest);
        if (bytes === undefined) {
          throw new ApiError('WEIGHTS_UNKNOWN', `weights ${digest}: not kept here`, { metadata: { digest } });
        }
        return {
          body: type === BYTES_TYPE ? bytes : { digest, weights: numbersOf(bytes) },
          isImmutable: true,
          isSteady: type === BYTES_TYPE,
        };
      },
    }),
  ];
}

/** JSON writes float64 so that the same bits are read back, save −0, which weights never hold. */
function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
}
