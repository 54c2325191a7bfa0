import type { Attack } from './attack.ts';

/** Zero: an update that changes nothing, from a node that takes part without working. */
export function zero(): Attack {
  return { name: 'zero', needs: 'own', random: false, craft: ({ own }) => new Float64Array(own.length) };
}
