import { openApiDocument } from '../openapi.ts';
import { JSON_TYPE, type Route, route } from '../route.ts';
import type { ApiSource, ApiStatus } from '../source.ts';
import { breakerRoutes } from './breaker.ts';
import { eventRoutes } from './events.ts';
import { type HealthCollaborators, healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { liveRoutes } from './live.ts';
import { modelRoutes } from './models.ts';
import { monitoringRoutes } from './monitoring.ts';
import { nodeRoutes } from './node.ts';
import { parameterRoutes } from './parameters.ts';
import { predictionRoutes } from './predictions.ts';
import { privacyRoutes } from './privacy.ts';
import { roundRoutes } from './rounds.ts';
import { weightRoutes } from './weights.ts';

/** Every route of the API, its own description included. */
export function allRoutes(
  source: () => ApiSource,
  status: ApiStatus,
  health: Omit<HealthCollaborators, 'status'>,
): Route[] {
  const routes: Route[] = [
    ...healthRoutes({ ...health, status }),
    ...nodeRoutes(source, status),
    ...privacyRoutes(source),
    ...modelRoutes(source),
    ...monitoringRoutes(source),
    ...liveRoutes(source),
    ...historyRoutes(source),
    ...weightRoutes(source),
    ...roundRoutes(source),
    ...parameterRoutes(source),
    ...breakerRoutes(source),
    ...predictionRoutes(source),
    ...eventRoutes(),
  ];
  const itself = route({
    method: 'GET',
    path: '/v1/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This description, as OpenAPI 3.1',
    tag: 'node',
    answers: { [JSON_TYPE]: { example: { openapi: '3.1.0' } } },
    errors: [],
    handle: () => ({ body: document }),
  });
  const document = openApiDocument([...routes, itself]);
  return [...routes, itself];
}
