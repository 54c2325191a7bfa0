import type { NodeEvent } from '../runtime/events.ts';
import { redact } from './redact.ts';

/** An event as it may leave the node: JSON with its kind. */
export type ApiEvent = { readonly event: string; readonly [field: string]: unknown };

/**
 * What others may see of an event; undefined for what is the operator's alone.
 *
 * Kept back: listening addresses, how long training took, why the ledger abstained, and the words of an error,
 * which may hold paths, endpoints and stacks. Every text is redacted.
 */
export function toApiEvent(event: NodeEvent): ApiEvent | undefined {
  switch (event.event) {
    case 'ready':
      return { event: 'ready', node: event.node, engine: event.engine, peers: event.peers };
    case 'trained':
      return { event: 'trained', round: event.round };
    case 'abstained':
      return { event: 'abstained', round: event.round, code: event.code };
    case 'error':
      return { event: 'error', code: event.code };
    case 'refused':
      return { event: 'refused', code: event.code, sender: event.sender };
    default:
      return PUBLIC.has(event.event) ? (redacted(event) as ApiEvent) : undefined;
  }
}

/** Kinds that hold nothing but what peers or the chain know. Kinds that are not named here stay in the node. */
const PUBLIC: ReadonlySet<string> = new Set([
  'phase',
  'judged',
  'drift',
  'shadow',
  'suspected',
  'view',
  'voted',
  'decided',
  'published',
  'rotated',
  'recommended',
  'fee',
  'proposed',
  'reported',
  'observed',
  'halted',
  'finished',
  'condition',
]);

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redacted(inner)]));
}
