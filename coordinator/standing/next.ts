import { BoundedCache } from '../../protocol/cache.ts';
import { digestOf } from '../../protocol/digest.ts';
import { standingDigest } from './encoding.ts';
import { type RoundRecord, standingAfter } from './fold.ts';
import type { StandingTable } from './table.ts';

/** An entry is computed anew at many steps, and by every node of a simulation: the last few tables are kept. */
const tables = new BoundedCache<StandingTable>(64);

/** As {@link standingAfter}, computed once for equal inputs. */
export function nextStanding(table: StandingTable, record: RoundRecord, first: number): StandingTable {
  const { round, epoch, roll, asked = [], offences } = record;
  const key = digestOf('ballast/standing-cache/1', {
    table: standingDigest(table),
    round,
    epoch,
    roll: roll.map(({ node, fate }) => [node, fate]),
    asked: [...asked],
    offences: offences.map(({ node }) => node),
    first,
  });
  const known = tables.get(key);
  if (known !== undefined) return known;
  const next = standingAfter(table, record, first);
  tables.set(key, next, 1);
  return next;
}
