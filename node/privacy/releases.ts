import type { ReleaseEvent } from '../../privacy/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';

/** So many releases of one kind. */
export type Tally = { readonly event: ReleaseEvent; readonly times: number };

/** Each kind of release once, in the order of its first. */
export function tally(releases: Iterable<{ readonly event: ReleaseEvent }>): Tally[] {
  const kinds = new Map<string, { event: ReleaseEvent; times: number }>();
  for (const { event } of releases) {
    const key = kindOf(event);
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { event, times: 1 });
    else known.times += 1;
  }
  return [...kinds.values()];
}

/** The same text for the same release, in whatever order its fields are. */
export const kindOf = (event: ReleaseEvent): string =>
  digestOf('ballast/release-kind/1', event as unknown as Encodable);

/** The round of a ledger's key, such as 12 of `round/12`; null for another key. */
export function roundOfKey(key: string): number | null {
  const digits = /^round\/([1-9]\d{0,14})$/.exec(key)?.[1];
  return digits === undefined ? null : Number(digits);
}
