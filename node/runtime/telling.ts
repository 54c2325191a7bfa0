import { describeError } from './describe-error.ts';
import type { Emit, NodeEvent } from './events.ts';

/**
 * Tells everyone. Who listens must not stop what goes on in the node: that a listener threw is told to the others,
 * and to nobody where none is left.
 */
export function telling(...listeners: readonly (Emit | undefined)[]): Emit {
  return (event) => {
    for (const listener of listeners) {
      try {
        listener?.(event);
      } catch (error) {
        const failed: NodeEvent = { event: 'error', ...describeError(error) };
        for (const other of listeners) if (other !== listener) tryTo(() => other?.(failed));
      }
    }
  };
}

function tryTo(act: () => void): void {
  try {
    act();
  } catch {
    // Nobody is left to tell.
  }
}
