import { digestOf } from '../../protocol/digest.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A part of a round, as OpenTelemetry has it. Times are milliseconds since the Unix epoch. */
export type Span = {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Whether what the span stands for failed. */
  readonly isError?: boolean;
};

export type SpanEvent = { readonly name: string; readonly atMs: number; readonly attributes: Attributes };

/** The id of a round's trace: the same on every node of a network, so that their spans come together. */
export function traceIdOf(network: string, round: number): string {
  return digestOf('ballast/trace', [network, round]).slice(0, 32);
}

/** @param place what the span is of, apart from all others of its trace. */
export function spanIdOf(traceId: string, ...place: readonly (string | number)[]): string {
  return digestOf('ballast/span', [traceId, ...place]).slice(0, 16);
}
