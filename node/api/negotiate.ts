/**
 * The best of `offers` for an Accept header, or undefined where it takes none of them (RFC 9110, section 12.5.1).
 * Without the header, and among equals, the first offer wins. Ranges beyond the 32nd are not read.
 */
export function negotiate(accept: string | undefined, offers: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '') return offers[0];
  const ranges = accept.toLowerCase().split(',', 32).map(parseRange);
  let best: { readonly offer: string; readonly quality: number } | undefined;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > (best?.quality ?? 0)) best = { offer, quality };
  }
  return best?.offer;
}

type Range = { readonly type: string; readonly quality: number };

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const quality =
    given === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given) : 0;
  return { type, quality };
}

/** The most specific range that covers an offer decides. */
function qualityOf(offer: string, ranges: readonly Range[]): number {
  for (const pattern of [offer, `${offer.split('/', 1)[0]}/*`, '*/*']) {
    const range = ranges.find(({ type }) => type === pattern);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
