export { METRICS } from './definitions.ts';
export { createMetrics, type Metrics } from './metrics.ts';
