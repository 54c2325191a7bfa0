import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import type { NodeConfig } from '../config/index.ts';
import type { ServiceEvent } from '../service/index.ts';

export type NodeTraces = {
  readonly observe: (event: ServiceEvent) => void;
  readonly close: () => Promise<void>;
};

/** Traces of a node's rounds, where the configuration says where to; nothing is loaded elsewhere. */
export async function openTraces(
  { traces }: Pick<NodeConfig, 'traces'>,
  document: NetworkDocument,
  node: string,
  onFailure: (reason: string) => void,
): Promise<NodeTraces | undefined> {
  if (traces === undefined) return undefined;
  const { OtlpExporter, RoundSpans } = await import('../tracing/index.ts');
  const network = networkId(document);
  const exporter = new OtlpExporter({
    endpoint: traces.endpoint,
    resource: { 'service.name': 'ballast', 'service.instance.id': node, 'ballast.network': network },
    onFailure,
  });
  const spans = new RoundSpans({
    network,
    node,
    now: () => performance.timeOrigin + performance.now(),
    emit: (span) => exporter.add(span),
  });
  return {
    observe: (event) => {
      if (event.event !== 'listening') spans.observe(event);
    },
    close: () => exporter.close(),
  };
}
