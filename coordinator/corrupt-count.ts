/** A probability as a fraction: exact, or where said so an upper bound. */
export type Probability = { readonly numerator: bigint; readonly denominator: bigint };

/**
 * P(X > borne) for X ~ Hypergeometric(total, corrupt, drawn): more than `borne` corrupt ones among `drawn` that are
 * drawn without replacement, all equally likely. Exact:
 *
 *     Σ over x > borne of C(corrupt, x) · C(total − corrupt, drawn − x), divided by C(total, drawn).
 *
 * Needs 0 ≤ corrupt ≤ total and 0 ≤ drawn ≤ total.
 */
export function hypergeometricTail(
  total: number,
  corrupt: number,
  drawn: number,
  borne: number,
): Probability {
  const honest = total - corrupt;
  const first = Math.max(borne + 1, drawn - honest, 0);
  const last = Math.min(corrupt, drawn);
  const denominator = binomial(total, drawn);
  let term = first <= last ? binomial(corrupt, first) * binomial(honest, drawn - first) : 0n;
  let numerator = 0n;
  for (let x = first; x <= last; x++) {
    numerator += term;
    // The next term by the ratio of two neighbours; the division leaves no remainder.
    const [up, down] = [(corrupt - x) * (drawn - x), (x + 1) * (honest - drawn + x + 1)];
    term = (term * BigInt(up)) / BigInt(Math.max(down, 1));
  }
  return { numerator, denominator };
}

/** C(n, k). */
export function binomial(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let value = 1n;
  for (let i = 1; i <= Math.min(k, n - k); i++) value = (value * BigInt(n - i + 1)) / BigInt(i);
  return value;
}

const FRACTION_BITS = 256n;
const ONE = 1n << FRACTION_BITS;

/**
 * How many corrupt nodes a weighted draw may bring, for the worst set of corrupt nodes whose weights sum to at most
 * `corrupt`: an upper bound, since the true law depends on which nodes these are.
 *
 * Nodes are drawn one after the other, each with a probability in proportion to its weight among those left. Once x
 * corrupt and h honest nodes are drawn, the corrupt weight left is at most a = corrupt − (the x smallest weights of
 * all), the honest weight left at least b = total − corrupt − (the h largest weights of all); hence the next one is
 * corrupt with a probability of at most a/(a + b), and of 0 once the x+1 smallest weights together exceed `corrupt`.
 * The chain with just these probabilities has, by coupling step by step, at least as many corrupt nodes as any true
 * draw: where both have equally many its next step is the likelier one, and where it has more it stays ahead or
 * level. With equal weights it is the hypergeometric law itself.
 *
 * Probabilities are integers in units of 2^−256, every one rounded up.
 *
 * @param weights positive, in any order.
 * @returns after j calls of `draw` the law of j drawn nodes; `tail(borne)` bounds P(X > borne).
 */
export function worstWeightedDraw(weights: readonly bigint[], corrupt: bigint) {
  const ascending = [...weights].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const smallest = sums(ascending);
  const largest = sums(ascending.toReversed());
  const honest = (smallest.at(-1) ?? 0n) - corrupt;
  let law: readonly bigint[] = [ONE];
  return {
    draw: (): void => {
      const next = Array.from({ length: law.length + 1 }, () => 0n);
      for (const [x, probability] of law.entries()) {
        const isFull = (smallest[x + 1] ?? corrupt + 1n) > corrupt;
        const a = isFull ? 0n : corrupt - (smallest[x] ?? 0n);
        const b = atLeastZero(honest - (largest[law.length - 1 - x] ?? honest));
        const whole = a + b;
        next[x + 1] = (next[x + 1] ?? 0n) + dividedUp(probability * a, whole);
        next[x] = (next[x] ?? 0n) + (whole === 0n ? probability : dividedUp(probability * b, whole));
      }
      law = next;
    },
    tail: (borne: number): Probability => ({
      numerator: law.slice(borne + 1).reduce((sum, each) => sum + each, 0n),
      denominator: ONE,
    }),
  };
}

/** The sums of the first 0, 1, 2 … values. */
function sums(values: readonly bigint[]): bigint[] {
  const found = [0n];
  let sum = 0n;
  for (const value of values) {
    sum += value;
    found.push(sum);
  }
  return found;
}

function dividedUp(value: bigint, by: bigint): bigint {
  return by === 0n ? 0n : (value + by - 1n) / by;
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
