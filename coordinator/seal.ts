import type { NodeId } from '../protocol/ids.ts';
import type { Payload, SealedHeader } from '../protocol/messages.ts';
import type { NetworkParameters } from '../protocol/network.ts';
import type { Committee } from './committee.ts';
import { compareText } from './compare.ts';
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
export function sealedHeaders(committee: Committee, reports: SealReports): SealedHeader[] {
  const seen = [...reportersOf([...reports.values()].map(({ headers }) => headers)).values()]
    .filter(({ count }) => count > committee.faults)
    .map(({ header }) => header);
  const headersOf = new Map<NodeId, number>();
  for (const { node } of seen) headersOf.set(node, (headersOf.get(node) ?? 0) + 1);
  return seen.filter(({ node }) => headersOf.get(node) === 1).sort((a, b) => compareText(a.node, b.node));
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
  sealed: readonly SealedHeader[],
  reports: BodyReports,
  standing: StandingTable,
): Availability {
  const holders = reportersOf([...reports.values()].map(({ held }) => held));
  const isHeld = (header: SealedHeader) => (holders.get(nameOf(header))?.count ?? 0) > committee.faults;
  const refusals = sealed.every(isHeld) ? new Map<string, string[]>() : refusalsOf(reports);
  const codeOf = (header: SealedHeader): string | undefined => {
    const admittance = admittanceOf(standing, header.node);
    if (admittance === 'quarantined') return NODE_QUARANTINED;
    if (!isHeld(header)) return commonest(refusals.get(nameOf(header)) ?? []) ?? 'BODY_NOT_SERVED';
    return admittance === 'canary' ? NODE_CANARY : undefined;
  };
  const codes = sealed.map((header) => ({ header, code: codeOf(header) }));
  return {
    accepted: codes.flatMap(({ header, code }) => (code === undefined ? [header] : [])),
    dropped: codes.flatMap(({ header, code }) => (code === undefined ? [] : [{ node: header.node, code }])),
  };
}

const nameOf = ({ node, digest }: SealedHeader): string => `${node} ${digest}`;

/** How many lists name each header. A list that names a node several times counts for the last of them. */
function reportersOf(lists: readonly (readonly SealedHeader[])[]) {
  const reporters = new Map<string, { readonly header: SealedHeader; count: number }>();
  for (const list of lists) {
    for (const header of distinct(list)) {
      const name = nameOf(header);
      const known = reporters.get(name);
      if (known === undefined) reporters.set(name, { header, count: 1 });
      else known.count += 1;
    }
  }
  return reporters;
}

/** The codes with which members refuse each header's body, one a member. */
function refusalsOf(reports: BodyReports): Map<string, string[]> {
  const codes = new Map<string, string[]>();
  for (const { refused } of reports.values()) {
    const own = new Map<string, string>();
    // No report makes a fault into none.
    for (const refusal of refused)
      if (!own.has(nameOf(refusal)) && !isNoFault(refusal.code)) own.set(nameOf(refusal), refusal.code);
    for (const [name, code] of own) codes.set(name, [...(codes.get(name) ?? []), code]);
  }
  return codes;
}

function commonest(codes: readonly string[]): string | undefined {
  const times = (code: string) => codes.filter((other) => other === code).length;
  return [...new Set(codes)].sort((a, b) => times(b) - times(a) || compareText(a, b))[0];
}

function distinct(headers: readonly SealedHeader[]): Iterable<SealedHeader> {
  const byNode = new Map<NodeId, SealedHeader>();
  for (const header of headers) byNode.set(header.node, header);
  return byNode.values();
}
