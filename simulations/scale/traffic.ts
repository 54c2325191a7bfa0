import type { NodeId } from '../../protocol/ids.ts';

/** What passed a node's link in one direction. */
export type Flow = { messages: number; bytes: number };

/** What a node sent and received, by kind of message: a type, `body`, `log` or `witness`. */
export type NodeTraffic = {
  readonly sent: Map<string, Flow>;
  readonly received: Map<string, Flow>;
};

/**
 * Counts what passes each node's link. A gossiped message counts once where it starts and once at everyone who gets
 * it; that a real mesh passes each on to several neighbours comes on top, in proportion.
 */
export class Traffic {
  readonly #nodes = new Map<NodeId, NodeTraffic>();

  sent(node: NodeId, kind: string, bytes: number): void {
    count(this.of(node).sent, kind, bytes);
  }

  received(node: NodeId, kind: string, bytes: number): void {
    count(this.of(node).received, kind, bytes);
  }

  of(node: NodeId): NodeTraffic {
    let traffic = this.#nodes.get(node);
    if (traffic === undefined) {
      traffic = { sent: new Map(), received: new Map() };
      this.#nodes.set(node, traffic);
    }
    return traffic;
  }
}

function count(flows: Map<string, Flow>, kind: string, bytes: number): void {
  const flow = flows.get(kind);
  if (flow === undefined) {
    flows.set(kind, { messages: 1, bytes });
    return;
  }
  flow.messages += 1;
  flow.bytes += bytes;
}
