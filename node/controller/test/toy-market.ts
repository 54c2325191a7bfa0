/**
 * A market of one coin that borrowers mint and repay, as simple as can be while the fee matters to it.
 *
 *     deviation = −depth · gap
 *     gap ← gap − response · (fee − neutral) + arbitrage · deviation
 *
 * `gap` is supply beyond demand, in bp. A fee above the neutral one makes borrowers buy coins back and repay: the gap
 * shrinks and the price rises. A coin above its target is minted and sold by arbitrageurs, below it bought and
 * repaid. A neutral fee that lies elsewhere than the fee is what pushes the coin away for good: without a controller
 * it comes to rest off its target. One step is a day.
 */
export type ToyMarket = {
  /** bp of price by bp of gap. */
  readonly depth: number;
  /** bp of gap that a fee of 1 % above the neutral one takes away in a day. */
  readonly response: number;
  /** Share of a deviation that arbitrage takes away in a day. */
  readonly arbitrage: number;
  /** The yearly fee at which borrowers neither mint nor repay, %. */
  readonly neutral: number;
};

/** bp by which the coin trades above its target. */
export const deviationOf = ({ depth }: ToyMarket, gap: number): number => -depth * gap;

/** The gap a day later, at a yearly fee in %. */
export function nextGap(market: ToyMarket, gap: number, fee: number): number {
  return gap - market.response * (fee - market.neutral) + market.arbitrage * deviationOf(market, gap);
}
