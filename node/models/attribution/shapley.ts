import { BallastError } from '../../../protocol/errors.ts';

/** Players whose coalitions can still be gone through: 32,768 of them. */
const MAX_PLAYERS = 15;

/**
 * Exact Shapley values (Shapley 1953): each player's gain, averaged over all orders in which players may join. They sum
 * to value(all) − value(none); a player that changes nothing has 0, and players that change the same have the same.
 *
 * @param value of a coalition; bit i of the mask says whether player i is in it. Asked once for each of the 2^players.
 * @returns one value a player.
 * @throws BallastError `SHAPLEY_PLAYERS` for more than 15, or no whole number.
 */
export function shapleyValues(players: number, value: (coalition: number) => number): Float64Array {
  if (!Number.isInteger(players) || players < 0 || players > MAX_PLAYERS) {
    throw new BallastError(
      'SHAPLEY_PLAYERS',
      `Shapley values: got ${players} players, expected 0 to ${MAX_PLAYERS}`,
      { metadata: { players }, hint: 'put features together in groups' },
    );
  }
  const worth = Float64Array.from({ length: 2 ** players }, (_, coalition) => value(coalition));
  // Share of the orders in which exactly these `size` others came before: size! (players − size − 1)! / players!
  const share = new Float64Array(players);
  for (let size = 0; size < players; size++) {
    share[size] = size === 0 ? 1 / players : (share[size - 1]! * size) / (players - size);
  }
  const values = new Float64Array(players);
  for (let coalition = 0; coalition < worth.length; coalition++) {
    const size = bitsIn(coalition);
    for (let i = 0; i < players; i++) {
      if ((coalition & (1 << i)) !== 0) continue;
      values[i]! += share[size]! * (worth[coalition | (1 << i)]! - worth[coalition]!);
    }
  }
  return values;
}

function bitsIn(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
