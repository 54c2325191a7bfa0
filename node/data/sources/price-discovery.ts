import { BallastError } from '../../../protocol/errors.ts';

/** What one source says of the price now. */
export type Quote = {
  readonly source: string;
  /** In one unit for all. */
  readonly price: number;
  /** When the source knew it, seconds since the epoch. */
  readonly second: number;
  /** Bits of `FLAGS`. */
  readonly flags: number;
};

export type DiscoveryRules = {
  /** The oldest quote that counts, seconds. */
  readonly maxAge: number;
  /** The furthest ahead that a source's clock may be, seconds. */
  readonly maxAhead: number;
  /** Share of the median beyond which a quote is an outlier. */
  readonly outlier: number;
  /** Flags with which a quote does not count. */
  readonly excludedFlags: number;
  /** Quotes that must count for there to be a price. */
  readonly quorum: number;
};

/** Why a quote does not count, or that it stands apart. */
export type Verdict = 'used' | 'outlier' | 'stale' | 'future' | 'flagged' | 'malformed' | 'repeated';

export type DiscoveredPrice = {
  /** The median of what counts; undefined without a quorum. */
  readonly price: number | undefined;
  /** Half of the quotes that count stand within this share of the median; a measure of how far they agree. */
  readonly spread: number | undefined;
  /** How many count. */
  readonly count: number;
  readonly verdicts: ReadonlyMap<string, Verdict>;
};

export const MAX_QUOTES = 1_000;

/**
 * The price on which most sources agree: the median of the fresh ones, the mean of the two in the middle where they are
 * even in number. Fewer than half of them, whatever they say, cannot move it beyond the range of the rest; that is why
 * outliers are named and stay: whoever is thrown out by a rule of distance is thrown out by liars too. A source counts
 * once: of several quotes of one source none does.
 *
 * @param now seconds since the epoch.
 * @throws BallastError `QUOTES_TOO_MANY` above {@link MAX_QUOTES}.
 */
export function discoverPrice(quotes: readonly Quote[], rules: DiscoveryRules, now: number): DiscoveredPrice {
  if (quotes.length > MAX_QUOTES) {
    throw new BallastError('QUOTES_TOO_MANY', `quotes: got ${quotes.length}, expected at most ${MAX_QUOTES}`);
  }
  const times = new Map<string, number>();
  for (const { source } of quotes) times.set(source, (times.get(source) ?? 0) + 1);
  const verdicts = new Map<string, Verdict>();
  const counted: Quote[] = [];
  for (const quote of quotes) {
    const verdict = times.get(quote.source) === 1 ? judge(quote, rules, now) : 'repeated';
    verdicts.set(quote.source, verdict);
    if (verdict === 'used') counted.push(quote);
  }
  const count = counted.length;
  if (count === 0 || count < rules.quorum) {
    return { price: undefined, spread: undefined, count, verdicts };
  }
  const price = median(counted.map((quote) => quote.price));
  const distances = counted.map((quote) => Math.abs(quote.price - price) / price);
  for (const [i, { source }] of counted.entries()) {
    if ((distances[i] ?? 0) > rules.outlier) verdicts.set(source, 'outlier');
  }
  return { price, spread: median(distances), count, verdicts };
}

function judge({ price, second, flags }: Quote, rules: DiscoveryRules, now: number): Verdict {
  if (!(price > 0 && Number.isFinite(price) && Number.isFinite(second))) return 'malformed';
  if (second > now + rules.maxAhead) return 'future';
  if (now - second > rules.maxAge) return 'stale';
  return (flags & rules.excludedFlags) === 0 ? 'used' : 'flagged';
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[half - 1] ?? Number.NaN);
  // Half of each first: the sum of two large prices must not overflow.
  return lower === upper ? upper : Math.min(upper, Math.max(lower, lower / 2 + upper / 2));
}
