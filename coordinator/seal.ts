import type { NodeId } from '../protocol/ids.ts';
import type { Payload, SealedHeader } from '../protocol/messages.ts';
import type { Committee } from './committee.ts';
import { compareText } from './compare.ts';

export type SealReports = ReadonlyMap<NodeId, Payload<'seal-report'>>;
export type BodyReports = ReadonlyMap<NodeId, Payload<'body-report'>>;

/**
 * The sealed headers: those that F+1 members report in time, so that at least one honest member saw each before
 * anybody's body was served. A node that signed two headers has neither.
 *
 * @returns in ascending order of node id; the caller orders rows by the beacon.
 */
export function sealedHeaders(committee: Committee, reports: SealReports): SealedHeader[] {
  const reporters = new Map<string, { header: SealedHeader; count: number }>();
  for (const { headers } of reports.values()) {
    for (const header of distinct(headers)) {
      const key = `${header.node} ${header.digest}`;
      const known = reporters.get(key);
      reporters.set(key, { header, count: (known?.count ?? 0) + 1 });
    }
  }
  const seen = [...reporters.values()]
    .filter(({ count }) => count > committee.faults)
    .map(({ header }) => header);
  const headersOf = (node: NodeId) => seen.filter((header) => header.node === node).length;
  return seen.filter(({ node }) => headersOf(node) === 1).sort((a, b) => compareText(a.node, b.node));
}

/**
 * The height of the next beacon's block: the (F+1)-th highest finalised height that members report, so that no
 * F liars push it up, and `lag` blocks on, so that the block did not exist when the round was sealed.
 */
export function nextBeaconHeight(committee: Committee, reports: SealReports, lag: number): number {
  const heights = [...reports.values()].map(({ finalized }) => finalized).sort((a, b) => b - a);
  return (heights[Math.min(committee.faults, heights.length - 1)] ?? 0) + lag;
}

export type Availability = {
  readonly accepted: SealedHeader[];
  readonly dropped: { node: NodeId; code: string }[];
};

/** Which sealed updates count: those whose valid body F+1 members hold. The others drop out, each with why. */
export function available(
  committee: Committee,
  sealed: readonly SealedHeader[],
  reports: BodyReports,
): Availability {
  const held = (header: SealedHeader) =>
    [...reports.values()].filter((report) => report.held.some((each) => isSame(each, header))).length;
  const accepted = sealed.filter((header) => held(header) > committee.faults);
  const dropped = sealed
    .filter((header) => !accepted.includes(header))
    .map((header) => ({ node: header.node, code: commonRefusal(header, reports) }));
  return { accepted, dropped };
}

const isSame = (a: SealedHeader, b: SealedHeader): boolean => a.node === b.node && a.digest === b.digest;

function commonRefusal(header: SealedHeader, reports: BodyReports): string {
  const codes = [...reports.values()].flatMap(({ refused }) => {
    const refusal = refused.find((each) => isSame(each, header));
    return refusal === undefined ? [] : [refusal.code];
  });
  const times = (code: string) => codes.filter((other) => other === code).length;
  return [...new Set(codes)].sort((a, b) => times(b) - times(a) || compareText(a, b))[0] ?? 'BODY_NOT_SERVED';
}

function distinct(headers: readonly SealedHeader[]): SealedHeader[] {
  const byNode = new Map(headers.map((header) => [header.node, header]));
  return [...byNode.values()];
}
