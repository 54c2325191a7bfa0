import { UsageError } from '../../../protocol/errors.ts';
import { shown } from './wire.ts';

/**
 * @param examples how venues spell one, for the hint.
 * @throws UsageError `SOURCE_SYMBOL` for a symbol that the venue would not know.
 */
export function requireSymbol(
  venue: { readonly name: string; readonly symbol: RegExp },
  symbol: string,
  examples: string,
): void {
  if (venue.symbol.test(symbol)) return;
  throw new UsageError(
    'SOURCE_SYMBOL',
    `symbol: got ${shown(symbol)}, expected one as ${venue.name} spells it`,
    { metadata: { venue: venue.name, symbol }, hint: `such as ${examples}` },
  );
}
