import type { Attack } from './attack.ts';

/**
 * Label flipping: the liar trains as everyone does, on labels turned round, and sends what comes of it. The peg's
 * labels are moves around 0, so the flipped label of y is −y (of C classes it is C − 1 − y); features stay as they
 * are, and so does the risk head, whose labels have no opposite.
 *
 * Source: Tolpegin et al., Data Poisoning Attacks Against Federated Learning Systems, 2020, section 3.
 */
export function labelFlip(): Attack {
  return {
    name: 'label-flip',
    needs: 'training',
    random: false,
    poison: ({ peg, ...rest }) => ({
      ...rest,
      peg: peg.map((set) => ({ ...set, y: set.y.map((label) => -label) })),
    }),
    craft: ({ own }) => Float64Array.from(own),
  };
}
