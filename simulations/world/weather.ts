import type { NodeId } from '../../protocol/ids.ts';
import type { Weather } from './fault.ts';

export type LinkQuality = {
  /** Share of messages lost on each link. */
  readonly loss: number;
  /** Delay of each message, uniform between the two, in milliseconds. */
  readonly delayMs: readonly [least: number, most: number];
};

/** What a message meets on its way from one node to another at a moment; `cut` where nothing passes. */
export type Passage = LinkQuality & {
  /** Share of messages that come twice. */
  readonly duplication: number;
  /** Virtual time before which nothing arrives. */
  readonly heldUntil: number;
};

export type Passages = (from: NodeId, to: NodeId, now: number) => Passage | 'cut';

/** Links that are always of one quality. */
export function steady(quality: LinkQuality): Passages {
  const passage = { ...quality, duplication: 0, heldUntil: 0 };
  return () => passage;
}

/**
 * Links as a list of faults makes them.
 *
 * @param start virtual time from which the faults count.
 * @param nodes by their index.
 */
export function weatherOf(
  quality: LinkQuality,
  faults: readonly Weather[],
  nodes: readonly NodeId[],
  start: number,
): Passages {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const sides = new Map(faults.map((fault) => [fault, sidesOf(fault, nodes.length)]));
  const calm: Passage = { ...quality, duplication: 0, heldUntil: 0 };
  const isOver = (fault: Weather, now: number) =>
    now < start + fault.atMs || now >= start + fault.atMs + fault.forMs;
  return (from, to, now) => {
    if (faults.every((fault) => isOver(fault, now))) return calm;
    let { loss } = quality;
    let [least, most] = quality.delayMs;
    let [duplication, heldUntil] = [0, 0];
    for (const fault of faults) {
      if (isOver(fault, now)) continue;
      if (fault.kind === 'partition') {
        const side = sides.get(fault) ?? [];
        if (side[index.get(from) ?? -1] !== side[index.get(to) ?? -1]) return 'cut';
      }
      if (fault.kind === 'loss') loss = 1 - (1 - loss) * (1 - fault.share);
      if (fault.kind === 'delay') most += fault.mostMs;
      if (fault.kind === 'duplication') duplication = Math.max(duplication, fault.share);
      if (fault.kind === 'burst') heldUntil = Math.max(heldUntil, start + fault.atMs + fault.forMs);
    }
    least = Math.min(least, most);
    return { loss, delayMs: [least, most], duplication, heldUntil };
  };
}

/** The number of each node's group; those that are in none share one. */
function sidesOf(fault: Weather, nodes: number): number[] {
  const groups = fault.kind === 'partition' ? fault.groups : [];
  return Array.from({ length: nodes }, (_, node) => groups.findIndex((group) => group.includes(node)));
}
