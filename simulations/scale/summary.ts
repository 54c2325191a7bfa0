import type { NodeId } from '../../protocol/ids.ts';
import type { Flow, Traffic } from './traffic.ts';

/** Of one kind of node, per round: what is sent and received together. */
export type TrafficSummary = {
  readonly nodes: number;
  readonly messages: Spread;
  readonly bytes: Spread;
  /** Without headers. */
  readonly bytesBeyondHeaders: Spread;
  /** Of certificates alone, whose signatures are those of a quorum. */
  readonly certificateBytes: Spread;
};

export type Spread = { readonly mean: number; readonly p99: number };

/** @param nodes of one kind, one at least. */
export function summarise(traffic: Traffic, nodes: readonly NodeId[], rounds: number): TrafficSummary {
  const per = (value: (kind: string, flow: Flow) => number): Spread =>
    spreadOf(nodes.map((node) => totalOf(traffic, node, value) / rounds));
  return {
    nodes: nodes.length,
    messages: per((_, flow) => flow.messages),
    bytes: per((_, flow) => flow.bytes),
    bytesBeyondHeaders: per((kind, flow) => (kind === 'update-header' ? 0 : flow.bytes)),
    certificateBytes: per((kind, flow) => (kind === 'certificate' ? flow.bytes : 0)),
  };
}

function totalOf(traffic: Traffic, node: NodeId, value: (kind: string, flow: Flow) => number): number {
  const { sent, received } = traffic.of(node);
  return [...sent, ...received].reduce((sum, [kind, flow]) => sum + value(kind, flow), 0);
}

/** The 99th percentile is the smallest value that 99 % do not exceed. */
function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return { mean, p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0 };
}
