export { BoundedLabel, OTHER } from './bounded-label.ts';
export {
  METRICS,
  type MetricDefinition,
  type MetricName,
  type MetricType,
  type PlainGauge,
} from './definitions.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
