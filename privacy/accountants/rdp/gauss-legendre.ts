/** A node of a quadrature rule on [−1, 1], and its weight. */
export type QuadratureNode = { readonly at: number; readonly weight: number };

/**
 * The Gauss–Legendre rule with `count` nodes on [−1, 1], exact for polynomials of degree 2·count − 1: the zeros of the
 * Legendre polynomial by Newton's iteration (Abramowitz and Stegun 25.4.29).
 */
export function gaussLegendre(count: number): readonly QuadratureNode[] {
  return Array.from({ length: count }, (_, i) => {
    let at = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 8; iteration++) {
      let [previous, value] = [1, at];
      for (let k = 2; k <= count; k++) {
        [previous, value] = [value, ((2 * k - 1) * at * value - (k - 1) * previous) / k];
      }
      slope = (count * (at * value - previous)) / (at * at - 1);
      at -= value / slope;
    }
    return { at, weight: 2 / ((1 - at * at) * slope * slope) };
  });
}
