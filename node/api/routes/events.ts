import { z } from 'zod';
import { type Route, route } from '../route.ts';

export const EVENTS_PATH = '/v1/events';
export const EVENTS_TYPE = 'text/event-stream';

const eventsQuery = z.strictObject({
  after: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'the same as Last-Event-ID, for clients that cannot set it' }),
});

/** The description of the stream; the server writes it itself, see `event-stream.ts`. */
export function eventRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: EVENTS_PATH,
      operationId: 'streamEvents',
      summary: 'Events as they happen, as server-sent events; resumed after Last-Event-ID',
      tag: 'events',
      query: eventsQuery,
      headers: { 'Last-Event-ID': 'id of the last event that was seen' },
      answers: {
        [EVENTS_TYPE]: {
          example: 'id: 5f1e09aa-12\nevent: phase\ndata: {"event":"phase","round":9,"phase":"sealed"}\n\n',
        },
      },
      errors: ['SUBSCRIBERS_FULL'],
      isStream: true,
      handle: () => ({ body: '' }),
    }),
  ];
}
