import type { Attributes, Span } from './span.ts';

const INTERNAL = 1;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

/** Spans as the JSON of an OTLP `ExportTraceServiceRequest` (opentelemetry-proto 1.x). */
export function otlpRequest(spans: readonly Span[], resource: Attributes): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: 'ballast' }, spans: spans.map(spanJson) }],
      },
    ],
  });
}

function spanJson({
  parentSpanId,
  startMs,
  endMs,
  attributes,
  events,
  isError = false,
  ...span
}: Span): unknown {
  return {
    ...span,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    kind: INTERNAL,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
    attributes: keyValues(attributes),
    events: events.map(({ name, atMs, attributes: of }) => ({
      name,
      timeUnixNano: nanoseconds(atMs),
      attributes: keyValues(of),
    })),
    status: { code: isError ? STATUS_ERROR : STATUS_OK },
  };
}

/** 64-bit integers are text in the JSON of protobuf. */
const nanoseconds = (milliseconds: number): string =>
  String(BigInt(Math.round(milliseconds * 1_000)) * 1_000n);

const keyValues = (attributes: Attributes): unknown =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: string | number | boolean): unknown {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
