import { redact } from '../redact.ts';
import { json, type Route, route } from '../route.ts';
import { health, readiness } from '../schemas/index.ts';
import type { ApiStatus } from '../source.ts';
import { EXAMPLES } from './examples.ts';

/** `starting` is no success; a node that still catches up may be read, but is behind. */
const STATUSES = { starting: 503, syncing: 206, ready: 200 } as const;

export type HealthCollaborators = {
  readonly status: ApiStatus;
  readonly uptimeSeconds: () => number;
  /** Text in the exposition format of Prometheus. */
  readonly metricsText: () => Promise<string>;
};

/** What Prometheus asks for; the parameters of the type are part of the format. */
const METRICS_TYPE = 'text/plain';

export function healthRoutes({ status, uptimeSeconds, metricsText }: HealthCollaborators): Route[] {
  return [
    route({
      method: 'GET',
      path: '/healthz',
      operationId: 'getHealth',
      summary: 'Whether the process answers; from the first moment on',
      tag: 'health',
      answers: json(health, EXAMPLES.health),
      errors: [],
      handle: () => ({ body: { status: 'ok', uptimeSeconds: uptimeSeconds() } }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      operationId: 'getReadiness',
      summary: 'Whether the node takes part: 503 while it starts, 206 while it catches up, 200 then',
      tag: 'health',
      answers: json(readiness, EXAMPLES.readiness),
      statuses: [200, 206, 503],
      errors: [],
      handle: () => {
        const body = readinessBody(status);
        return { status: STATUSES[body.status], body };
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Metrics for Prometheus',
      tag: 'health',
      answers: { [METRICS_TYPE]: { example: 'ballast_round 9\n' } },
      errors: [],
      handle: async () => ({ body: await metricsText() }),
    }),
  ];
}

/** Readiness and conditions as they may leave the node. */
export function readinessBody({ readiness, conditions }: ApiStatus) {
  const { status, reason } = readiness();
  return {
    status,
    reason: redact(reason),
    conditions: conditions().map(({ code, message, sinceMs }) => ({
      code,
      message: redact(message),
      sinceMs,
    })),
  };
}
