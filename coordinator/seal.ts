import { fromHex, toHex } from '../protocol/digest.ts';
import { sameBytes } from '../protocol/encoding.ts';
import type { NodeId } from '../protocol/ids.ts';
import type { Payload, SealedHeader } from '../protocol/messages.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import { forEachRow } from '../protocol/roster-rows.ts';
import type { Committee } from './committee.ts';
import { compareText } from './compare.ts';
import type { Roster } from './roster.ts';
import {
  admittanceOf,
  isNoFault,
  NODE_CANARY,
  NODE_QUARANTINED,
  type StandingTable,
} from './standing/index.ts';

export type SealReports = ReadonlyMap<NodeId, Payload<'seal-report'>>;
export type BodyReports = ReadonlyMap<NodeId, Payload<'body-report'>>;

/**
 * The sealed headers: those that F+1 members report in time, so that at least one honest member saw each before
 * anybody's body was served. A node that signed two headers has neither.
 *
 * @returns in ascending order of node id; the caller orders rows by the beacon.
 */
export function sealedHeaders(committee: Committee, { nodes }: Roster, reports: SealReports): SealedHeader[] {
  const tally = tallyRows([...reports.values()].map(({ headers }) => headers));
  return nodes.flatMap((node, place) => {
    const [seen, ...others] = (tally.get(place) ?? []).filter(({ count }) => count > committee.faults);
    return seen === undefined || others.length > 0 ? [] : [{ node, digest: toHex(seen.digest) }];
  });
}

/**
 * What the chain was at the seal: the (F+1)-th highest finalised height that members report. No F liars push it above
 * what an honest member saw. It lies between the honest members' lowest and highest, whichever reports a leader picks.
 */
export function finalizedAtSeal(committee: Committee, reports: SealReports): number {
  const heights = [...reports.values()].map(({ finalized }) => finalized).sort((a, b) => b - a);
  return heights[Math.min(committee.faults, heights.length - 1)] ?? 0;
}

/** The terms of a network under which beacons follow one another. */
export type BeaconTerms = Pick<NetworkParameters, 'beaconLag' | 'beaconInterval'>;

/**
 * The height of the next beacon's block: the first of `beaconHeight` + 1, 2, 3 … intervals that lies `beaconLag`
 * blocks or more beyond what was final at the seal, so that the block did not exist when the round was sealed.
 *
 * A leader chooses which q reports its proposal rests on, and so, within the honest members' heights, what was final
 * at the seal. Where they all sealed within `beaconInterval` − `beaconLag` blocks of this round's beacon, every choice
 * gives the same height, one interval on: the beacon is nobody's choice. Members seal at most `collectMs` after they
 * see the beacon, whatever the views after that take, so an interval of the blocks of `collectMs`, plus the lag, does
 * for every round that begins in time. A round that begins later (the one before took longer than its interval) is
 * carried on the same grid: the leader then has a choice between two neighbours only where the honest heights lie
 * on both sides of a step, and it makes it, in view 0, among blocks that do not exist yet.
 *
 * The trade: the longer the interval, the more lateness it hides, and the longer a round waits for its beacon. A
 * height fixed rounds ahead would leave no choice ever, but its block would exist before a late round is sealed.
 */
export function nextBeaconHeight(
  beaconHeight: number,
  finalized: number,
  { beaconLag, beaconInterval = 1 }: BeaconTerms,
): number {
  const blocks = finalized + beaconLag - beaconHeight;
  return beaconHeight + beaconInterval * Math.max(1, Math.ceil(blocks / beaconInterval));
}

export type Availability = {
  readonly accepted: SealedHeader[];
  readonly dropped: { node: NodeId; code: string }[];
};

/**
 * Which sealed updates count: those whose valid body F+1 members hold, of nodes that are not in quarantine. The others
 * drop out, each with why.
 */
export function available(
  committee: Committee,
  { places }: Roster,
  sealed: readonly SealedHeader[],
  reports: BodyReports,
  standing: StandingTable,
): Availability {
  const tally = tallyRows([...reports.values()].map(({ held }) => held));
  const refusals = refusalsOf(reports);
  const held = ({ node, digest }: SealedHeader): number => {
    const bytes = fromHex(digest);
    const rows = tally.get(places.get(node) ?? -1) ?? [];
    return rows.find((row) => sameBytes(row.digest, bytes))?.count ?? 0;
  };
  const code = (header: SealedHeader): string | undefined => {
    const admittance = admittanceOf(standing, header.node);
    if (admittance === 'quarantined') return NODE_QUARANTINED;
    if (held(header) <= committee.faults)
      return commonRefusal(refusals.get(`${header.node} ${header.digest}`) ?? []);
    return admittance === 'canary' ? NODE_CANARY : undefined;
  };
  const codes = sealed.map((header) => ({ header, code: code(header) }));
  return {
    accepted: codes.flatMap(({ header, code }) => (code === undefined ? [header] : [])),
    dropped: codes.flatMap(({ header, code }) => (code === undefined ? [] : [{ node: header.node, code }])),
  };
}

/** How many reports have a digest at a place: mostly one digest, for mostly all of them. */
type Counted = { readonly digest: Uint8Array; count: number };

function tallyRows(reports: readonly Uint8Array[]): ReadonlyMap<number, readonly Counted[]> {
  const tally = new Map<number, Counted[]>();
  for (const rows of reports) {
    forEachRow(rows, (place, digest) => {
      const counted = tally.get(place);
      if (counted === undefined) {
        tally.set(place, [{ digest, count: 1 }]);
        return;
      }
      const same = counted.find((each) => sameBytes(each.digest, digest));
      if (same === undefined) counted.push({ digest, count: 1 });
      else same.count += 1;
    });
  }
  return tally;
}

/** The codes that reports give, by node and digest. No report makes a fault into none. */
function refusalsOf(reports: BodyReports): ReadonlyMap<string, readonly string[]> {
  const refusals = new Map<string, string[]>();
  for (const { refused } of reports.values()) {
    const told = new Set<string>();
    for (const { node, digest, code } of refused) {
      const key = `${node} ${digest}`;
      if (told.has(key)) continue;
      told.add(key);
      const codes = refusals.get(key) ?? [];
      if (!isNoFault(code)) codes.push(code);
      refusals.set(key, codes);
    }
  }
  return refusals;
}

function commonRefusal(codes: readonly string[]): string {
  const times = (code: string) => codes.filter((other) => other === code).length;
  return [...new Set(codes)].sort((a, b) => times(b) - times(a) || compareText(a, b))[0] ?? 'BODY_NOT_SERVED';
}
